"""Bodies of requests: strict JSON of bounded size and depth, every problem with its place."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from json import JSONDecodeError
from typing import Any, Final, TypeAlias

from django.http import HttpRequest

from lowcode_async import conf
from lowcode_async.errors import Problem
from lowcode_async.rest.errors import BodyTooLarge, RequestInvalid, WrongContentType
from lowcode_async.sentences import JSON

_DEPTH: Final = 32
"""How deep arrays and objects may be nested."""
_DIGITS: Final = 308
"""Digits of a whole number that every database takes for one."""
_TOLD: Final = 100
"""Problems after which no more are looked for: this is no longer a mistake."""
_SURROGATES: Final = range(0xD800, 0xE000)

_Path: TypeAlias = "tuple[_Path, str | int] | None"


class _Twice(dict[str, JSON]):
    """An object one of whose keys stands in it more than once."""

    keys_twice: tuple[str, ...] = ()


def read_json(request: HttpRequest, *, limit: int | None = None) -> JSON:
    """Return the JSON in a request's body, of `limit` bytes at the most (`max_body_bytes`).

    Raises:
        WrongContentType: it is not declared as ``application/json``.
        BodyTooLarge: it has more.
        RequestInvalid: it is not JSON, or holds what no database would take.
    """
    body = _body(request, conf.current().max_body_bytes if limit is None else limit)
    data = _parsed(body)
    problems = _problems(data)
    if problems:
        raise RequestInvalid(problems)
    return data


def _body(request: HttpRequest, limit: int) -> bytes:
    content_type = request.META.get("CONTENT_TYPE", "")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise WrongContentType(content_type=content_type[:100])
    announced = request.META.get("CONTENT_LENGTH") or ""
    if announced.isdecimal() and int(announced) > limit:
        raise BodyTooLarge(limit=limit)
    body: bytes = request.read(limit + 1)
    if len(body) > limit:
        raise BodyTooLarge(limit=limit)
    return body


def _parsed(body: bytes) -> JSON:
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_object, parse_int=_whole_number)
    except UnicodeDecodeError as error:
        problem = Problem(pointer="", code="body_not_utf8", params={"byte": error.start})
    except JSONDecodeError as error:
        where = {"line": error.lineno, "column": error.colno}
        problem = Problem(pointer="", code="malformed_json", params=where)
    except RecursionError:
        problem = Problem(pointer="", code="body_too_deep", params={"limit": _DEPTH})
    raise RequestInvalid([problem])


def _object(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    twice = _Twice(found)
    counts = Counter(name for name, _ in pairs)
    twice.keys_twice = tuple(name for name, count in counts.items() if count > 1)
    return twice


def _whole_number(text: str) -> int | float:
    """Read a whole number; one that is too long becomes an infinity, and is refused as such."""
    return int(text) if len(text.lstrip("-")) <= _DIGITS else math.inf


def _problems(data: JSON) -> list[Problem]:
    """Look through all values, without recursion."""
    problems: list[Problem] = []
    waiting: list[tuple[Any, _Path, int]] = [(data, None, 0)]
    while waiting and len(problems) < _TOLD:
        value, path, depth = waiting.pop()
        problems += _problems_of(value, path, depth)
        if depth <= _DEPTH:
            waiting += [(each, (path, key), depth + 1) for key, each in _children(value)]
    return problems


def _children(value: JSON) -> Iterator[tuple[str | int, JSON]]:
    """Yield what an array or object holds, last first: what waits is taken from the end."""
    if isinstance(value, dict):
        yield from reversed(value.items())
    elif isinstance(value, list):
        for index in reversed(range(len(value))):
            yield index, value[index]


def _problems_of(value: JSON, path: _Path, depth: int) -> Iterator[Problem]:
    if isinstance(value, dict | list):
        if depth == _DEPTH:
            yield Problem(pointer=_pointer(path), code="body_too_deep", params={"limit": _DEPTH})
        for key in getattr(value, "keys_twice", ()):
            told = {"key": _harmless(key)}
            yield Problem(pointer=_pointer((path, key)), code="key_twice", params=told)
    elif isinstance(value, float) and not math.isfinite(value):
        yield Problem(pointer=_pointer(path), code="number_refused")
    texts = value if isinstance(value, dict) else [value] if isinstance(value, str) else ()
    for text in texts:
        if character := _forbidden(text):
            yield Problem(
                pointer=_pointer(path), code="text_refused", params={"character": character}
            )


def _forbidden(text: str) -> str | None:
    """Return the first character, as ``U+0000``, that not every database can store."""
    if "\0" not in text and text.isascii():
        return None
    found = next((each for each in text if each == "\0" or ord(each) in _SURROGATES), None)
    return f"U+{ord(found):04X}" if found is not None else None


def _pointer(path: _Path) -> str:
    """Return a path as a JSON pointer (RFC 6901)."""
    parts: list[str] = []
    while path is not None:
        path, key = path
        parts.append(_harmless(str(key)).replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{part}" for part in reversed(parts))


def _harmless(text: str) -> str:
    """Return a text that can be encoded: what is told about a surrogate must not hold one."""
    return text.encode("utf-8", "replace").decode("utf-8")
