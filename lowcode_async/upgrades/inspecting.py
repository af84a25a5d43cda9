"""How definitions, live classes and tables stand to each other, and what upgrades have left behind.

Nothing is changed, and nothing is assumed: an operator asks this when something has gone wrong.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from django.core.exceptions import FieldError
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.errors import ModelNotFound
from lowcode_async.migrating import marks
from lowcode_async.migrating.backfilling import STALE, TOUCHED
from lowcode_async.migrating.moving import MOVE
from lowcode_async.models import DynamicModel, SchemaVersion, Upgrade
from lowcode_async.planning.columns import column_of, default_table_of, link_table_of, table_of
from lowcode_async.planning.databases import HOME, connection_of, database_of
from lowcode_async.planning.drift import Difference, standing_differences
from lowcode_async.planning.leftovers import PREFIX
from lowcode_async.planning.state import APP_LABEL, closure, is_many_to_many
from lowcode_async.runtime.building import build
from lowcode_async.runtime.generation import blank_row
from lowcode_async.sentences import JSON, Language, sentence
from lowcode_async.upgrades.site import live_rows

_MAKES_NO_CLASS: Final = (AttributeError, FieldError, LookupError, TypeError, ValueError)
"""What a definition raises whose type, option, relation or very form is not known here."""

_LEFT: Final = (
    (PREFIX, "inspected_clone_left"),
    (marks.PREFIX, "inspected_mark_left"),
    (STALE, "inspected_backfill_left"),
    (MOVE, "inspected_move_left"),
    ("", "inspected_table_left"),
)
"""Beginnings of the names of tables that are no model's, with what is said of them."""

_SHADOW: Final = re.compile(r"_v(?P<version>\d+)(_old)?(_\d+)?(_id)?$")
"""How the columns of a conversion end; see `planning.planner`."""


class Weight(Enum):
    """What a remark is worth."""

    PROBLEM = auto()
    """Something is not as it should be."""
    NOTE = auto()
    """Says more about a problem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing to tell."""

    code: str
    """A key of `lowcode_async.sentences.SENTENCES`."""
    params: Mapping[str, JSON] = field(default_factory=dict)
    weight: Weight = Weight.PROBLEM

    def sentence(self, language: Language | None = None) -> str:
        """Tell it in `language`, or in the active one."""
        return sentence(self.code, self.params, language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What was looked at, and what was found."""

    models: tuple[str, ...]
    """Names, in alphabetical order."""
    remarks: tuple[Remark, ...]

    @property
    def problems(self) -> int:
        """How many remarks tell of a problem."""
        return sum(each.weight is Weight.PROBLEM for each in self.remarks)


def inspect(names: Collection[str] = ()) -> Inspection:
    """Compare what the definitions say with what is there, on every database that holds live tables.

    Args:
        names: the models to look at; all of them, and tables that are nobody's, if empty.

    Raises:
        ModelNotFound: there is no live model of one of these names.
    """
    rows = live_rows().order_by("name")
    known = {each.name: each for each in rows}
    for name in names:
        if name not in known:
            near = [each for each in known if each.lower() == name.lower()]
            raise ModelNotFound(name=name, near=near)
    chosen = [each for name, each in known.items() if not names or name in names]
    definitions, broken = _read(rows)
    places = _places(definitions) if not names else []
    stray = [_stray_tables(each) for each in places]
    remarks: list[Remark] = []
    for model in chosen:
        found = broken.get(model.name) or _remarks_on(definitions, model)
        remarks.extend([*found, *(_notes_on(model) if found else ())])
    for place, seen in zip(places, stray, strict=True):
        # Another process may just have made one, and be dropping it now: so both looks count.
        lasting = seen & _stray_tables(place)
        remarks.extend(_remarks_on_tables(lasting, definitions, broken, database=place.alias))
    return Inspection(models=tuple(each.name for each in chosen), remarks=tuple(remarks))


def _places(definitions: Mapping[str, ModelDefinition]) -> list[BaseDatabaseWrapper]:
    """Return the databases where live tables are, or have been: ours first."""
    held = {database_of(each) for each in definitions.values()}
    changed = Upgrade.objects.order_by().values_list("database", flat=True).distinct()
    others = sorted({*held, *changed} - {HOME})
    return [connections[each] for each in (HOME, *others) if each in connections]


def _read(
    rows: Collection[DynamicModel],
) -> tuple[dict[str, ModelDefinition], dict[str, list[Remark]]]:
    """Return the definitions in force that can be read, and what is to be said of the others."""
    definitions: dict[str, ModelDefinition] = {}
    broken: dict[str, list[Remark]] = {}
    for row in rows:
        version = row.versions.filter(number=row.version).first()
        if version is None:
            params: dict[str, JSON] = {"model": row.name, "version": row.version}
            broken[row.name] = [Remark(code="inspected_no_version", params=params)]
            continue
        try:
            definitions[row.name] = ModelDefinition.from_json(version.definition)
        except _MAKES_NO_CLASS as error:
            broken[row.name] = [_no_class(row.name, error)]
    return definitions, broken


def _remarks_on(
    definitions: Mapping[str, ModelDefinition],
    model: DynamicModel,
) -> list[Remark]:
    reached = closure(definitions, model.name)
    try:
        live = build(0, reached, blank_row=blank_row)
        if missing := live.apps.missing():
            return [
                Remark(code="inspected_no_target", params={"model": model.name, "target": each})
                for each in missing
            ]
        definition = definitions[model.name]
        if (database := database_of(definition)) not in connections:
            params: dict[str, JSON] = {"model": model.name, "database": database}
            return [Remark(code="database_unknown", params=params)]
        found = standing_differences(connection_of(definition), definitions, model.name)
    except _MAKES_NO_CLASS as error:
        return [_no_class(model.name, error)]
    return [_remark_of(each, model) for each in found]


def _no_class(name: str, error: Exception) -> Remark:
    detail = f"{type(error).__name__}: {error}"
    return Remark(code="inspected_no_class", params={"model": name, "detail": detail})


def _remark_of(difference: Difference, model: DynamicModel) -> Remark:
    """Return a difference as a remark; a column that an upgrade has left is called that."""
    plain = Remark(code=difference.code, params=difference.params)
    if difference.code != "drift_column_unexpected":
        return plain
    column = str(difference.params["column"])
    if column.startswith(TOUCHED):
        return Remark(code="inspected_touched_column", params=difference.params)
    if shadow := _SHADOW.search(column):
        version = int(shadow["version"])
        left = "replaced" if version <= model.version else "unfinished"
        params = {**difference.params, "version": version}
        return Remark(code=f"inspected_{left}_column", params=params)
    removed = _removed_by(model, column)
    if removed is None:
        return plain
    params = {**difference.params, "version": removed}
    return Remark(code="inspected_removed_column", params=params)


def _removed_by(model: DynamicModel, column: str) -> int | None:
    """Return the version whose predecessor was the last to have this column; None if none had it."""
    former = SchemaVersion.objects.filter(model=model, number__lt=model.version)
    for number, definition in former.order_by("-number").values_list("number", "definition"):
        fields = ModelDefinition.from_json(definition).fields
        if column in {column_of(each) for each in fields if not is_many_to_many(each)}:
            return int(number) + 1
    return None


def _notes_on(model: DynamicModel) -> Iterator[Remark]:
    """Yield what the upgrades of a model have to do with its problems."""
    upgrades = Upgrade.objects.filter(model_name=model.name)
    for each in upgrades.filter(active_model__isnull=False):
        params: dict[str, JSON] = {"model": model.name, "task_id": str(each.pk)}
        yield Remark(code="inspected_under_way", params=params, weight=Weight.NOTE)
    newest = upgrades.filter(state=Upgrade.State.FAILED).order_by("-created_at").first()
    if newest is not None and newest.steps:
        params = {"model": model.name, "task_id": str(newest.pk), "count": len(newest.steps)}
        yield Remark(code="inspected_not_taken_back", params=params, weight=Weight.NOTE)


def _stray_tables(connection: BaseDatabaseWrapper) -> set[str]:
    """Return the tables whose names are ours, and that no model of the site's own has."""
    introspection = connection.introspection
    site = {each.lower() for each in introspection.django_table_names()}
    names = {each.lower() for each in introspection.table_names()} - site
    ours = (f"{APP_LABEL}_", PREFIX, marks.PREFIX, STALE, MOVE)
    return {each for each in names if each.startswith(ours)}


def _remarks_on_tables(
    tables: Collection[str],
    definitions: Mapping[str, ModelDefinition],
    broken: Collection[str],
    *,
    database: str,
) -> list[Remark]:
    here = [each for each in definitions.values() if database_of(each) == database]
    owned = {table for each in here for table in _tables_of(each)}
    # What a definition that cannot be read would own is told by the beginning of its name.
    doubtful = tuple(default_table_of(name).lower() for name in broken)
    left: Sequence[str] = [
        each
        for each in sorted(tables)
        if each not in owned and not (doubtful and each.startswith(doubtful))
    ]
    return [
        Remark(
            code=next((code for start, code in _LEFT if each.startswith(start))),
            params={"table": each},
        )
        for each in left
    ]


def _tables_of(definition: ModelDefinition) -> Iterator[str]:
    yield table_of(definition).lower()
    for each in definition.fields:
        if is_many_to_many(each):
            yield link_table_of(definition, each).lower()
