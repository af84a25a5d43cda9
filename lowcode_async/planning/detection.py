"""What Django finds between two states."""

from __future__ import annotations

from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from lowcode_async.errors import StageFailed
from lowcode_async.planning.questioner import DefinitionQuestioner
from lowcode_async.planning.state import APP_LABEL


def detected(before: ProjectState, after: ProjectState, model: str) -> list[Operation]:
    """Return the operations that Django finds between two states.

    Raises:
        StageFailed: one of them concerns another model than the plan's.
    """
    changes = MigrationAutodetector(before, after, DefinitionQuestioner()).changes(
        graph=MigrationGraph()
    )
    found = [
        (label, operation)
        for label, migrations in changes.items()
        for migration in migrations
        for operation in migration.operations
    ]
    for label, operation in found:
        name: str = getattr(operation, "model_name", "") or getattr(operation, "name", "")
        if label != APP_LABEL or name.lower() != model.lower():
            raise StageFailed(
                "plan_touches_other_model", model=model, operation=operation.describe()
            )
    return [operation for _, operation in found]
