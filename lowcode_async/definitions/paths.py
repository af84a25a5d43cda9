"""Paths from a row to a value: ``subtask.template_id``.

The last part is a field, those before it are relations that lead to one row each. Of rows of the
site's own, a path sees only what `SiteModel.shown` says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from lowcode_async.definitions.kinds import shown
from lowcode_async.definitions.reserved import RESERVED_FIELDS, Behavior
from lowcode_async.definitions.surroundings import SELF, Surroundings
from lowcode_async.sentences import JSON

DEEPEST: Final = 5
"""The most relations on one path."""


class Fault(NamedTuple):
    """What is wrong with a path."""

    code: str
    params: dict[str, JSON]
    model: str
    """On whose rows it goes wrong."""


class _Step(NamedTuple):
    """What one part of a path leads to."""

    to: str | None = None
    """The model it leads on to; None for a plain value."""
    many: bool = False


_VALUE: Final = _Step()
_PROJECT: Final = next(
    name for name, each in RESERVED_FIELDS.items() if each.behavior is Behavior.CONFINES
)


def _params(owner: str, name: str, path: str) -> dict[str, JSON]:
    return {"path": shown(path), "name": shown(name), "model": owner}


@dataclass(slots=True, kw_only=True)
class Paths:
    """The paths there are, once the model that is being read is as it is asked for."""

    surroundings: Surroundings
    _known: dict[str, Mapping[str, _Step]] = field(default_factory=dict)

    def followed(self, owner: str, path: str) -> str | Fault:
        """Follow a path that begins at rows of `owner`.

        Returns:
            The path as it is stored, which ends at a value: at the key where it ended at a
            relation. Or what is wrong with it.
        """
        start = owner
        *through, last = path.split(".")
        if len(through) > DEEPEST:
            return Fault("to_dict_too_deep", {"path": shown(path), "limit": DEEPEST}, owner)
        for name in through:
            step = self._steps(owner).get(name)
            if step is None or step.to is None or step.many:
                return self._wrong(owner, name, path, step)
            owner = owner if step.to == SELF else step.to
            if _PROJECT in self._steps(owner) and _PROJECT not in self._steps(start):
                return Fault("to_dict_confined", _params(owner, name, path), owner)
        step = self._steps(owner).get(last)
        if step is None or step.many:
            return self._wrong(owner, last, path, step)
        return path if step.to is None else f"{path}_id"

    def _wrong(self, owner: str, name: str, path: str, step: _Step | None) -> Fault:
        params = _params(owner, name, path)
        if step is not None:
            code = "to_dict_many" if step.many else "to_dict_no_relation"
        elif owner in self._site:
            code = "to_dict_hidden"
            params["shown"] = [*self._steps(owner)]
        else:
            code = "to_dict_unknown"
        return Fault(code, params, owner)

    @property
    def _site(self) -> Mapping[str, Mapping[str, str | None]]:
        return {each.label: each.shown for each in self.surroundings.site_models.values()}

    def _steps(self, owner: str) -> Mapping[str, _Step]:
        if owner not in self._known:
            self._known[owner] = dict(self._found(owner))
        return self._known[owner]

    def _found(self, owner: str) -> Iterator[tuple[str, _Step]]:
        """Yield the names that a path may use of a model."""
        if owner in self._site:
            yield from ((name, _Step(to)) for name, to in self._site[owner].items())
            return
        keyed = False
        for name, type_name, options in self._fields(owner):
            keyed = keyed or bool(options.get("primary_key"))
            many = type_name == "ManyToManyField"
            yield name, _Step(options.get("to"), many)
            if "to" in options and not many:
                yield f"{name}_id", _VALUE
        yield "pk", _VALUE
        if not keyed:
            yield "id", _VALUE

    def _fields(self, owner: str) -> Iterator[tuple[str, str, Mapping[str, JSON]]]:
        if owner == self.surroundings.name:
            for draft in self.surroundings.drafts:
                if draft.name is not None and draft.type is not None:
                    yield draft.name, draft.type.name, draft.options
        elif owner in self.surroundings.existing:
            for each in self.surroundings.existing[owner].fields:
                yield each.name, each.type, each.options
