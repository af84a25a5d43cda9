"""Every sentence a user can be told, in Chinese and English, by code.

What is stored and passed around is a code with JSON parameters; it becomes words here, when it
is read, in the reader's language. Each module of this package holds the sentences of one floor.
Placeholders are `str.format` fields by name; both languages of a sentence use the same ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from django.utils.translation import get_language

from lowcode_async.sentences import (
    api,
    backups,
    checks,
    dashboard,
    data,
    definitions,
    ejecting,
    inspecting,
    models,
    planning,
    restarting,
    runtime,
    upgrades,
)
from lowcode_async.sentences.base import Sentence

JSON: TypeAlias = Any
"""A JSON value: null, boolean, number, string, list or object of such."""

Language: TypeAlias = Literal["zh", "en"]

SENTENCES: dict[str, Sentence] = {
    code: words
    for room in (
        definitions,
        planning,
        models,
        backups,
        restarting,
        runtime,
        upgrades,
        inspecting,
        ejecting,
        api,
        data,
        checks,
        dashboard,
    )
    for code, words in room.SENTENCES.items()
}


def active_language() -> Language:
    """Return the language of the current thread or task: English if asked for, else Chinese."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def sentence(code: str, params: Mapping[str, JSON], language: Language | None = None) -> str:
    """Put a code and its parameters into words.

    Args:
        code: a key of `SENTENCES`.
        params: what the placeholders stand for; a list is told item by item.
        language: ``"zh"``, ``"en"``, or None for the active one.

    Raises:
        KeyError: no such code, or a placeholder without its parameter.
    """
    language = language or active_language()
    between = "、" if language == "zh" else ", "
    told = {
        name: between.join(map(str, value)) if isinstance(value, list | tuple) else value
        for name, value in params.items()
    }
    words: str = getattr(SENTENCES[code], language)
    return words.format(**told)
