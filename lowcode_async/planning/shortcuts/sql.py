"""Pieces of SQL over one value, as each database writes them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Self

from django.db import models
from django.db.models import Func

VALUE = "@"
"""Stands for the value, as often as need be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sql:
    """SQL over one value."""

    sqlite: str
    postgresql: str
    mysql: str

    @classmethod
    def everywhere(cls, text: str) -> Self:
        """Return what all databases write alike."""
        return cls(sqlite=text, postgresql=text, mysql=text)

    def on(self, vendor: str) -> str:
        """Return what one database writes."""
        text: str = getattr(self, vendor)
        return text

    def of(self, inner: Sql) -> Sql:
        """Return this over another piece instead of the value."""
        return Sql(
            **{
                each.name: self.on(each.name).replace(VALUE, f"({inner.on(each.name)})")
                for each in fields(Sql)
            }
        )

    def then(self, inner: Sql) -> Sql:
        """Return the condition `inner`, which is looked at only where this one is true."""
        return Sql(**{each.name: self._then(inner, each.name) for each in fields(Sql)})

    def _then(self, inner: Sql, vendor: str) -> str:
        first, second = self.on(vendor), inner.on(vendor)
        if NEVER in (first, second):
            return NEVER
        if first == ALWAYS:
            return second
        if second == ALWAYS:
            return first
        # AND promises no order, and what comes second may be an error where the first is false.
        return f"CASE WHEN {first} THEN {second} END"


def either(*conditions: Sql) -> Sql:
    """Return the condition that one of some is true."""
    return Sql(
        **{
            each.name: " OR ".join(f"({one.on(each.name)})" for one in conditions)
            for each in fields(Sql)
        }
    )


ALWAYS = "1 = 1"
NEVER = "1 = 0"
SURE = Sql.everywhere(ALWAYS)
ITSELF = Sql.everywhere(VALUE)
LENGTH = Sql(sqlite="length(@)", postgresql="char_length(@)", mysql="CHAR_LENGTH(@)")
"""Characters of a text."""


def matching(pattern: str, *, sqlite: str) -> Sql:
    """Return the condition that a text as a whole matches a pattern.

    It is compared letter by letter, whatever the collation of its column.

    Args:
        pattern: a regular expression without backslashes, as all engines understand it.
        sqlite: the same for SQLite, which has no regular expressions.
    """
    return Sql(
        sqlite=sqlite,
        postgresql=f"{_PLAIN.postgresql} ~ '^(?:{pattern})$'",
        # A dollar sign would let a line end follow.
        mysql=rf"{_PLAIN.mysql} REGEXP '^(?:{pattern})\\z'",
    )


def containing(letters: str) -> Sql:
    """Return the condition that a text has one of these letters, or nothing in it at all.

    Args:
        letters: the inside of a bracket expression.
    """
    return Sql(
        sqlite=f"{_PLAIN.sqlite} = '' OR @ GLOB '*[{letters}]*'",
        postgresql=f"{_PLAIN.postgresql} = '' OR {_PLAIN.postgresql} ~ '[{letters}]'",
        mysql=f"CHAR_LENGTH(@) = 0 OR {_PLAIN.mysql} REGEXP '[{letters}]'",
    )


def one_of(*words: str) -> Sql:
    """Return the condition that a text is one of these words, to the letter."""
    quoted = ", ".join(f"'{each}'" for each in words)
    return Sql(
        sqlite=f"{_PLAIN.sqlite} IN ({quoted})",
        postgresql=f"{_PLAIN.postgresql} IN ({quoted})",
        # As bytes: otherwise spaces at its end would not count.
        mysql=f"CAST({_PLAIN.mysql} AS BINARY) IN ({quoted})",
    )


_PLAIN = Sql(
    sqlite="@ COLLATE BINARY",
    postgresql='(@ COLLATE "C")',
    mysql="(CONVERT(@ USING utf8mb4) COLLATE utf8mb4_bin)",
)
"""A text without its column's idea of equal."""


class Written(Func):
    """A piece of SQL as an expression."""

    arity = 1

    def __init__(self, value: Any, sql: Sql, *, output_field: models.Field[Any, Any]) -> None:
        super().__init__(value, output_field=output_field)
        self.sql = sql

    def as_sql(
        self, compiler: Any, connection: Any, *_: Any, **__: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        """Write it for one database."""
        [inner] = self.get_source_expressions()
        value, params = compiler.compile(inner)
        text = self.sql.on(connection.vendor)
        return text.replace("%", "%%").replace(VALUE, value), (*params,) * text.count(VALUE)

    def as_sqlite(
        self, compiler: Any, connection: Any, **_: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        """Write it for SQLite, without the cast that Django adds to decimals."""
        return self.as_sql(compiler, connection)
