"""Definitions in, live classes out: one immutable generation."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.db.models import Field, Model

from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.errors import ModelNotFound
from lowcode_async.planning.state import model_state
from lowcode_async.runtime.live import MODULE, LiveApps
from lowcode_async.runtime.live_rows import LiveManager, LiveRow
from lowcode_async.runtime.site_links import link_to_site, links_to_site

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Generation:
    """An immutable set of live classes; every change of a definition makes the next one.

    Relations lead to classes of the same generation, so no class is shared between two.
    """

    number: int
    """Value of the counter ``generation`` that this set holds at least; 0 before the first upgrade."""
    models: Mapping[str, type[Model]]
    """The live classes by name, in the order of their names."""
    definitions: Mapping[str, ModelDefinition]
    """What they were made from, by name."""
    apps: LiveApps
    """The registry they stand in, ``_meta.apps`` of each."""
    links_to_site: Mapping[type[Model], tuple[Field[Any, Any], ...]]
    """By model of the site's own the fields that point at it, those of tables in between included."""

    def get_model(self, name: str) -> type[Model]:
        """Return the live class of exactly this name.

        Raises:
            ModelNotFound: there is none; `near` are names that look like it.
        """
        try:
            return self.models[name]
        except KeyError:
            raise ModelNotFound.among(self.models, name=name, renamed=self.renamed) from None

    @property
    def renamed(self) -> dict[str, str]:
        """What models are called now, by their former names in lower case."""
        return {
            former.lower(): name
            for name, definition in self.definitions.items()
            for former in definition.former_names
        }

    def __repr__(self) -> str:
        return f"<Generation {self.number}: {len(self.models)} models>"


def build(
    number: int,
    definitions: Mapping[str, ModelDefinition],
    *,
    blank_row: Callable[[str], Model],
) -> Generation:
    """Make the live classes of `definitions`.

    Args:
        number: what the generation may claim to be.
        definitions: all definitions in force, by name.
        blank_row: see `LiveApps.blank_row`.
    """
    apps = LiveApps(blank_row=blank_row)
    names = sorted(definitions)
    with apps.filling():
        live = {name: _render(definitions[name], apps) for name in names}
    _finish(apps)
    return Generation(
        number=number,
        models=MappingProxyType(live),
        definitions=MappingProxyType({name: definitions[name] for name in names}),
        apps=apps,
        links_to_site=MappingProxyType(links_to_site(apps.get_models(include_auto_created=True))),
    )


def _render(definition: ModelDefinition, apps: LiveApps) -> type[Model]:
    state = model_state(definition)
    state.bases = (LiveRow, *state.bases)
    state.managers = [("objects", LiveManager())]
    model: type[Model] = state.render(apps)
    return model


def _finish(apps: LiveApps) -> None:
    """Do now what Django would do at first use, when readers of several threads would race."""
    for model in apps.get_models(include_auto_created=True):
        model.__module__ = MODULE
        link_to_site(model)
        model._meta.get_fields(include_hidden=True)
    if missing := apps.missing():
        log.error("relations lead nowhere targets=%s", ", ".join(missing))
