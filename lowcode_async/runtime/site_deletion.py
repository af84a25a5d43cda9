"""What becomes of live rows when a row of the site's own that they point at is deleted.

Django asks the site's registry which models point at a row that it deletes, and live models are not
there. So it is done in ``pre_delete``, which Django sends for every row that a deletion will take, in
its transaction and before the first statement; a class that is listened to is never deleted on the
short way that sends none. See docs/adr/0013-site-rows-and-on-delete.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from django.apps import apps as site_apps
from django.db import router
from django.db.models import DO_NOTHING, Model, ProtectedError, RestrictedError
from django.db.models.deletion import Collector
from django.db.models.signals import pre_delete

from lowcode_async.runtime.building import Generation
from lowcode_async.runtime.changes import tell_deletions
from lowcode_async.runtime.site_links import concrete

_ONCE: Final = "lowcode_async.site_deletion"
"""What keeps a class from being listened to twice."""


def watch(targets: Iterable[type[Model]], receiver: Callable[..., None]) -> None:
    """Hear of deletions of these models of the site, and of their proxies, from now on."""
    wanted = set(map(concrete, targets))
    for model in site_apps.get_models(include_auto_created=True):
        if concrete(model) in wanted:
            pre_delete.connect(receiver, sender=model, weak=False, dispatch_uid=_ONCE)


def delete_along(generation: Generation, row: Model, *, using: str) -> None:
    """Do to the live rows that point at a row what their ``on_delete`` says.

    Raises:
        ProtectedError: one of them protects the row.
        RestrictedError: one of them restricts the row, and would not be deleted itself.
    """
    collector = Collector(using=using, origin=row)
    protected: set[Model] = set()
    for field in _leading_to(generation, row, using):
        rows = collector.related_objects(field.model, [field], [row])
        try:
            if rows:
                field.remote_field.on_delete(collector, field, rows, using)
        except ProtectedError as error:
            protected |= set(error.protected_objects)
    if protected:
        raise ProtectedError(_refusal(row, "protected", map(type, protected)), protected)
    _refuse_restricted(collector, row)
    _, counts = collector.delete()
    tell_deletions(counts, using=using)


def _leading_to(generation: Generation, row: Model, using: str) -> Iterator[Any]:
    fields: Sequence[Any] = generation.links_to_site.get(concrete(type(row)), ())
    for field in fields:
        does_something = field.remote_field.on_delete is not DO_NOTHING
        if does_something and router.allow_migrate_model(using, field.model):
            yield field


def _refuse_restricted(collector: Collector, row: Model) -> None:
    """Refuse what Django's collector would, had it begun with the row itself."""
    for model, rows in collector.data.items():
        collector.clear_restricted_objects_from_set(model, set(rows))
    for queryset in collector.fast_deletes:
        collector.clear_restricted_objects_from_queryset(queryset.model, queryset)
    fields = (each for found in collector.restricted_objects.values() for each in found.values())
    restricted: set[Model] = set().union(*fields)
    if restricted:
        raise RestrictedError(_refusal(row, "restricted", map(type, restricted)), restricted)


def _refusal(row: Model, how: str, models: Iterable[type[Model]]) -> str:
    """Return what Django would say, for logs."""
    names = ", ".join(sorted({each.__name__ for each in models}))
    return (
        f"Cannot delete some instances of model '{type(row).__name__}' because they are "
        f"referenced through {how} foreign keys of live models: {names}."
    )
