"""Brings dynamic models into a database by hand, as an upgrade's migrate stage would."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from lowcode_async.definitions.model import FieldDefinition, ModelDefinition
from lowcode_async.models import Counter, DynamicModel, SchemaVersion
from lowcode_async.planning.state import project_state
from lowcode_async.runtime import registry


def definition(model: str, /, **fields: dict[str, Any]) -> ModelDefinition:
    """Return a definition: ``definition("Product", name={"type": "CharField", "max_length": 9})``."""
    return ModelDefinition(
        name=model,
        fields=tuple(
            FieldDefinition(
                name=field,
                type=options["type"],
                options={key: value for key, value in options.items() if key != "type"},
            )
            for field, options in fields.items()
        ),
    )


def text(**options: Any) -> dict[str, Any]:
    """Return a CharField with an empty default."""
    return {"type": "CharField", "max_length": 100, "default": "", **options}


def record(*definitions: ModelDefinition) -> int:
    """Write definitions as the newest versions, without their tables; return the new number."""
    with transaction.atomic():
        for each in definitions:
            model, _ = DynamicModel.objects.get_or_create(
                name_lower=each.name.lower(), defaults={"name": each.name, "version": 0}
            )
            model.version += 1
            model.save()
            SchemaVersion.objects.create(
                model=model, number=model.version, definition=each.to_json()
            )
        Counter.objects.get_or_create(name=Counter.Name.GENERATION)
        Counter.objects.filter(name=Counter.Name.GENERATION).update(value=F("value") + 1)
        return Counter.objects.get(name=Counter.Name.GENERATION).value


def publish(*definitions: ModelDefinition) -> int:
    """Create tables, add what columns are missing, and write the definitions; return the number."""
    before = registry._definitions("default")
    former = project_state(before).apps
    target = project_state({**before, **{each.name: each for each in definitions}}).apps
    with connection.schema_editor() as editor:
        for each in definitions:
            model = target.get_model("dynamic", each.name)
            if each.name not in before:
                editor.create_model(model)
                continue
            known = {field.name for field in before[each.name].fields}
            for field in each.fields:
                if field.name not in known:
                    owner = former.get_model("dynamic", each.name)
                    editor.add_field(owner, model._meta.get_field(field.name))
    return record(*definitions)


def eventually(condition: Callable[[], Any], *, within: float = 60.0) -> Any:
    """Return the first true value of `condition`; fail when there is none within some seconds."""
    deadline = time.monotonic() + within
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {within} s"
        Event().wait(0.02)
