"""A field while it is being read: what is known of it although it may have problems."""

from __future__ import annotations

from dataclasses import dataclass, field

from lowcode_async.definitions.field_types import FieldType
from lowcode_async.definitions.kinds import shown
from lowcode_async.definitions.model import FieldDefinition
from lowcode_async.definitions.problems import Problems
from lowcode_async.sentences import JSON


@dataclass(slots=True, kw_only=True)
class Draft:
    """One element of ``fields``."""

    index: int
    problems: Problems
    name: str | None = None
    """Its name, once it is known to be one that Django takes."""
    given_name: JSON = None
    """Its name as it was sent."""
    type: FieldType | None = None
    options: dict[str, JSON] = field(default_factory=dict)
    """The options that have no problem of their own, in canonical form."""
    renamed_from: str | None = None
    on_invalid: str | None = None
    one_off_default: JSON = None

    @property
    def title(self) -> str:
        """What sentences call it: its name, or its place if it has none."""
        return shown(self.given_name) if isinstance(self.given_name, str) else f"#{self.index + 1}"

    def problem(self, code: str, /, *place: str | int, **params: JSON) -> None:
        """Note a problem at `place` within this field; sentences may mention ``{field}``."""
        self.problems.add(("fields", self.index, *place), code, field=self.title, **params)

    def get(self, option: str) -> JSON:
        """Return the option, or its default."""
        if option in self.options or self.type is None:
            return self.options.get(option)
        known = self.type.option(option)
        return known.default if known else None

    @property
    def column(self) -> str | None:
        """The column Django would choose, or None without one."""
        if self.name is None or (self.type and not self.type.column):
            return None
        return f"{self.name}_id" if self.type and self.type.relation else self.name

    @property
    def to_other_row(self) -> bool:
        """Whether it is a foreign key or one-to-one relation."""
        return self.type is not None and self.type.relation and self.type.column

    def definition(self) -> FieldDefinition:
        """Return the field, now that it has no problem."""
        assert self.name is not None
        assert self.type is not None
        return FieldDefinition(
            name=self.name,
            type=self.type.name,
            options=self.options,
            renamed_from=self.renamed_from,
            on_invalid=self.on_invalid,
            one_off_default=self.one_off_default,
        )
