"""Source is laid out as ruff and black do it."""

from __future__ import annotations

import ast

import pytest

from lowcode_async.ejecting.layout import WIDTH, laid_out

WORD = "a" * 30


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        ("plain", '"plain"'),
        ("it's", '"it\'s"'),
        ('say "x"', "'say \"x\"'"),
        ("'\"", '"\'\\""'),
        ("''\"", '"\'\'\\""'),
        ('""\'', "'\"\"\\''"),
        ("back\\slash\n\t\x00\u200b", '"back\\\\slash\\n\\t\\x00\\u200b"'),
        ("中文，😀", '"中文，😀"'),
        (b"\xff'\n\\", 'b"\\xff\'\\n\\\\"'),
        (b'"', "b'\"'"),
        (1e22, "1e22"),
        (-1.5e-7, "-1.5e-07"),
        ((1,), "(1,)"),
        ((), "()"),
        ({"a": [None, True]}, '{"a": [None, True]}'),
    ],
)
def test_literals(value: object, literal: str) -> None:
    assert laid_out(f"x = {value!r}") == f"x = {literal}\n"
    assert ast.literal_eval(literal) == value


def test_what_fits_stands_on_one_line() -> None:
    text = f'x = call("{"a" * (WIDTH - 12)}")\n'
    assert len(text) == WIDTH + 1
    assert laid_out(text) == text


def test_a_call_puts_its_arguments_on_one_line_if_that_is_enough() -> None:
    assert laid_out(f"name = call('{WORD}', second='{WORD}', c='a')") == (
        f'name = call(\n    "{WORD}", second="{WORD}", c="a"\n)\n'
    )


def test_else_each_stands_on_its_own() -> None:
    assert laid_out(f"name = call('{WORD}', second='{WORD}', third='{WORD}')") == (
        f'name = call(\n    "{WORD}",\n    second="{WORD}",\n    third="{WORD}",\n)\n'
    )


def test_a_list_never_has_several_on_one_of_its_lines() -> None:
    assert laid_out(f"name = ['{WORD}', '{WORD}', '{WORD[:20]}']") == (
        f'name = [\n    "{WORD}",\n    "{WORD}",\n    "{WORD[:20]}",\n]\n'
    )


def test_chinese_letters_take_two_columns() -> None:
    assert laid_out(f"name = call('{'中' * 36}')") == f'name = call("{"中" * 36}")\n'
    assert laid_out(f"name = call('{'中' * 37}')") == f'name = call(\n    "{"中" * 37}"\n)\n'


def test_imports_stand_in_sections() -> None:
    source = (
        "import dynamic.models\nfrom django.db import models\nimport uuid\nimport django.x\nx = 1"
    )
    assert laid_out(source, header=["# words"]) == (
        "# words\n\nimport uuid\n\nimport django.x\nfrom django.db import models\n\n"
        "import dynamic.models\n\n\nx = 1\n"
    )
