"""Relations from live models to the site's own.

Django reads a many-to-many relation by a name that the target's class has to know: ``User`` would be asked
for ``article__id``. The site's classes know nothing of live models, so it is read from the other end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps as site_apps
from django.db import connections
from django.db.models import Field, ForeignKey, Model, QuerySet
from django.db.models.fields.related_descriptors import ManyToManyDescriptor
from django.utils.functional import cached_property

_SOURCE: Final = "_prefetch_related_val"


def link_to_site(model: type[Model]) -> None:
    """Make the many-to-many relations of a new live class to models of the site readable."""
    for field in model._meta.local_many_to_many:
        target: Any = field.remote_field.model
        # A string where the site has no such model any more.
        if not isinstance(target, str) and target._meta.apps is site_apps:
            setattr(model, field.name, SiteManyToMany(field.remote_field))


def links_to_site(models: Iterable[type[Model]]) -> dict[type[Model], tuple[Field[Any, Any], ...]]:
    """Return by model of the site the fields of live models that point at it."""
    found: dict[type[Model], tuple[Field[Any, Any], ...]] = {}
    for model in models:
        for field in model._meta.local_concrete_fields:
            target: Any = field.related_model
            # A string where the site has no such model any more.
            if not isinstance(target, str | None) and target._meta.apps is site_apps:
                found[concrete(target)] = (*found.get(concrete(target), ()), field)
    return found


def concrete(model: type[Model]) -> type[Model]:
    """Return the model whose table it is: that of a proxy, or else the model itself."""
    found: type[Model] | None = model._meta.concrete_model
    assert found is not None
    return found


if TYPE_CHECKING:
    _Descriptor = ManyToManyDescriptor[Any, Any]
else:
    _Descriptor = ManyToManyDescriptor


class SiteManyToMany(_Descriptor):
    """What a many-to-many relation to a model of the site is accessed by."""

    @cached_property
    def related_manager_cls(self) -> type[Any]:
        """The related manager, one that needs no name on the target's side."""
        return _seen_from_here(super().related_manager_cls)


def _seen_from_here(related_manager: type[Any]) -> type[Any]:
    """Return a subclass of Django's related manager that asks the table in between."""

    class SiteRelatedManager(related_manager):  # type: ignore[misc]
        def __init__(self, instance: Model) -> None:
            super().__init__(instance)
            between = self.through._base_manager.filter(
                **{self.source_field_name: self.related_val[0]}
            )
            self.core_filters = {"pk__in": between.values(self.target_field.attname)}

        def __call__(self, *, manager: str) -> Any:
            return _seen_from_here(type(super().__call__(manager=manager)))(self.instance)

        def get_prefetch_querysets(
            self, instances: Sequence[Model], querysets: Sequence[QuerySet[Any]] | None = None
        ) -> tuple[object, ...]:
            given = querysets[0] if querysets else super(related_manager, self).get_queryset()
            queryset = given.using(instances[0]._state.db)
            source: ForeignKey[Any, Any] = self.source_field
            connection = connections[queryset.db]

            def key(value: object) -> object:
                return source.get_db_prep_value(value, connection)

            return (
                _joined(queryset, source, self.target_field, [key(row.pk) for row in instances]),
                lambda found: key(getattr(found, _SOURCE)),
                lambda row: key(row.pk),
                False,
                self.prefetch_cache_name,
                False,
            )

    return SiteRelatedManager


def _joined(
    queryset: QuerySet[Any],
    source: ForeignKey[Any, Any],
    target: ForeignKey[Any, Any],
    keys: Sequence[object],
) -> QuerySet[Any]:
    """Join the table in between, of the rows with these keys; `_SOURCE` says whose each result is."""
    quoted = connections[queryset.db].ops.quote_name
    table = source.model._meta.db_table
    own_key = (
        f"{quoted(queryset.query.get_initial_alias())}.{quoted(queryset.model._meta.pk.column)}"
    )
    source_column, target_column = (
        f"{quoted(table)}.{quoted(field.column)}" for field in (source, target)
    )
    places = ", ".join(["%s"] * len(keys))
    # As Django does for its own: no other public way selects a column of a joined table.
    return queryset.extra(  # noqa: S610 - names are quoted, values are parameters
        tables=[table],
        select={_SOURCE: source_column},
        where=[f"{target_column} = {own_key}", f"{source_column} IN ({places})"],
        params=keys,
    )
