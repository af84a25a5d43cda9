"""The operation that fills the shadow of a converted field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import QuerySet

from lowcode_async.definitions.model import FieldDefinition
from lowcode_async.planning.converting import Converting
from lowcode_async.planning.converting_pages import ConvertingPages
from lowcode_async.planning.keeping import Keeping
from lowcode_async.planning.operations import Filling, read_definition
from lowcode_async.planning.rows import Column
from lowcode_async.planning.writing import fill_by_database
from lowcode_async.sentences import JSON


class ConvertValues(Filling):
    """Fills the shadow of a field with its values, each in its new form.

    It may be done again after it was interrupted, and gives the same result.

    Raises:
        StageFailed: without `force`, a value would be lost; with it, one has no form and nothing can
            stand in its place.
    """

    def __init__(
        self,
        model_name: str,
        name: str,
        shadow: str,
        *,
        old: FieldDefinition | Mapping[str, JSON],
        new: FieldDefinition | Mapping[str, JSON],
    ) -> None:
        self.model_name = model_name
        self.name = name
        self.shadow = shadow
        self.old = read_definition(old)
        self.new = read_definition(new)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what makes this operation again."""
        arguments = [self.model_name, self.name, self.shadow]
        return (
            type(self).__name__,
            arguments,
            {"old": self.old.to_json(), "new": self.new.to_json()},
        )

    def describe(self) -> str:
        """Say what it does."""
        return f"Convert values of field {self.name} on {self.model_name}"

    @property
    def migration_name_fragment(self) -> str:
        """Name a migration after it."""
        return f"convert_{self.model_name.lower()}_{self.name.lower()}"

    def comment(self, model: Any) -> str:
        """Return which column goes into which."""
        old, new = (model._meta.get_field(each).column for each in (self.name, self.shadow))
        return f"{self.describe()}: {old} -> {new}, in batches"

    def fill(self, model: Any, schema_editor: Any) -> None:
        """Fill the shadow: first what the database converts by itself."""
        connection = schema_editor.connection
        column = Column(model, self.name, connection)
        target = Column(model, self.shadow, connection)
        converting = Converting(column, target, self.new)
        reverting = self.begin_anew()
        pages = self.pages(column, converting, reverting)
        total, done = column.rows.count(), 0
        for rows, size in fill_by_database(column, target, converting, total=total):
            seen = 0
            for page in column.pages(among=rows):
                pages.fill(page, self.tally)
                seen += len(page)
                self.progress(done + seen, total)
            done += size
            self.progress(done, total)
        if reverting is not None and self.certain:
            for rows in self._settled_with_originals(column, converting, reverting):
                for page in column.pages(among=rows):
                    pages.fill(page, self.tally)

    def _settled_with_originals(
        self, column: Column, converting: Converting, reverting: Keeping
    ) -> Iterator[QuerySet[Any]]:
        """Yield rows with which there is nothing to do, but that there is an original for them."""
        if self.anew:
            kept = reverting.pages(self.old.name, removed=False)
        else:
            # There may be far more originals than rows here.
            keys = ([key for key, _ in page] for page in column.pages())
            kept = (reverting.kept_of(self.old.name, each) for each in keys)
        yield from converting.settled_with_originals(column, kept)

    def pages(
        self, column: Column, converting: Converting, reverting: Keeping | None
    ) -> ConvertingPages:
        """Return what fills the rows that the database is not sure of.

        Args:
            column: the old column.
            converting: what becomes of values.
            reverting: where there are originals; see `begin_anew`.
        """
        return ConvertingPages(
            column=column,
            shadow=self.shadow,
            old=self.old,
            new=self.new,
            owner=self.model_name,
            converting=converting,
            force=self.force,
            keeping=self.keeping,
            reverting=reverting,
        )

    def begin_anew(self) -> Keeping | None:
        """Forget what an interrupted attempt has noted; return the originals, if there are any."""
        if self.tally is not None and self.anew:
            self.tally.forget(self.new.name)
        if self.keeping is None:
            return None
        if self.anew:
            self.keeping.forget(formerly=self.old.name, field=self.new.name, removed=False)
        return self.keeping if self.keeping.has_originals(self.old.name) else None
