"""Bodies of requests: what is read, and how what is not is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import RequestFactory, override_settings
from hypothesis import given
from hypothesis import strategies as st

from lowcode_async.rest.bodies import read_json
from lowcode_async.rest.errors import BodyTooLarge, RequestInvalid, WrongContentType


def read(body: bytes | str, *, content_type: str = "application/json") -> Any:
    data = body.encode() if isinstance(body, str) else body
    request = RequestFactory().post("/", data=data, content_type=content_type)
    request.META["CONTENT_TYPE"] = content_type  # which the factory leaves out of an empty one
    return read_json(request)


def told(body: bytes | str) -> list[tuple[str, str]]:
    """Return code and pointer of each problem."""
    with pytest.raises(RequestInvalid) as caught:
        read(body)
    for problem in caught.value.problems:
        assert problem.sentence("zh")
        assert problem.sentence("en").encode()
        problem.pointer.encode()
    return [(each.code, each.pointer) for each in caught.value.problems]


def test_json_is_read_as_it_stands() -> None:
    body = {"名": "产品", "n": [1, 2.5, None, True], "o": {"empty": {}}}
    assert read(json.dumps(body)) == body
    assert (
        read(json.dumps(body, ensure_ascii=False), content_type="application/JSON; charset=utf-8")
        == body
    )


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ("", [("malformed_json", "")]),
        ("{", [("malformed_json", "")]),
        ("{'a': 1}", [("malformed_json", "")]),
        ('{"a": 1} x', [("malformed_json", "")]),
        ("\ufeff{}", [("malformed_json", "")]),
        (b'{"a": "\xff"}', [("body_not_utf8", "")]),
        (b'{"a": "\xed\xa0\x80"}', [("body_not_utf8", "")]),
        ('{"a": NaN, "b": [-Infinity]}', [("number_refused", "/a"), ("number_refused", "/b/0")]),
        ('{"a": 1e999}', [("number_refused", "/a")]),
        ('{"a": -' + "9" * 5000 + "}", [("number_refused", "/a")]),
        ('{"a": {"b": 1, "b": 2}}', [("key_twice", "/a/b")]),
        ('[{"a/b~c": 1, "a/b~c": 1}]', [("key_twice", "/0/a~1b~0c")]),
        ('{"a": "x\\u0000y"}', [("text_refused", "/a")]),
        ('{"a\\u0000": 1}', [("text_refused", "")]),
        ('{"a": ["\\ud800"]}', [("text_refused", "/a/0")]),
        ('{"\\ud800": NaN}', [("text_refused", ""), ("number_refused", "/?")]),
        ("[" * 100_000, [("body_too_deep", "")]),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, [("body_too_deep", "")]),
        ("[" * 40 + "]" * 40, [("body_too_deep", "/0" * 32)]),
    ],
    ids=lambda each: repr(each)[:30],
)
def test_what_is_no_json_or_cannot_be_stored_is_told(
    body: bytes | str, problems: list[tuple[str, str]]
) -> None:
    assert told(body) == problems


def test_a_syntax_error_is_told_by_line_and_column() -> None:
    with pytest.raises(RequestInvalid) as caught:
        read('{"a": 1,\n "b" 2}')
    assert caught.value.problems[0].params == {"line": 2, "column": 6}


def test_all_problems_are_told_in_the_order_of_the_body() -> None:
    body = '{"a": NaN, "b": {"c": "\\u0000"}, "d": [Infinity]}'
    assert told(body) == [
        ("number_refused", "/a"),
        ("text_refused", "/b/c"),
        ("number_refused", "/d/0"),
    ]


def test_a_body_full_of_problems_does_not_make_an_endless_answer() -> None:
    assert 100 <= len(told(json.dumps([float("nan")] * 50_000))) < 200


def test_a_body_of_a_hundred_thousand_keys_is_read_in_time() -> None:
    pairs = ", ".join(f'"k{number}": {number}' for number in range(100_000))
    with override_settings(LOWCODE_MAX_BODY_BYTES=10_000_000):
        assert told(f'{{{pairs}, "k7": 1}}') == [("key_twice", "/k7")]


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonp"]
)
def test_what_is_not_declared_as_json_is_not_read(content_type: str) -> None:
    with pytest.raises(WrongContentType):
        read("{}", content_type=content_type)


@override_settings(LOWCODE_MAX_BODY_BYTES=100)
def test_a_body_over_the_limit_is_not_parsed() -> None:
    assert read("{}" + " " * 98) == {}
    with pytest.raises(BodyTooLarge) as caught:
        read("{" * 101)
    assert caught.value.params == {"limit": 100}


@override_settings(LOWCODE_MAX_BODY_BYTES=100)
@pytest.mark.parametrize("announced", ["", "50", "x"])
def test_a_body_that_lies_about_its_length_is_not_parsed(announced: str) -> None:
    request = RequestFactory().post("/", data=b"{" * 101, content_type="application/json")
    request.META["CONTENT_LENGTH"] = announced
    with pytest.raises(BodyTooLarge):
        read_json(request)


@given(
    st.binary(max_size=300)
    | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))
)
def test_any_bytes_are_read_or_told(body: bytes) -> None:
    try:
        read(body)
    except RequestInvalid as error:
        for problem in error.problems:
            problem.sentence("zh").encode()
            problem.pointer.encode()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=30,
)


@given(json_values)
def test_what_is_read_can_be_written(value: Any) -> None:
    try:
        found = read(json.dumps(value))
    except RequestInvalid:
        return
    assert json.loads(json.dumps(found, allow_nan=False, ensure_ascii=False).encode()) == value
