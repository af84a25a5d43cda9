"""The live models as people look at them: their rows, their versions, what differs between these."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Max

from lowcode_async.definitions.differences import differences, model_differences
from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.errors import ModelNotFound
from lowcode_async.models import DynamicModel, SchemaVersion, Upgrade
from lowcode_async.planning.columns import table_of
from lowcode_async.planning.databases import connection_of
from lowcode_async.planning.row_counts import RowCount, row_counts
from lowcode_async.sentences import JSON
from lowcode_async.upgrades.asking import posted_form
from lowcode_async.upgrades.events import iso
from lowcode_async.upgrades.site import current_definitions, live_rows


def models() -> list[dict[str, JSON]]:
    """Return all live models by name, each with its rows, its version and what happens to it."""
    definitions = current_definitions()
    counts = _counts(definitions.values())
    rows = live_rows().annotate(updated_at=Max("versions__created_at"))
    running = _running()
    return [
        _summary(row, definitions[row.name], counts, running)
        for row in rows.order_by("name_lower")
        if row.name in definitions
    ]


def model(name: str) -> dict[str, JSON]:
    """Return one live model, with its definition as it is posted.

    Raises:
        ModelNotFound: there is none of this name.
    """
    row = _row(name)
    definition = current_definitions()[row.name]
    counts = _counts([definition])
    return {
        **_summary(row, definition, counts, _running()),
        "definition": posted_form(definition),
        "table": table_of(definition),
    }


def versions(name: str) -> list[dict[str, JSON]]:
    """Return the versions of a model, the newest first, each with its difference to the one before.

    Raises:
        ModelNotFound: there is no live model of this name.
    """
    row = _row(name)
    found = SchemaVersion.objects.filter(model=row).select_related("upgrade__requested_by")
    told: list[dict[str, JSON]] = []
    before: ModelDefinition | None = None
    for each in found.order_by("number"):
        after = ModelDefinition.from_json(each.definition)
        told.append(_version(each, before, after))
        before = None if after.deleted else after
    return told[::-1]


def _counts(definitions: Iterable[ModelDefinition]) -> dict[str, RowCount]:
    """Return how many rows there are by table, asked of each database that holds some of them."""
    by_database: defaultdict[BaseDatabaseWrapper, list[str]] = defaultdict(list)
    for each in definitions:
        by_database[connection_of(each)].append(table_of(each))
    counts: dict[str, RowCount] = {}
    for connection, tables in by_database.items():
        counts |= row_counts(connection, tables)
    return counts


def _row(name: str) -> DynamicModel:
    rows = live_rows().annotate(updated_at=Max("versions__created_at"))
    row = rows.filter(name_lower=name.lower()).first()
    # Whatever the database's collation, a name is its letters as they are.
    if row is None or row.name != name:
        raise ModelNotFound(name=name)
    return row


def _running() -> dict[str, str]:
    """Return the upgrades under way, by the lower-case name of their models."""
    rows = Upgrade.objects.filter(active_model__isnull=False)
    return {str(name): str(pk) for name, pk in rows.values_list("active_model", "pk")}


def _summary(
    row: DynamicModel,
    definition: ModelDefinition,
    counts: Mapping[str, RowCount],
    running: Mapping[str, str],
) -> dict[str, JSON]:
    count = counts.get(table_of(definition))
    return {
        "name": row.name,
        "version": row.version,
        "fields": len(definition.fields),
        "rows": count.to_json() if count is not None else None,
        "created_at": iso(row.created_at),
        "updated_at": iso(row.updated_at),  # type: ignore[attr-defined] # annotated
        "running": running.get(row.name_lower),
    }


def _version(
    row: SchemaVersion, before: ModelDefinition | None, after: ModelDefinition
) -> dict[str, JSON]:
    upgrade = row.upgrade
    user = upgrade.requested_by if upgrade is not None else None
    return {
        "number": row.number,
        "deleted": after.deleted,
        "definition": posted_form(after),
        "differences": [each.to_json() for each in differences(before, after)],
        "model_differences": [each.to_json() for each in model_differences(before, after)],
        "operations": row.operations,
        "upgrade": str(upgrade.pk) if upgrade is not None else None,
        "requested_by": user.get_username() if user is not None else None,
        "created_at": iso(row.created_at),
    }
