"""Which rows of a model a request can reach: those of its project, those not marked as deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q, QuerySet

from lowcode_async.data_api.columns import Column
from lowcode_async.data_api.shapes import Shape, shape_of
from lowcode_async.runtime import Published
from lowcode_async.runtime.published import is_published


class Deleted(StrEnum):
    """Whether rows that are marked as deleted count."""

    WITHOUT = "without"
    WITH = "with"
    ONLY = "only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What one request can reach of one model."""

    published: Published
    shape: Shape
    project: Any = None
    """The requested project, as `project` of a row has it; None where none was requested."""
    deleted: Deleted = Deleted.WITHOUT

    @property
    def model(self) -> type[models.Model]:
        """The model."""
        return self.published.model

    @property
    def name(self) -> str:
        """The model's name, as callers know it."""
        return self.published.name

    def rows(self) -> QuerySet[models.Model]:
        """Return the rows within reach."""
        rows = self.model._default_manager.all()
        condition = within(self.shape, self.project, self.deleted)
        return rows.filter(condition) if condition else rows

    def with_deleted(self) -> Reach:
        """Return the same, and rows that are marked as deleted along with it."""
        return replace(self, deleted=Deleted.WITH)

    def related(
        self, model: type[models.Model], column: Column, values: Sequence[Any]
    ) -> QuerySet[models.Model]:
        """Return another model's rows with these values, as far as this request may see them."""
        found = model._base_manager.filter(within(shape_of(model), self.project))
        return found.filter(**{f"{column.attname}__in": values})


def within(shape: Shape, project: Any, deleted: Deleted = Deleted.WITHOUT, *, path: str = "") -> Q:
    """Return what a row must be to be within reach; `path` leads to it, ``"author__"``."""
    condition = Q()
    if shape.confined and project is None:
        condition &= Q(**{f"{path}pk__in": []})
    elif shape.confined:
        condition &= Q(**{f"{path}{shape.columns['project'].attname}": project})
    if shape.marks_deleted and deleted is not Deleted.WITH:
        marked = Q(**{f"{path}is_deleted": True})
        condition &= marked if deleted is Deleted.ONLY else ~marked
    return condition


def visible(model: type[models.Model]) -> tuple[Column, ...]:
    """Return the columns of a related model that may be seen, and asked for, through a relation.

    All of a published model. Of the site's users the key and the name, of others the key: what the
    site has not published (the hash of a password) cannot be found out by filtering either.
    """
    shape = shape_of(model)
    if is_published(model):
        return tuple(shape.columns.values())
    if model is get_user_model():
        name = shape.columns[get_user_model().USERNAME_FIELD]
        return tuple(dict.fromkeys((shape.key, name)))
    return (shape.key,)
