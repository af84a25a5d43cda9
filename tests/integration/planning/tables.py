"""Live tables for these tests: plans are carried out here as plainly as can be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, models

from lowcode_async.definitions.model import FieldDefinition, ModelDefinition
from lowcode_async.planning.findings import Finding
from lowcode_async.planning.operations import Filling
from lowcode_async.planning.planner import Phase, Plan, make_plan
from lowcode_async.planning.probing import probe
from lowcode_async.planning.state import APP_LABEL, project_state


def field(name: str, type_: str, **options: Any) -> FieldDefinition:
    """Return the definition of a field; ``renamed_from`` may stand among the options."""
    renamed_from = options.pop("renamed_from", None)
    return FieldDefinition(name=name, type=type_, options=options, renamed_from=renamed_from)


class Tables:
    """The live models of one test, and what becomes of them."""

    def __init__(self) -> None:
        self.definitions: dict[str, ModelDefinition] = {}
        self.version = 0

    def plan(self, name: str, *fields: FieldDefinition, **beside: Any) -> Plan:
        """Plan a model's next definition; what it says beside its fields by keyword."""
        target = ModelDefinition(name=name, fields=fields, **beside)
        return make_plan(self.definitions, target, version=self.version)

    def probe(self, plan: Plan) -> list[Finding]:
        """Ask what the plan would do."""
        percents: list[float] = []
        found = probe(plan, connection, progress=lambda percent, **_: percents.append(percent))
        assert percents == sorted(percents)
        return [Finding.from_json(each.to_json()) for each in found]

    def carry_out(self, plan: Plan, *, force: bool = False) -> None:
        """Carry a plan out, and take its result for what stands."""
        for planned, before, after in plan.steps():
            self._do(planned.operation, before, after, force=force)
        self.definitions[plan.after.name] = plan.after.settled()
        self.version += 1

    def there_and_back(self, plan: Plan, *, force: bool = False) -> None:
        """Carry out what can be taken back, and take it back."""
        done = []
        for planned, before, after in plan.steps():
            if planned.phase is Phase.CONTRACT:
                break
            self._do(planned.operation, before, after, force=force)
            done.append((planned.operation, before, after))
        for operation, before, after in reversed(done):
            with connection.schema_editor() as editor:
                operation.database_backwards(APP_LABEL, editor, after, before)

    def upgrade(
        self, name: str, *fields: FieldDefinition, force: bool = False, **beside: Any
    ) -> Plan:
        """Plan and carry out."""
        plan = self.plan(name, *fields, **beside)
        self.carry_out(plan, force=force)
        return plan

    def model(self, name: str) -> Any:
        """Return a class for the rows of a live model."""
        state = project_state(self.definitions)
        model: type[models.Model] = state.apps.get_model(APP_LABEL, name)
        return model

    def insert(self, name: str, *rows: dict[str, Any]) -> list[Any]:
        """Insert rows; return their keys."""
        model = self.model(name)
        return [model._base_manager.create(**row).pk for row in rows]

    def values(self, name: str, field: str) -> list[Any]:
        """Return a field's values, in the order of the keys."""
        rows = self.model(name)._base_manager.order_by("pk")
        return list(rows.values_list(field, flat=True))

    def _do(self, operation: Any, before: Any, after: Any, *, force: bool) -> None:
        if isinstance(operation, Filling):
            operation.force = force
        with connection.schema_editor() as editor:
            operation.database_forwards(APP_LABEL, editor, before, after)


def columns(table: str) -> Sequence[str]:
    """Return the names of a table's columns, sorted."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_description(cursor, table)
    return sorted(each.name for each in found)
