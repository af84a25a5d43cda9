"""The site that a definition is read for: what stands there already, and what it allows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from lowcode_async.definitions.model import ModelDefinition, SiteModel
from lowcode_async.definitions.supported import EVERYTHING, Supported


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the rules of definitions have to know of a site."""

    existing: Mapping[str, ModelDefinition]
    """All dynamic models as they stand, by name."""
    site_models: Mapping[str, SiteModel]
    """The site's own models that relations may lead to, by every name a client may call them: their
    label, and ``AUTH_USER_MODEL`` for the user's."""
    max_name_length: int
    """The longest name of a table or column, of the database at hand."""
    max_fields: int
    """The most fields a model may have."""
    registered: Mapping[str, str] = field(default_factory=dict)
    """Models written in Python that the data API knows: their labels, by the names that no other model
    may have."""
    site_tables: Collection[str] = ()
    """Tables of the site's own, in lower case."""
    supported: Supported = EVERYTHING
    """What the database at hand can do."""
    known_operations: Collection[str] = ()
    """Names that the site has registered operations under."""
