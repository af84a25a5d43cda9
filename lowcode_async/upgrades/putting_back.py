"""Lost values back into their rows, where there is a place for them and nobody has been there since."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from django.core.exceptions import FieldDoesNotExist
from django.db import DataError, IntegrityError, connections, models, router, transaction

from lowcode_async.clock import database_now
from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.errors import ModelNotFound, UpgradeConflict
from lowcode_async.models import LostValue, SchemaVersion, Upgrade
from lowcode_async.planning.changes import effective_default
from lowcode_async.planning.conversions import Changed, Converter, Kept, Misfit
from lowcode_async.planning.databases import HOME
from lowcode_async.planning.lost_values import read, untouched
from lowcode_async.planning.orphans import Targets
from lowcode_async.planning.rows import Column
from lowcode_async.planning.shapes import Kind, Shape, shape_of
from lowcode_async.planning.writing import write_column
from lowcode_async.runtime import get_model
from lowcode_async.sentences import JSON, Language, sentence
from lowcode_async.upgrades.lost import Choice, pages

log = logging.getLogger(__name__)

TOLD: Final = 100
"""Values that were not put back and are named."""
_AT_ONCE: Final = 500


@dataclass(slots=True, kw_only=True)
class PutBack:
    """What was put back, and what was not, and why."""

    restored: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    """Codes, with how many values each concerns."""
    refused: list[tuple[int, str]] = field(default_factory=list)
    """The first `TOLD`: id and code."""

    def refuse(self, row: LostValue, reason: str) -> None:
        """Note that a value was not put back."""
        self.reasons[reason] += 1
        if len(self.refused) < TOLD:
            self.refused.append((row.pk, reason))

    def to_json(self, language: Language | None = None) -> dict[str, JSON]:
        """Return the body that tells it."""
        return {
            "restored": self.restored,
            "refused": sum(self.reasons.values()),
            "reasons": [
                {"code": code, "count": count, "message": sentence(code, {}, language)}
                for code, count in sorted(self.reasons.items())
            ],
            "refusals": [{"id": pk, "code": code} for pk, code in self.refused],
        }


@dataclass(frozen=True, slots=True)
class _Place:
    """A lost value, its row's key, and what is to be written there."""

    row: LostValue
    key: Any
    value: Any


def put_back(choice: Choice, *, overwrite: bool = False) -> PutBack:
    """Put lost values back into the fields that they were in, as those are called now.

    A value comes back only as it is: what the field cannot hold any more stays where it is. A row whose
    value is no longer what the upgrade wrote has been edited, and is left alone.

    Args:
        choice: which values.
        overwrite: put them back into rows that were edited as well.

    Raises:
        UpgradeConflict: a model that they belong to is being upgraded.
    """
    done = PutBack()
    for page in pages(choice, size=_AT_ONCE):
        groups = sorted(page, key=lambda each: (str(each.upgrade_id), each.field, each.removed))
        for _, rows in groupby(groups, lambda each: (each.upgrade_id, each.field, each.removed)):
            _put_back(list(rows), done, overwrite=overwrite)
    log.info("lost values put back count=%s refused=%s", done.restored, done.reasons.total())
    return done


def _put_back(rows: list[LostValue], done: PutBack, *, overwrite: bool) -> None:
    waiting = [each for each in rows if each.restored_at is None]
    for each in rows:
        if each.restored_at is not None:
            done.refuse(each, "lost_restored_already")
    if not waiting:
        return
    column = _column_of(waiting[0])
    if column is None or waiting[0].kind not in {each.value for each in Kind}:
        for each in waiting:
            done.refuse(each, "lost_field_gone" if column is None else "lost_not_a_value")
        return
    database = column.connection.alias
    with transaction.atomic(using=database):
        places = list(_places(column, waiting, done, overwrite=overwrite))
        written = _written(column, places, done)
        if database == HOME:
            _note(written)
    if database != HOME:
        # Not before the values are back: if this does not happen, they are told to have been edited.
        _note(written)
    done.restored += len(written)


def _note(written: Sequence[int]) -> None:
    """Note that lost values are back."""
    LostValue.objects.filter(pk__in=written).update(restored_at=database_now())


def _column_of(row: LostValue) -> Column | None:
    """Return the column that a value was in, as it is now; None if there is none.

    Raises:
        UpgradeConflict: its model is being upgraded.
    """
    version = SchemaVersion.objects.filter(upgrade=row.upgrade_id).select_related("model").first()
    if version is None:
        return None
    name = version.model.name
    running = Upgrade.objects.filter(active_model=name.lower()).first()
    if running is not None:
        raise UpgradeConflict(model_name=name, task_id=str(running.pk))
    try:
        live: type[models.Model] = get_model(name)
        place = connections[router.db_for_write(live)]
        return Column(live, _name_now(row.field, version), place)
    except (ModelNotFound, FieldDoesNotExist):
        return None


def _name_now(name: str, version: SchemaVersion) -> str:
    """Follow a field through the renames since."""
    later = version.model.versions.filter(number__gt=version.number, upgrade__isnull=False)
    for asked in later.order_by("number").values_list("upgrade__definition", flat=True):
        for each in ModelDefinition.from_json(asked).fields:
            if each.renamed_from == name:
                name = each.name
                break
    return name


def _places(
    column: Column, rows: Sequence[LostValue], done: PutBack, *, overwrite: bool
) -> Iterator[_Place]:
    """Yield where values can be put, in the order in which the database has the keys."""
    key: Any = column.model._meta.pk
    by_key = {key.to_python(json.loads(each.row_key)): each for each in rows}
    held = column.rows.filter(pk__in=list(by_key)).select_for_update()
    found = held.annotate(_lowcode_value=column.value).values_list("pk", "_lowcode_value")
    current = {pk: column.read(raw) for pk, raw in found}
    targets = Targets.of(column)
    for pk, each in by_key.items():
        if pk not in current:
            done.refuse(each, "lost_row_gone")
    for pk, now in current.items():
        row = by_key[pk]
        outcome = _as_now(column, row.kind, row.value)
        if not isinstance(outcome, Kept):
            done.refuse(row, "lost_does_not_fit")
        elif targets is not None and outcome.value is not None and targets.missing(outcome.value):
            done.refuse(row, "lost_target_gone")
        elif not overwrite and not _is_untouched(column, row, now):
            done.refuse(row, "lost_row_edited")
        else:
            yield _Place(row, pk, outcome.value)


def _as_now(column: Column, kind: str, text: str | None) -> Kept | Changed | None:
    """Return what a value is in the column as it is today; None if it cannot hold it at all."""
    target = shape_of(column.plain_field)
    if target is None or kind not in {each.value for each in Kind}:
        return None
    convert = Converter(source=Shape(kind=Kind(kind)), target=target, nullable=column.field.null)
    outcome = convert(read(kind, text))
    return None if isinstance(outcome, Misfit) else outcome


def _is_untouched(column: Column, row: LostValue, now: Any) -> bool:
    """Tell whether a row holds what the upgrade has left there."""
    if row.removed:
        return now is None or untouched(now, effective_default(column.field))
    left = _as_now(column, row.became_kind, row.became)
    return left is not None and untouched(now, left.value)


def _written(column: Column, places: Sequence[_Place], done: PutBack) -> list[int]:
    """Write values; return the ids of those that the database has taken."""
    try:
        _write(column, places)
    except (IntegrityError, DataError):
        return [each.row.pk for each in places if _is_taken(column, each, done)]
    return [each.row.pk for each in places]


def _is_taken(column: Column, place: _Place, done: PutBack) -> bool:
    try:
        _write(column, [place])
    except (IntegrityError, DataError):
        done.refuse(place.row, "lost_refused")
        return False
    return True


def _write(column: Column, places: Sequence[_Place]) -> None:
    with transaction.atomic(using=column.connection.alias):
        pairs = [(each.key, each.value) for each in places]
        write_column(column.connection, column.model, column.field.name, pairs)
