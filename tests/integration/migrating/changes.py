"""One model, and everything that can be asked of it at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as field_of
from typing import Any

from django.contrib.auth.models import User
from django.db import DEFAULT_DB_ALIAS, connections

from lowcode_async import get_model
from lowcode_async.clock import database_now
from lowcode_async.definitions.declared import (
    ConstraintDefinition,
    ConstraintKind,
    IndexDefinition,
)
from lowcode_async.definitions.model import FieldDefinition, ModelDefinition
from lowcode_async.migrating import get_executor
from lowcode_async.migrating.base import Execution
from lowcode_async.models import DynamicModel, SchemaVersion, Upgrade
from lowcode_async.planning.clones import Look, look_at
from lowcode_async.planning.databases import place_of
from lowcode_async.planning.drift import Difference, differences
from lowcode_async.planning.findings import Finding
from lowcode_async.planning.plan import Plan
from lowcode_async.planning.progress import Report, silent
from lowcode_async.upgrades import leases
from lowcode_async.upgrades.leases import Claim
from lowcode_async.upgrades.planned import plan_again, plan_of
from lowcode_async.upgrades.reverting import way_back
from lowcode_async.upgrades.versions import record_version


def field(name: str, type_: str, **options: Any) -> FieldDefinition:
    """Return the definition of a field; ``renamed_from`` may stand among the options."""
    return FieldDefinition.from_json({"name": name, "type": type_, **options})


NAME = field("name", "CharField", max_length=50)
SHELF = field("shelf", "ForeignKey", to="Shelf", on_delete="CASCADE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A change of the model ``Item``."""

    old: tuple[FieldDefinition, ...]
    """Nothing: the change creates the model."""
    new: tuple[FieldDefinition, ...]
    rows: Callable[[Any], None] = lambda item: None
    """Makes the rows that there are before the change."""
    after: tuple[tuple[str, list[Any]], ...] = ()
    """Fields and their values after the change, in the order of the keys."""
    force: bool = False
    old_beside: Mapping[str, Any] = field_of(default_factory=dict)
    """What the definition says beside its fields before the change."""
    new_beside: Mapping[str, Any] = field_of(default_factory=dict)

    @property
    def old_name(self) -> str:
        """What the model is called before the change."""
        return str(self.new_beside.get("renamed_from", "Item"))


def live(name: str) -> Any:
    """Return the manager of a live model."""
    return get_model(name)._default_manager


def _shelf(name: str) -> Any:
    return live("Shelf").get_or_create(name=name)[0]


def _people(item: Any) -> None:
    item.objects.create(name="ann", age="41", size=1)
    item.objects.create(name="bob", age="-7", size=2)


def _links(item: Any) -> None:
    top = _shelf("top")
    owner = User.objects.create_user("ann")
    for number in range(3):
        row = item.objects.create(name=f"n{number}", shelf=top, owner=owner, number=number)
        row.likes.add(owner)


def _numbers(item: Any) -> None:
    for name in ("low", "high"):
        item.objects.create(name=name, shelf=_shelf(name).pk)


def _things(thing: Any) -> None:
    for name in ("a", "b"):
        row = thing.objects.create(name=name)
        row.shelves.add(_shelf(name))


def unique(name: str, *fields: str) -> ConstraintDefinition:
    """Return a constraint on fields that are unique together."""
    return ConstraintDefinition(name=name, type=ConstraintKind.UNIQUE, fields=fields)


def positive(name: str, number: str) -> ConstraintDefinition:
    """Return a check of a number."""
    condition = {"field": number, "lookup": "gt", "value": 0}
    return ConstraintDefinition(name=name, type=ConstraintKind.CHECK, condition=condition)


CASES = {
    "hooks": Case(
        old=(NAME, field("age", "CharField", max_length=20), field("size", "IntegerField")),
        old_beside={
            "unique_together": (("name", "age"),),
            "indexes": (
                IndexDefinition(name="by_age", fields=("-age", "size")),
                IndexDefinition(name="by_name", fields=("name",)),
            ),
            "constraints": (positive("some_size", "size"), unique("one_size", "size", "name")),
        },
        new=(
            field("title", "CharField", max_length=50, renamed_from="name"),
            field("age", "IntegerField"),
            field("size", "IntegerField"),
        ),
        new_beside={
            "unique_together": (("title", "size"),),
            "indexes": (IndexDefinition(name="by_age", fields=("age", "title")),),
            "constraints": (unique("one_size", "size", "title"), unique("one_age", "age")),
        },
        rows=_people,
        after=(("title", ["ann", "bob"]), ("age", [41, -7])),
    ),
    "names": Case(
        old=(NAME, field("shelves", "ManyToManyField", to="Shelf")),
        new=(NAME, field("boards", "ManyToManyField", to="Shelf", renamed_from="shelves")),
        new_beside={"renamed_from": "Thing", "table": "dynamic_goods"},
        rows=_things,
        after=(("name", ["a", "b"]),),
    ),
    "deletion": Case(
        old=(NAME, field("shelves", "ManyToManyField", to="Shelf")),
        new=(NAME, field("shelves", "ManyToManyField", to="Shelf")),
        new_beside={"deleted": True},
        rows=_things,
        force=True,
    ),
    "creation": Case(
        old=(),
        new=(
            NAME,
            SHELF,
            field("code", "CharField", max_length=20, unique=True),
            field("rank", "IntegerField", db_index=True, default=3),
            field("owner", "ForeignKey", to="auth.User", on_delete="SET_NULL", null=True),
            field("likes", "ManyToManyField", to="auth.User"),
        ),
    ),
    "conversions": Case(
        old=(
            NAME,
            field("age", "CharField", max_length=20),
            field("size", "IntegerField", unique=True),
        ),
        new=(
            NAME,
            field("age", "IntegerField", db_index=True),
            field("extent", "CharField", max_length=9, unique=True, renamed_from="size"),
        ),
        rows=_people,
        after=(("age", [41, -7]), ("extent", ["1", "2"])),
    ),
    "additions": Case(
        old=(NAME, field("age", "CharField", max_length=20), field("size", "IntegerField")),
        new=(
            field("title", "CharField", max_length=90, renamed_from="name"),
            field("age", "CharField", max_length=40, unique=True),
            field("size", "IntegerField"),
            field("key", "UUIDField", default="uuid4", unique=True),
            field("owner", "OneToOneField", to="auth.User", on_delete="SET_NULL", null=True),
            field("likes", "ManyToManyField", to="auth.User"),
        ),
        rows=_people,
        after=(("title", ["ann", "bob"]), ("size", [1, 2])),
    ),
    "removals": Case(
        old=(
            NAME,
            SHELF,
            field("owner", "ForeignKey", to="auth.User", on_delete="CASCADE"),
            field("number", "IntegerField", unique=True),
            field("likes", "ManyToManyField", to="auth.User"),
        ),
        new=(field("name", "TextField"), field("owner", "IntegerField")),
        rows=_links,
        after=(("name", ["n0", "n1", "n2"]),),
        force=True,
    ),
    "keys": Case(
        old=(NAME, field("shelf", "IntegerField")),
        new=(NAME, SHELF),
        rows=_numbers,
    ),
}  # fmt: skip


class Change:
    """One change of ``Item``, by one upgrade, by as many workers as it takes."""

    def __init__(self, case: Case) -> None:
        self.case = case
        upgrade("Shelf", NAME)
        if case.old:
            upgrade(case.old_name, *case.old, **case.old_beside)
            case.rows(get_model(case.old_name))
        self.upgrade = _written("Item", case.new, force=case.force, **case.new_beside)
        self.old = look()

    @property
    def recorded(self) -> bool:
        """Whether the new version is in force."""
        return SchemaVersion.objects.filter(upgrade=self.upgrade).exists()

    def work(self, *, progress: Report = silent) -> tuple[Finding, ...]:
        """Do what a worker does in the migrate stage; return what was lost."""
        again = self.recorded
        execution = replace(self._execution(again=again), progress=progress)
        executor = get_executor(execution.connection)
        _ = executor.finish(execution) if again else executor.carry_out(execution)
        return execution.tally.findings

    def take_back(self) -> None:
        """Do what a worker does when it gives the upgrade up."""
        if not self.recorded:
            execution = self._execution(again=False)
            get_executor(execution.connection).take_back(execution)

    def assert_new(self) -> None:
        """Assert that the new structure is in force, and nothing of the old is left."""
        assert self.recorded
        if self.case.new_beside.get("deleted"):
            left = [each for each in look().looks if each.startswith("dynamic_")]
            assert left == ["dynamic_shelf"]
            return
        assert self.differences() == []
        assert DynamicModel.objects.get(name="Item").version == (2 if self.case.old else 1)
        for name, values in self.case.after:
            assert self.new_values(name)[: len(values)] == values

    def new_values(self, field: str) -> list[Any]:
        """Return a field's values in the new version, in the order of the keys."""
        return list(live("Item").order_by("pk").values_list(field, flat=True))

    def differences(self) -> list[Difference]:
        """Return in what the tables are not what the new version says."""
        new = ModelDefinition(name="Item", fields=self.case.new, **self.case.new_beside)
        made = _written("Item", new.settled().fields, force=False)
        made.definition = new.settled().to_json()
        plan = plan_of(made)
        return differences(place_of(plan), plan)

    def _execution(self, *, again: bool) -> Execution:
        plan = plan_again(self.upgrade) if again else plan_of(self.upgrade)
        return _execution(self.upgrade, plan)


def upgrade(
    name: str, *fields: FieldDefinition, progress: Report = silent, **beside: Any
) -> Upgrade:
    """Change a model without any trouble."""
    return _carried_out(_written(name, fields, force=True, **beside), progress)


def revert(made: Upgrade, *, progress: Report = silent) -> Upgrade:
    """Take a change back without any trouble."""
    back = way_back(Upgrade.objects.get(pk=made.pk))
    version = DynamicModel.objects.values_list("version", flat=True).get(name=made.model_name)
    assert version == back.base_version
    return _carried_out(
        Upgrade.objects.create(
            model_name=back.definition.name,
            definition=back.definition.to_json(),
            reverts_id=back.reverts,
            from_version=version,
            force=True,
            state=Upgrade.State.RUNNING,
            stage=Upgrade.Stage.MIGRATE,
        ),
        progress,
    )


def _carried_out(made: Upgrade, progress: Report) -> Upgrade:
    execution = _execution(made, plan_of(made), progress)
    get_executor(execution.connection).carry_out(execution)
    Upgrade.objects.filter(pk=made.pk).update(state=Upgrade.State.SUCCEEDED)
    return made


def _execution(made: Upgrade, plan: Plan, progress: Report = silent) -> Execution:
    claim = _claimed(made)
    return Execution(
        plan=plan,
        upgrade=made,
        force=made.force,
        connection=place_of(plan),
        fence=lambda: leases.fence(claim),
        record=lambda: record_version(made, plan),
        progress=progress,
    )


def _written(
    name: str, fields: tuple[FieldDefinition, ...], *, force: bool, **beside: Any
) -> Upgrade:
    definition = ModelDefinition(name=name, fields=fields, **beside)
    rows = DynamicModel.objects.filter(name=definition.former_name)
    version = rows.values_list("version", flat=True).first()
    return Upgrade.objects.create(
        model_name=name,
        definition=definition.to_json(),
        from_version=version,
        force=force,
        state=Upgrade.State.RUNNING,
        stage=Upgrade.Stage.MIGRATE,
    )


def _claimed(made: Upgrade) -> Claim:
    """Take the stage, whoever has it: the former worker's lease is over."""
    Upgrade.objects.filter(pk=made.pk).update(lease=None, lease_until=database_now())
    claim = leases.claim(made.pk, Upgrade.Stage.MIGRATE)
    assert claim is not None
    return claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """All tables of live models: what they look like, and their rows."""

    looks: dict[str, Look]
    rows: dict[str, list[dict[str, Any]]]


def look(database: str = DEFAULT_DB_ALIAS) -> Tables:
    """Return the tables of all live models on a database as they stand."""
    connection = connections[database]
    with connection.cursor() as cursor:
        names = [each for each in connection.introspection.table_names(cursor) if "dynamic" in each]
        return Tables(
            looks={each: look_at(connection, each) for each in names},
            rows={each: _rows(cursor, each, connection.ops.quote_name) for each in names},
        )


def _rows(cursor: Any, table: str, quoted: Callable[[str], str]) -> list[dict[str, Any]]:
    cursor.execute(f"SELECT * FROM {quoted(table)} ORDER BY 1")
    names = [each[0] for each in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
