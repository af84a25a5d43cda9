"""Sentences as a whole: every code that the package raises can be told, in both languages."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import string
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import lowcode_async
from lowcode_async import sentences
from lowcode_async.sentences.base import Sentence

PACKAGE = Path(lowcode_async.__file__).parent
IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")

ROOMS: dict[str, Mapping[str, Sentence]] = {
    each.name: importlib.import_module(f"lowcode_async.sentences.{each.name}").SENTENCES
    for each in pkgutil.iter_modules(sentences.__path__)
    if each.name != "base"
}
TOLD = [
    pytest.param(code, words, id=f"{room}-{code}")
    for room, its in ROOMS.items()
    for code, words in its.items()
]
CODES = Counter(code for room in ROOMS.values() for code in room)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One place in the package that names a code."""

    code: str
    params: frozenset[str] | None
    """Names of the parameters given there; None where the code alone does not show them."""
    place: str


def _placeholders(text: str) -> list[str]:
    names = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    return sorted({re.split(r"[.\[]", name)[0] for name in names})


def _modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.relative_to(PACKAGE).parts[0] not in ("sentences", "migrations"):
            yield path, ast.parse(path.read_text())


def _error_classes() -> set[str]:
    """Return the names of LowcodeError and of all classes below it, by their bases in the source."""
    bases = {
        node.name: {each.id for each in node.bases if isinstance(each, ast.Name)}
        for _, tree in _modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"LowcodeError"}
    while more := {name for name, its in bases.items() if its & found} - found:
        found |= more
    return found


def _strings(node: ast.expr) -> Iterator[str]:
    """Yield the constants that an expression may be: itself, or the branches of a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _strings(node.body)
        yield from _strings(node.orelse)


def _keys(node: ast.expr | None) -> frozenset[str] | None:
    """Return the keys of a literal dict, the empty set for none; None if they cannot be seen."""
    if node is None:
        return frozenset()
    if not isinstance(node, ast.Dict):
        return None
    keys = [each.value for each in node.keys if isinstance(each, ast.Constant)]
    return frozenset(map(str, keys)) if len(keys) == len(node.keys) else None


def _named(call: ast.Call) -> dict[str, ast.expr] | None:
    """Return the keyword arguments; None if some come by ``**``."""
    if any(each.arg is None for each in call.keywords):
        return None
    return {str(each.arg): each.value for each in call.keywords}


def _uses() -> Iterator[Use]:
    errors = _error_classes()
    for path, tree in _modules():
        enclosing = {
            id(inner): outer.name
            for outer in ast.walk(tree)
            if isinstance(outer, ast.ClassDef)
            for inner in ast.walk(outer)
        }
        for node in ast.walk(tree):
            place = f"{path.relative_to(PACKAGE.parent)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Call):
                in_error = enclosing.get(id(node)) in errors
                yield from _uses_of_call(node, errors, place, in_error=in_error)
            elif isinstance(node, ast.Dict):
                entries = {
                    key.value: value
                    for key, value in zip(node.keys, node.values, strict=True)
                    if isinstance(key, ast.Constant)
                }
                if {"code", "params"} <= set(entries):
                    for code in _strings(entries["code"]):
                        yield Use(code=code, params=_keys(entries["params"]), place=place)


def _uses_of_call(call: ast.Call, errors: set[str], place: str, *, in_error: bool) -> Iterator[Use]:
    named = _named(call)
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if (name in errors or (name == "__init__" and in_error)) and call.args:
        params = None if named is None else frozenset(named)
        for code in _strings(call.args[0]):
            yield Use(code=code, params=params, place=place)
    elif name == "sentence" and isinstance(call.func, ast.Name) and call.args:
        params = _keys(call.args[1]) if len(call.args) > 1 else None
        for code in _strings(call.args[0]):
            yield Use(code=code, params=params, place=place)
    elif named and "code" in named:
        params = _keys(named.get("params")) if name == "Problem" else None
        for code in _strings(named["code"]):
            yield Use(code=code, params=params, place=place)


def _mentioned(code: str, constants: set[str], patterns: list[re.Pattern[str]]) -> bool:
    return code in constants or any(each.fullmatch(code) for each in patterns)


def _constants() -> tuple[set[str], list[re.Pattern[str]]]:
    """Return all strings of the package, and its f-strings that could spell a code as patterns."""
    constants: set[str] = set()
    patterns: list[re.Pattern[str]] = []
    for _, tree in _modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                constants.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                fixed = [each.value for each in node.values if isinstance(each, ast.Constant)]
                if fixed and all(re.fullmatch(r"[a-z0-9_.]{3,}", str(each)) for each in fixed):
                    parts = (
                        re.escape(str(each.value)) if isinstance(each, ast.Constant) else r"\w+"
                        for each in node.values
                    )
                    patterns.append(re.compile("".join(parts)))
    return constants, patterns


USES = list(_uses())


@pytest.mark.parametrize(("code", "words"), TOLD)
def test_sentence_is_complete_in_both_languages(code: str, words: Sentence) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_.]*", code)
    assert words.zh.strip()
    assert words.en.strip()
    assert IDEOGRAPH.search(words.zh)
    assert not CHINESE.search(words.en)
    assert _placeholders(words.zh) == _placeholders(words.en)


def test_every_room_is_open() -> None:
    assert set(CODES) == set(sentences.SENTENCES)


def test_no_code_means_two_things() -> None:
    assert [code for code, count in CODES.items() if count > 1] == []


def test_every_code_that_is_used_has_a_sentence() -> None:
    assert [each for each in USES if each.code not in sentences.SENTENCES] == []


def test_every_use_gives_what_its_sentence_mentions() -> None:
    short = [
        (each.place, each.code, sorted(missing))
        for each in USES
        if each.code in sentences.SENTENCES
        and each.params is not None
        and (missing := set(_placeholders(sentences.SENTENCES[each.code].en)) - each.params)
    ]
    assert short == []


def test_every_sentence_is_used() -> None:
    constants, patterns = _constants()
    assert [code for code in sentences.SENTENCES if not _mentioned(code, constants, patterns)] == []
