"""A plan while it is made: what goes onto its sheet, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from django.db.migrations import operations
from django.db.migrations.operations import AddField
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from lowcode_async.definitions.model import FieldDefinition, ModelDefinition
from lowcode_async.definitions.sets import after_renames
from lowcode_async.planning.additions import risks_of
from lowcode_async.planning.changes import Change
from lowcode_async.planning.columns import column_of, link_table_of, matched
from lowcode_async.planning.conversion_steps import ConversionSteps
from lowcode_async.planning.detection import detected
from lowcode_async.planning.ensuring import EnsureEmpty
from lowcode_async.planning.hooks import hooking_steps, renamed_hooks, unhooked
from lowcode_async.planning.plan import (
    Conversion,
    FieldChange,
    Phase,
    Plan,
    PlannedOperation,
    Risk,
)
from lowcode_async.planning.registered import made_operations
from lowcode_async.planning.restorations import return_steps
from lowcode_async.planning.sheet import Sheet
from lowcode_async.planning.state import build_field, is_many_to_many, is_relation
from lowcode_async.planning.whole import (
    ORDER,
    is_unordering,
    moving_steps,
    settled_order,
)

_Pair: TypeAlias = tuple[FieldDefinition | None, FieldDefinition | None]


@dataclass(slots=True, kw_only=True)
class Planning(Sheet):
    """What goes onto the sheet, and in which order."""

    former: ModelDefinition | None
    """The model as it is."""
    version: int
    added: Callable[[str, FieldDefinition, AddField], list[PlannedOperation]]
    """Plans a new field of a model that is there."""
    renamed: ModelDefinition | None = None
    """The former model, its fields called by their new names."""
    moved: dict[str, str] = field(default_factory=dict)
    """Removed fields that had to make room, by their new names."""

    def make(
        self,
        changes: tuple[FieldChange, ...],
        from_state: ProjectState,
        to_state: ProjectState,
        *,
        returns: bool,
    ) -> Plan:
        """Plan everything.

        Args:
            changes: what becomes of each field.
            from_state: where the plan begins; `state` moves on from there.
            to_state: where it leads.
            returns: whether the model comes back, with its rows.
        """
        self.register_before()
        self.move()
        self.rename()
        conversions = self.convert(changes)
        self.detect(to_state)
        self.register_after()
        if returns:
            self.restore_rows()
        return Plan(
            before=self.former,
            after=self.after,
            from_state=from_state,
            to_state=to_state,
            operations=self.ordered(),
            changes=changes,
            conversions=conversions,
        )

    # -- what the site has registered ------------------------------------------------------------

    def register_before(self) -> None:
        """Put what is named for before the change at the beginning."""
        name = self.after.name if self.former is None else self.former.name
        for operation in made_operations(self.after.operations.before, name):
            self.add(self.renames, operation, Phase.EXPAND, registered=True)

    def register_after(self) -> None:
        """Put what is named for after the change behind the new columns, before what needs them."""
        for operation in made_operations(self.after.operations.after, self.after.name):
            self.add(self.swaps, operation, Phase.SWAP, registered=True, turn=1)

    # -- the model as a whole --------------------------------------------------------------------

    def move(self) -> None:
        """Give the model its new name and its new table; its rows stay where they are."""
        if self.former is None or self.before is None:
            return
        for operation in moving_steps(self.former, self.before, self.after):
            self.add(self.renames, operation, Phase.EXPAND)

    # -- renames ---------------------------------------------------------------------------------

    def rename(self) -> None:
        """Give the kept fields their new names, and move removed ones out of the way of others."""
        if self.before is None:
            return
        pairs = matched(self.before, self.after)
        self._unordered(pairs)
        wanted = {old.name: new.name for old, new in pairs if old and new and old.name != new.name}
        names = _occupied([new for _, new in pairs if new])
        for old, new in pairs:
            if old and new is None and _occupied([old]) & names:
                wanted[old.name] = self.free(f"{old.name}_removed", names)
                self.moved[wanted[old.name]] = old.name
        while wanted:
            self._rename_one(wanted, names)
        self._follow(pairs)

    def _unordered(self, pairs: Sequence[_Pair]) -> None:
        """Let the order of rows not hang on a field while that is renamed."""
        name = None if self.before is None else self.before.options.get("order_with_respect_to")
        if any(old and new and old.name == name != new.name for old, new in pairs):
            self.add(self.renames, settled_order(self.after.name, None), Phase.EXPAND)

    def _follow(self, pairs: Sequence[_Pair]) -> None:
        """Let what hangs on renamed fields know their new names."""
        assert self.before is not None
        renames = {old.name: new.name for old, new in pairs if old and new}
        renames |= {old: new for new, old in self.moved.items()}
        self.renamed = after_renames(self.before, renames)
        order = self.before.options.get("order_with_respect_to")
        if order is not None and renames.get(order, order) != order:
            self.add(self.renames, settled_order(self.after.name, renames[order]), Phase.EXPAND)
        for operation in renamed_hooks(self.model(), self.renamed):
            self.add(self.renames, operation, Phase.EXPAND)

    def _rename_one(self, wanted: dict[str, str], names: set[str]) -> None:
        """Rename a field whose new name is free; where there is none, break the circle first."""
        present = {name.lower() for name in self.fields()}
        for old, new in wanted.items():
            if new.lower() not in present - {old.lower()}:
                self._move(old, new)
                del wanted[old]
                return
        old = next(iter(wanted))
        between = self.free(f"{old}_moved", names)
        self._move(old, between)
        wanted[between] = wanted.pop(old)

    def _move(self, old: str, new: str) -> None:
        """Rename a field, its column pinned to what it is."""
        assert self.before is not None
        built = self.fields()[old]
        definition = self.before.field(old)
        if definition is not None and definition.column is None:
            pinned = replace(definition, column=self._place(definition))
            built = build_field(pinned)
            self.add(
                self.renames,
                operations.AlterField(self.after.name, old, built),
                Phase.EXPAND,
            )
        self.add(self.renames, operations.RenameField(self.after.name, old, new), Phase.EXPAND)

    def _place(self, definition: FieldDefinition) -> str:
        assert self.before is not None
        if is_many_to_many(definition):
            return link_table_of(self.before, definition)
        return column_of(definition)

    # -- conversions -----------------------------------------------------------------------------

    def convert(self, changes: Sequence[FieldChange]) -> tuple[Conversion, ...]:
        """Plan a shadow column for each field whose values need another form."""
        made = []
        self._unhook({each.new.name for each in changes if each.new and _converts(each)})
        for each in changes:
            if each.change is not Change.CONVERSION or each.old is None or each.new is None:
                continue
            names = set(self.fields())
            steps = ConversionSteps(
                model=self.after.name,
                old=each.old,
                new=each.new,
                shadow=self.free(f"{each.new.name}_v{self.version + 1}", names),
                aside=self.free(f"{each.new.name}_v{self.version + 1}_old", names),
            )
            for planned in steps.expand():
                self.add_planned(self.conversions, planned)
            for planned in steps.swap():
                self.add_planned(self.swaps, planned)
            made.append(steps.conversion())
        return tuple(made)

    def _unhook(self, converted: set[str]) -> None:
        """Take indexes and constraints off the columns that are to be replaced."""
        if self.renamed is None or not converted:
            return
        for operation in unhooked(self.model(), self.renamed, converted):
            self.add(self.swaps, operation, Phase.SWAP, turn=-1)

    # -- the rest --------------------------------------------------------------------------------

    def detect(self, to_state: ProjectState) -> None:
        """Let Django find what is left to do."""
        if self.before is not None:
            self._hook()
        for operation in detected(self.state, to_state.clone(), self.after.name):
            self._place_detected(operation)

    def restore_rows(self) -> None:
        """Plan the return of what went with the model."""
        for planned in return_steps(self.after):
            self.add_planned(self.expands, planned)

    def _place_detected(self, operation: Operation) -> None:
        if isinstance(operation, operations.RemoveField):
            self._remove(operation)
        elif isinstance(operation, operations.AddField) and self.before is not None:
            definition = self.after.field(operation.name)
            assert definition is not None
            for planned in self.added(self.after.name, definition, operation):
                self.add_planned(self.expands, planned)
        elif is_unordering(operation):
            check = EnsureEmpty(self.after.name, ORDER, field=ORDER)
            self.add(self.swaps, check, Phase.SWAP)
            self.add(self.contracts, operation, Phase.CONTRACT, Risk.REMOVES_COLUMN)
        else:
            self.add(self.expands, operation, Phase.EXPAND, *self._risks_of(operation))

    def _remove(self, operation: operations.RemoveField) -> None:
        old = self.fields()[operation.name]
        risk = Risk.REMOVES_TABLE if old.many_to_many else Risk.REMOVES_COLUMN
        if (name := self._removed_field(operation.name)) is not None:
            check = EnsureEmpty(self.after.name, operation.name, field=name)
            self.add(self.swaps, check, Phase.SWAP)
        self.add(self.contracts, operation, Phase.CONTRACT, risk)

    def _hook(self) -> None:
        """Put on what is new, take off what is no longer wanted; see `planning.hooks`."""
        steps = hooking_steps(self.model(), self.after)
        for operation in steps.freed:
            self.add(self.swaps, operation, Phase.SWAP, turn=-1)
        for operation in steps.added:
            self.add(self.hooks, operation, Phase.SWAP, *steps.risks_of(operation), turn=2)
        for operation in steps.dropped:
            self.add(self.contracts, operation, Phase.CONTRACT, turn=-1)

    def _removed_field(self, name: str) -> str | None:
        """Return what a field that goes was called; None for one whose values have moved."""
        assert self.before is not None
        name = self.moved.get(name, name)
        return name if self.before.field(name) is not None else None

    def _risks_of(self, operation: Operation) -> tuple[Risk, ...]:
        if not isinstance(operation, operations.AlterField) or self.before is None:
            return ()
        new = self.after.field(operation.name)
        if new is None:
            return ()
        return risks_of(new, self.before.field(new.renamed_from or new.name))


def _occupied(fields: Sequence[FieldDefinition]) -> set[str]:
    """Return the names of attributes that fields take, in lower case: a relation takes two."""
    names = {each.name.lower() for each in fields}
    return names | {f"{each.name}_id".lower() for each in fields if is_relation(each)}


def _converts(each: FieldChange) -> bool:
    return each.change is Change.CONVERSION and each.old is not None
