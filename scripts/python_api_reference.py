"""The page of the public Python names, from their signatures and docstrings."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from itertools import pairwise
from typing import Any

import lowcode_async
from scripts.markdown import NOTE, cell, prose

INTRODUCTION = f"""# Python API

{NOTE.format(source="the docstrings of what `lowcode_async` exports")}

Everything here is imported from `lowcode_async` itself. The names stay; whatever else a module holds may move. All of
it is typed. Names that begin with `a` are for async code; their siblings raise Django's `SynchronousOnlyOperation` there.
"""

SECTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "Upgrades",
        "Start one, find one, follow one. [How to watch an upgrade](../how-to/watch-an-upgrade.md) shows them at work.",
        (
            "plan_upgrade",
            "aplan_upgrade",
            "start_upgrade",
            "astart_upgrade",
            "revert_upgrade",
            "arevert_upgrade",
            "get_upgrade",
            "aget_upgrade",
            "cancel_upgrade",
            "acancel_upgrade",
            "retry_upgrade",
            "aretry_upgrade",
            "follow",
            "EventData",
            "EventKind",
        ),
    ),
    (
        "Live models",
        "The classes of the models that exist now. [Generations](../explanation/generations.md) explains what they are.",
        ("get_model", "get_models", "aget_model", "aget_models", "generation_swapped"),
    ),
    (
        "The site's own models",
        "Models written in Python, served by the data API beside the live ones.",
        ("register",),
    ),
    (
        "What upgrades do beside a change",
        "Named by a definition under `operations`; [how to run a data migration](../how-to/run-a-data-migration.md) shows them.",
        ("register_data_migration", "register_sql", "register_operation"),
    ),
    (
        "Field types",
        "What a field can be; [the page of field types](field-types.md) is made from it.",
        ("FIELD_METADATA",),
    ),
    (
        "Errors",
        "All of them are `LowcodeError`, with a stable code; [the page of errors](errors.md) has every code.",
        (
            "LowcodeError",
            "DefinitionInvalid",
            "Problem",
            "UpgradeConflict",
            "RevertRefused",
            "UpgradeNotFound",
            "CancelTooLate",
            "RetryRefused",
            "PlanOutdated",
            "VersionMovedOn",
            "BrokerUnavailable",
            "ModelNotFound",
            "BackupError",
        ),
    ),
    ("The package", "What it says of itself.", ("__version__",)),
)
"""Title, introduction and names of each part of the page."""

PARTS = re.compile(r"^(Args|Returns|Yields|Raises):$", re.MULTILINE)
HEADINGS = {"Args": "Arguments", "Returns": "Returns", "Yields": "Yields", "Raises": "Raises"}
LONGEST = 88
"""Characters of a signature on one line."""


def python_api_page() -> str:
    """Return the page."""
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    yield INTRODUCTION
    for title, introduction, names in SECTIONS:
        yield f"## {title}\n"
        yield f"{introduction}\n"
        for name in names:
            yield f"### `{name}`\n"
            yield from _told(name, getattr(lowcode_async, name))


def _told(name: str, value: Any) -> Iterator[str]:
    if inspect.isclass(value):
        yield from _class(value)
    elif inspect.isfunction(value):
        yield from _function(value)
    else:
        yield from _docstring(_told_under_assignment(name))


def _function(function: Any, *, level: str = "") -> Iterator[str]:
    yield f"```python\n{_signature(function)}\n```\n"
    yield from _docstring(inspect.getdoc(function) or "")


def _signature(function: Any) -> str:
    """Return the signature as it stands in the source, on one line if that is not too long."""
    signature = inspect.signature(function)
    start = "async def" if inspect.iscoroutinefunction(function) else "def"
    if inspect.isasyncgenfunction(function):
        start = "async def"
    parts = list(_parameters(signature))
    result = signature.return_annotation
    line = f"{start} {function.__name__}({', '.join(parts)}) -> {result}"
    if len(line) <= LONGEST:
        return line
    inner = "".join(f"    {each},\n" for each in parts)
    return f"{start} {function.__name__}(\n{inner}) -> {result}"


def _parameters(signature: inspect.Signature) -> Iterator[str]:
    starred = False
    for each in signature.parameters.values():
        if each.name == "self":
            continue
        if each.kind is inspect.Parameter.KEYWORD_ONLY and not starred:
            starred = True
            yield "*"
        default = "" if each.default is inspect.Parameter.empty else f" = {each.default!r}"
        yield f"{each.name}: {each.annotation}{default}"


def _class(kind: type[Any]) -> Iterator[str]:
    bases = ", ".join(each.__name__ for each in kind.__bases__ if each is not object)
    yield f"```python\nclass {kind.__name__}{f'({bases})' if bases else ''}\n```\n"
    yield from _docstring(inspect.getdoc(kind) or "")
    yield from _attributes(kind)
    for name, member in vars(kind).items():
        if name.startswith("_"):
            continue
        if isinstance(member, property):
            yield f"**`{name}`** (property)\n"
            yield from _docstring(inspect.getdoc(member) or "")
        elif inspect.isfunction(member):
            yield f"**`{name}`**\n"
            yield from _function(member)


def _attributes(kind: type[Any]) -> Iterator[str]:
    """Yield a table of what the class body declares: members of an enum, fields of a dataclass."""
    tree = ast.parse(inspect.getsource(import_module(kind.__module__)))
    body = next(
        node.body
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name == kind.__name__
    )
    rows = []
    for statement, under in pairwise([*body, ast.Pass()]):
        told = ""
        if isinstance(under, ast.Expr) and isinstance(under.value, ast.Constant):
            told = cell(str(under.value.value))
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            # No upright bar: it ends a cell, or shows its backslash, depending on who renders it.
            annotation = ast.unparse(statement.annotation).replace(" | ", "` or `")
            rows.append(f"| `{statement.target.id}` | `{annotation}` | {told} |")
        elif isinstance(statement, ast.Assign) and issubclass(kind, Enum):
            [target] = statement.targets
            assert isinstance(target, ast.Name)
            rows.append(f"| `{target.id}` | `{kind[target.id].value}` | {told} |")
    if rows:
        second = "value" if issubclass(kind, Enum) else "type"
        yield f"| name | {second} | |\n|---|---|---|"
        yield from rows
        yield ""


def _told_under_assignment(name: str) -> str:
    """Return the string under the assignment of a public name that is no class and no function."""
    home = lowcode_async._HOMES.get(name)  # noqa: SLF001 - the page is about this package
    places = ["lowcode_async"] if home is None else [f"lowcode_async.{home}"]
    places += [f"{places[0]}.signals"] if name == "generation_swapped" else []
    for place in reversed(places):
        tree = ast.parse(inspect.getsource(import_module(place)))
        for statement, under in pairwise(tree.body):
            targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
            if getattr(targets[0], "id", None) == name and isinstance(under, ast.Expr):
                assert isinstance(under.value, ast.Constant)
                return inspect.cleandoc(str(under.value.value))
    raise LookupError(f"{name} has no docstring")


def _docstring(text: str) -> Iterator[str]:
    """Yield a docstring of Google's style as Markdown."""
    first, *rest = PARTS.split(text)
    yield f"{first.strip().replace('``', '`')}\n"
    for title, part in pairwise(rest):
        if title not in HEADINGS:
            continue
        yield f"{HEADINGS[title]}:\n"
        items = list(_items(inspect.cleandoc(part)))
        if title in ("Args", "Raises"):
            yield "\n".join(f"- `{name}`: {told}" for name, told in items) + "\n"
        else:
            yield f"- {prose(part)}\n"


def _items(part: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of each entry; its further lines are indented."""
    for entry in re.split(r"\n(?=\S)", part.strip()):
        name, _, told = entry.partition(":")
        yield name.strip(), prose(told)
