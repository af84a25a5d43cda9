"""The model that is being read, among all others."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lowcode_async.definitions.drafts import Draft
from lowcode_async.definitions.model import ModelDefinition, SiteModel
from lowcode_async.definitions.problems import Problems
from lowcode_async.definitions.supported import EVERYTHING, Supported

SELF = "self"
"""What a relation to its own model is stored as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the rules that look beyond one field need to see."""

    name: str | None
    """The model's name; None if it has none that is valid."""
    drafts: Sequence[Draft]
    existing: Mapping[str, ModelDefinition]
    """All models; one that is to be renamed has its new name already, for the others too."""
    site_models: Mapping[str, SiteModel]
    problems: Problems
    renamed_from: str | None = None
    """The name that the model has in the former version, if it is to be renamed."""
    supported: Supported = EVERYTHING
    site_tables: Collection[str] = ()
    """Tables of the site's own, in lower case."""
    known_operations: Collection[str] = ()
    """Names that the site has registered operations under."""

    @property
    def former(self) -> ModelDefinition | None:
        """The model as it stands; None if it is new."""
        return self.existing.get(self.name) if self.name is not None else None

    @property
    def others(self) -> Iterator[ModelDefinition]:
        """All other dynamic models."""
        return (each for name, each in self.existing.items() if name != self.name)

    @property
    def automatic_id(self) -> bool:
        """Whether it has the automatic primary key."""
        return not any(each.get("primary_key") for each in self.drafts)

    @property
    def renames(self) -> dict[str, str]:
        """The new names of fields that are renamed, by their former names."""
        return {
            each.renamed_from: each.name
            for each in self.drafts
            if each.renamed_from is not None and each.name is not None
        }

    def draft(self, name: str) -> Draft | None:
        """Return the field of this name, or None."""
        return next((each for each in self.drafts if each.name == name), None)
