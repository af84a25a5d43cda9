"""Source code in the form that ``ruff format`` and ``black`` would give it.

Neither needs to be installed where this plugin serves, so what is written here is laid out here: as
much of Python as models and migrations are made of.
"""

from __future__ import annotations

import ast
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple, TypeAlias

WIDTH: Final = 88
"""Columns of a line: what both tools keep to unless they are told otherwise."""
INDENT: Final = 4

_Import: TypeAlias = ast.Import | ast.ImportFrom


class _Part(NamedTuple):
    """One thing between brackets."""

    prefix: str
    """``name=`` or ``key: ``, or nothing."""
    value: ast.expr


def laid_out(source: str, *, header: Sequence[str] = ()) -> str:
    """Return a module in good form; comments in it are lost.

    Args:
        source: imports, functions of plain statements, and classes of assignments.
        header: comments that it begins with.
    """
    body = ast.parse(source).body
    imports = [each for each in body if isinstance(each, _Import)]
    blocks = ["\n\n".join(_import_sections(imports))] if imports else []
    blocks += ["\n".join(_statement(each, 0)) for each in body if not isinstance(each, _Import)]
    top = "".join(f"{each}\n" for each in header)
    return (f"{top}\n" if top else "") + "\n\n\n".join(blocks) + "\n"


def _import_sections(imports: Sequence[_Import]) -> Iterator[str]:
    """Yield Python's own modules, those of others, and this app's, as isort has them."""

    def root(statement: _Import) -> str:
        name = statement.module if isinstance(statement, ast.ImportFrom) else None
        return (name or statement.names[0].name).partition(".")[0]

    def section(statement: _Import) -> int:
        return (
            0 if root(statement) in sys.stdlib_module_names else 1 + (root(statement) != "django")
        )

    def order(statement: _Import) -> tuple[int, bool, str]:
        return section(statement), isinstance(statement, ast.ImportFrom), ast.unparse(statement)

    for _, each in groupby(sorted(imports, key=order), key=section):
        yield "\n".join(ast.unparse(statement) for statement in each)


def _statement(node: ast.stmt, indent: int) -> Iterator[str]:
    pad = " " * indent
    match node:
        case ast.ClassDef():
            yield f"{pad}class {node.name}{_bases(node)}:"
            yield from _class_body(node, indent + INDENT)
        case ast.FunctionDef():
            yield f"{pad}def {node.name}({ast.unparse(node.args)}):"
            for each in node.body:
                yield from _statement(each, indent + INDENT)
        case ast.Assign(targets=[target]):
            yield from _expression(node.value, indent, prefix=f"{ast.unparse(target)} = ")
        case ast.Return(value=ast.expr() as value):
            yield from _expression(value, indent, prefix="return ")
        case ast.Expr(value=ast.Constant(value=str(words))):
            yield f'{pad}"""{words}"""'
        case _:
            yield f"{pad}{ast.unparse(node)}"


def _bases(node: ast.ClassDef) -> str:
    return f"({', '.join(map(ast.unparse, node.bases))})" if node.bases else ""


def _class_body(node: ast.ClassDef, indent: int) -> Iterator[str]:
    """Yield the lines of a class, a blank one before what takes several and begins a new matter."""
    spaced = any(ast.unparse(base).endswith("Migration") for base in node.bases)
    for number, each in enumerate(node.body):
        if number and (spaced or isinstance(each, ast.ClassDef)):
            yield ""
        yield from _statement(each, indent)


def _expression(
    node: ast.expr, indent: int, *, prefix: str = "", suffix: str = ""
) -> Iterator[str]:
    """Yield the lines of an expression: one, or as many as its brackets need.

    What a call is given stands on one line if that is enough; what a list holds never does.
    """
    pad, inner = " " * indent, indent + INDENT
    whole = f"{pad}{prefix}{_flat(node)}{suffix}"
    parts = _parts(node)
    if not parts or _width(whole) <= WIDTH:
        yield whole
        return
    opening, closing = _brackets(node)
    yield f"{pad}{prefix}{opening}"
    together = " " * inner + ", ".join(each.prefix + _flat(each.value) for each in parts)
    if isinstance(node, ast.Call) and _width(together) <= WIDTH:
        yield together
    else:
        for each in parts:
            yield from _expression(each.value, inner, prefix=each.prefix, suffix=",")
    yield f"{pad}{closing}{suffix}"


def _parts(node: ast.expr) -> list[_Part]:
    match node:
        case ast.Call():
            named = [
                _Part(f"{each.arg}=" if each.arg else "**", each.value) for each in node.keywords
            ]
            return [_Part("", each) for each in node.args] + named
        case ast.List() | ast.Tuple():
            return [_Part("", each) for each in node.elts]
        case ast.Dict():
            pairs = zip(node.keys, node.values, strict=True)
            return [_Part(f"{_flat(key)}: " if key else "**", value) for key, value in pairs]
    return []


def _brackets(node: ast.expr) -> tuple[str, str]:
    match node:
        case ast.Call():
            return f"{_flat(node.func)}(", ")"
        case ast.List():
            return "[", "]"
        case ast.Dict():
            return "{", "}"
    return "(", ")"


def _flat(node: ast.expr) -> str:
    """Return an expression on one line."""
    match node:
        case ast.Call() | ast.List() | ast.Tuple() | ast.Dict():
            opening, closing = _brackets(node)
            parts = _parts(node)
            inside = ", ".join(each.prefix + _flat(each.value) for each in parts)
            alone = "," if isinstance(node, ast.Tuple) and len(parts) == 1 else ""
            return f"{opening}{inside}{alone}{closing}"
        case ast.Constant(value=str(text)):
            return _quoted(text, [repr(each)[1:-1] for each in text])
        case ast.Constant(value=bytes(data)):
            letters = [repr(bytes([each]))[2:-1] for each in data]
            return "b" + _quoted(data.decode("latin-1"), letters)
        case ast.Constant(value=float(number)):
            return repr(number).replace("e+", "e")
    return ast.unparse(node)


def _quoted(text: str, letters: Sequence[str]) -> str:
    """Return a literal between double quotes, unless single ones save it escapes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    bare = {"'": "'", '"': '"'} | {quote: f"\\{quote}"}
    inside = (bare.get(plain, letter) for plain, letter in zip(text, letters, strict=True))
    return quote + "".join(inside) + quote


def _width(line: str) -> int:
    """Return the columns that a line takes; Chinese letters take two."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in line)
