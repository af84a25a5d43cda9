"""The private registry that the live classes of one generation stand in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.apps import apps as site_apps
from django.apps.registry import Apps
from django.db import models

from lowcode_async.planning.state import APP_LABEL

MODULE: Final = APP_LABEL
"""``__module__`` of live classes, for people to read; nothing can be imported from it."""


class LiveApps(Apps):
    """The registry of one generation: its own models, and behind them the site's.

    Relations to the site's models resolve to the real classes, yet whatever walks over a registry
    (the graph of reverse relations, the clearing of caches) sees the models of this one only. The
    base class would clear caches that all registries share.
    """

    def __init__(self, *, blank_row: Callable[[str], models.Model]) -> None:
        super().__init__()
        self.blank_row = blank_row
        """Module-level function that makes an empty row of the live model of a name: a pickled
        row names it, since its class cannot be imported."""

    @contextmanager
    def filling(self) -> Iterator[None]:
        """Clear caches once after many models were registered, instead of after each."""
        self.ready = False
        try:
            yield
        finally:
            self.ready = True
            self.clear_cache()

    # Django caches this for each registry for ever, which would keep every generation alive.
    def get_models(
        self,
        include_auto_created: bool = False,  # noqa: FBT001, FBT002 - Django's signature
        include_swapped: bool = False,  # noqa: FBT001, FBT002
    ) -> list[type[models.Model]]:
        """Return the models of this generation, none of the site's."""
        return [
            model
            for model in self.all_models[APP_LABEL].values()
            if include_auto_created or not model._meta.auto_created
        ]

    def get_model(
        self,
        app_label: str,
        model_name: str | None = None,
        require_ready: bool = True,  # noqa: FBT001, FBT002 - Django's signature
    ) -> type[Any]:
        """Return a model of this generation or of the site."""
        if model_name is None:
            app_label, model_name = app_label.split(".")
        return self.get_registered_model(app_label, model_name)

    def get_registered_model(self, app_label: str, model_name: str) -> type[Any]:
        """Return a model of this generation or of the site."""
        if app_label == APP_LABEL:
            return super().get_registered_model(app_label, model_name)
        return site_apps.get_registered_model(app_label, model_name)

    def missing(self) -> list[str]:
        """Return the labels of models that relations of this generation lead to, and that are not."""
        return sorted(".".join(key) for key in self._pending_operations)

    def clear_cache(self) -> None:
        """Clear what the models of this generation remember about each other."""
        if self.ready:
            for model in self.get_models(include_auto_created=True):
                model._meta._expire_cache()  # type: ignore[attr-defined]  # noqa: SLF001
