"""Everything that can be seen of some models and their rows; needs nothing but Django.

A process of its own runs it on the ejected classes, the tests themselves on the live ones.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any


def seen(models: Iterable[Any]) -> dict[str, Any]:
    """Return rows, links, fields and ways back of models, by name, as JSON can hold them."""
    return {
        each.__name__: {
            "rows": [_row(row) for row in each._base_manager.order_by("pk")],
            "fields": [_field(field) for field in (*each._meta.fields, *each._meta.many_to_many)],
            "back": sorted(
                relation.get_accessor_name()
                for relation in each._meta.related_objects
                if relation.get_accessor_name() is not None
            ),
        }
        for each in sorted(models, key=lambda model: model.__name__)
    }


def _row(row: Any) -> dict[str, Any]:
    values = {field.name: _value(field.value_from_object(row)) for field in row._meta.fields}
    for relation in row._meta.many_to_many:
        linked = getattr(row, relation.name).order_by("pk")
        values[relation.name] = [_value(each.pk) for each in linked]
    return values


def _value(value: object) -> str:
    return (
        repr(bytes(value)) if isinstance(value, memoryview) else f"{type(value).__name__} {value}"
    )


def _field(field: Any) -> list[str]:
    options = ["verbose_name", "help_text", "null", "blank", "unique", "editable", "choices"]
    target = field.remote_field and field.remote_field.model.__name__
    return [
        *(field.name, field.get_internal_type(), str(field.column), str(target)),
        *(f"{each}={getattr(field, each)}" for each in options),
        f"default={field.has_default()}",
    ]


if __name__ == "__main__":
    import django

    django.setup()
    from django.apps import apps

    [app] = sys.argv[1:]
    ejected = apps.get_app_config(app)
    print(json.dumps(seen(ejected.get_models())))
    assert not any(each.startswith("lowcode_async") for each in sys.modules)
    product = ejected.get_model("Product")
    old = product.objects.get(name="一")
    new = product.objects.create(
        name="written", shop=old.shop, parent=old, create_user=old.create_user
    )
    new.sold.add(old.shop)
    new.users.add(old.create_user)
    old.data = {"changed": True}
    old.save()
