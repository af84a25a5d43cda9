"""What a field type and one of its options are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from lowcode_async.definitions.constants import ConstantType
from lowcode_async.definitions.kinds import Kind
from lowcode_async.sentences import JSON, Language, active_language
from lowcode_async.sentences.base import Sentence


class Group(StrEnum):
    """The kinds of field types, as people look for them."""

    TEXT = "text"
    NUMBERS = "numbers"
    TIMES = "times"
    OTHER = "other"
    FILES = "files"
    RELATIONS = "relations"


GROUP_WORDS: Mapping[Group, Sentence] = {
    Group.TEXT: Sentence(zh="文本", en="Text"),
    Group.NUMBERS: Sentence(zh="数字", en="Numbers"),
    Group.TIMES: Sentence(zh="日期与时间", en="Dates and times"),
    Group.OTHER: Sentence(zh="其他", en="Other"),
    Group.FILES: Sentence(zh="文件", en="Files"),
    Group.RELATIONS: Sentence(zh="关联", en="Relations"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionType:
    """One option of a field type."""

    name: str
    """Django's name of it."""
    kinds: tuple[Kind, ...]
    """The JSON types of its value."""
    label: Sentence
    help: Sentence
    required: bool = False
    default: JSON = None
    """What holds where it is absent; None where that is nothing at all."""
    minimum: int | None = None
    maximum: int | None = None
    max_length: int | None = None
    """The most characters of a string."""
    allowed: tuple[JSON, ...] = ()
    """The only values; empty where any will do."""

    def but(self, **changes: JSON) -> Self:
        """Return this option as another field type has it."""
        return replace(self, **changes)

    def to_json(self, language: Language | None = None) -> dict[str, JSON]:
        """Return the wire form, its words in `language` or the active one."""
        language = language or active_language()
        limits = {
            "minimum": self.minimum,
            "maximum": self.maximum,
            "max_length": self.max_length,
            "enum": list(self.allowed) or None,
        }
        return {
            "name": self.name,
            "label": getattr(self.label, language),
            "help": getattr(self.help, language),
            "types": list(self.kinds),
            "required": self.required,
            "default": self.default,
            **{name: limit for name, limit in limits.items() if limit is not None},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldType:
    """One field class of `django.db.models`, as a definition may use it."""

    name: str
    """Name of the class."""
    group: Group
    label: Sentence
    help: Sentence
    options: tuple[OptionType, ...]
    constant: ConstantType | None
    """How its constants are written; None where a row holds no single value."""
    generators: tuple[str, ...] = ()
    """Names that ``default`` may give instead of a constant."""
    relation: bool = False
    """Whether it points at another model."""
    column: bool = True
    """Whether it has a column in the model's own table."""
    automatic: bool = False
    """Whether the database numbers it: a primary key and nothing else."""

    def option(self, name: str) -> OptionType | None:
        """Return the option of this name, or None."""
        return next((each for each in self.options if each.name == name), None)

    def completed(self, options: Mapping[str, JSON]) -> dict[str, JSON]:
        """Return `options` with the defaults of those that are absent."""
        defaults = {each.name: each.default for each in self.options if each.name != "default"}
        return defaults | dict(options)

    def to_json(self, language: Language | None = None) -> dict[str, JSON]:
        """Return the wire form, its words in `language` or the active one."""
        language = language or active_language()
        return {
            "name": self.name,
            "label": getattr(self.label, language),
            "help": getattr(self.help, language),
            "group": self.group.value,
            "group_label": getattr(GROUP_WORDS[self.group], language),
            "relation": self.relation,
            "column": self.column,
            "automatic": self.automatic,
            "generators": list(self.generators),
            "value": self._value_to_json(),
            "options": [each.to_json(language) for each in self.options],
        }

    def _value_to_json(self) -> dict[str, JSON] | None:
        if self.constant is None:
            return None
        limits = {
            "format": self.constant.format,
            "minimum": self.constant.minimum,
            "maximum": self.constant.maximum,
        }
        return {
            "types": list(self.constant.kinds),
            "example": self.constant.example,
            **{name: limit for name, limit in limits.items() if limit is not None},
        }
