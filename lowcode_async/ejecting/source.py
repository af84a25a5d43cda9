"""The source of an ejected app's models."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.conf import SettingsReference
from django.db import models
from django.db.migrations.state import ModelState
from django.db.migrations.writer import MigrationWriter

from lowcode_async.definitions.model import DictEntry
from lowcode_async.ejecting.functions import Function
from lowcode_async.ejecting.layout import laid_out
from lowcode_async.planning.state import SELF

_SHORTER: Mapping[str, tuple[str, str]] = {
    "django.db.models.deletion": ("models", "from django.db import models"),
    "django.utils.timezone": ("timezone", "from django.utils import timezone"),
}
"""Modules that Django's serializers name in full, and how people write them."""
_MODELS = "from django.db import models"


def models_source(
    states: Sequence[ModelState],
    functions: Iterable[Function],
    *,
    app: str,
    taken: Collection[str],
    to_dicts: Mapping[str, Sequence[DictEntry]],
) -> str:
    """Return the text of ``models.py``.

    Args:
        states: the models, in their order.
        functions: what they need to stand above them.
        app: the app's label.
        taken: names of models and fields; a module of the same name is imported under another, for
            in the body of a class a field hides it.
        to_dicts: what their rows look like as JSON, by the names of models.
    """
    imports = {_MODELS}
    parts = []
    for function in functions:
        imports.update(function.imports)
        parts.append(function.source)
    writing = _Writing(app=app, imports=imports)
    parts.extend(writing.model(each) + _to_dict(to_dicts[each.name]) for each in states)
    tree = ast.parse("\n".join([*sorted(imports), *parts]))
    return laid_out(ast.unparse(_Renamed(imports, taken).visit(tree)))


def _to_dict(entries: Sequence[DictEntry]) -> str:
    """Return the method that says in Python what a definition declares, nothing for nothing."""
    if not entries:
        return ""
    values = ", ".join(f"{each.name!r}: {_value_at(each.path)}" for each in entries)
    return f"\n    def to_dict(self):\n        return {{{values}}}"


def _value_at(path: str) -> str:
    """Return the expression of a value; None where a relation on its way leads nowhere."""
    parts = ["self", *path.split(".")]
    reached = [".".join(parts[:length]) for length in range(2, len(parts) + 1)]
    return " and ".join(reached)


class _Writing:
    """Writes models as classes, and notes what they import."""

    def __init__(self, *, app: str, imports: set[str]) -> None:
        self.app = app
        self.imports = imports

    def model(self, state: ModelState) -> str:
        """Return the class of a model, not laid out; an automatic key stands in no class."""
        fields = [
            f"    {name} = {self._field(field)}"
            for name, field in state.fields.items()
            if not field.auto_created
        ]
        options = [
            f"        {name} = {self._value(sorted(value) if isinstance(value, set) else value)}"
            for name, value in state.options.items()
            if value or name not in {"indexes", "constraints"}
        ]
        lines = [f"class {state.name}(models.Model):", *fields, "    class Meta:", *options]
        return "\n".join(lines)

    def _field(self, field: models.Field[Any, Any]) -> str:
        _, _, args, options = field.deconstruct()
        first = [self._value(each) for each in args]
        if (target := options.pop("to", None)) is not None:
            first.append(self._target(field, target))
        if "on_delete" in options:
            options = {"on_delete": options.pop("on_delete")} | options
        relation: Any = field.remote_field
        if field.many_to_many and relation.model == SELF and not relation.symmetrical:
            options["symmetrical"] = False
        named = [f"{name}={self._value(value)}" for name, value in options.items()]
        given = ", ".join([*first, *named])
        return f"models.{type(field).__name__}({given})"

    def _target(self, field: models.Field[Any, Any], target: str) -> str:
        """Return whom a relation points at: deconstructed, a label is in lower case."""
        if isinstance(target, SettingsReference):
            return self._value(target)
        label: Any = field.remote_field.model  # type: ignore[union-attr]
        return repr(SELF if label == SELF else str(label).removeprefix(f"{self.app}."))

    def _value(self, value: object) -> str:
        """Return a value as Django writes it into migrations, by the names people would use."""
        text, imports = MigrationWriter.serialize(value)
        tree = _Shortened(self.app, self.imports).visit(ast.parse(text, mode="eval"))
        known = {f"import {each}" for each in (*_SHORTER, f"{self.app}.models")}
        self.imports.update(imports - known)
        return ast.unparse(tree)


class _Shortened(ast.NodeTransformer):
    """Puts short names in the place of dotted paths."""

    def __init__(self, app: str, imports: set[str]) -> None:
        self._module = f"{app}.models"
        self._imports = imports

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """Shorten the path of a module, or leave it out where it is this one."""
        path = ast.unparse(node.value)
        if path == self._module:
            return ast.Name(id=node.attr, ctx=ast.Load())
        if path in _SHORTER:
            name, statement = _SHORTER[path]
            self._imports.add(statement)
            return ast.Attribute(
                value=ast.Name(id=name, ctx=ast.Load()), attr=node.attr, ctx=node.ctx
            )
        self.generic_visit(node)
        return node


class _Renamed(ast.NodeTransformer):
    """Gives imported names that models or fields have too an underscore, which those cannot have."""

    def __init__(self, imports: Iterable[str], taken: Collection[str]) -> None:
        statements = ast.parse("\n".join(imports)).body
        names = {alias.name for each in statements for alias in each.names}  # type: ignore[attr-defined]
        self._hidden = names & set(taken)

    def visit_alias(self, node: ast.alias) -> ast.alias:
        """Import under the other name."""
        if node.name in self._hidden:
            node.asname = f"{node.name}_"
        return node

    def visit_Name(self, node: ast.Name) -> ast.Name:
        """Use the other name; what is assigned to is a field."""
        if node.id in self._hidden and isinstance(node.ctx, ast.Load):
            node.id = f"{node.id}_"
        return node
