"""The page of everything that a user can be told, in both languages."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module

from lowcode_async import sentences
from scripts.markdown import NOTE, cell

ROOMS: Mapping[str, tuple[str, str]] = {
    "api": (
        "Requests",
        (
            "What is wrong with a request as such. The answer has a status of 4xx or 503, and `errors` with each "
            "problem's JSON pointer, code and sentence; see [the HTTP API](http-api.md)."
        ),
    ),
    "definitions": (
        "Definitions",
        (
            "What is wrong with a posted definition: all of it at once, in one answer with status 400. In Python it is "
            "`DefinitionInvalid`, whose `problems` are these."
        ),
    ),
    "planning": (
        "Plans and data",
        (
            "What the validate stage finds when it asks the database: these fail the upgrade, and stand as `error`, `code` "
            "and `findings` in its status. Nothing has been touched. What is lossy can be forced; codes that begin with "
            "`unforceable_` say why `force` was of no use. Codes that begin with `drift_` are about tables that are not "
            "what their definition says; `manage.py lowcode_check` tells the same ones."
        ),
    ),
    "upgrades": (
        "Upgrades",
        "How an upgrade as a whole has gone, and what the migrate stage met.",
    ),
    "backups": (
        "Backups",
        (
            "Why a backup could not be made, checked or restored. One that cannot be made fails the upgrade "
            "before any change."
        ),
    ),
    "restarting": (
        "Restarting",
        "Warnings of the restart stage. The change is in force by then, so they never fail an upgrade.",
    ),
    "runtime": ("Live models", "What `get_model` and its siblings raise."),
    "inspecting": (
        "Inspection",
        "What `manage.py lowcode_check` says, beside the codes that begin with `drift_`.",
    ),
    "ejecting": (
        "Ejecting",
        "What `manage.py lowcode_eject` says; see [Leave](../how-to/leave.md).",
    ),
    "checks": (
        "System checks",
        "What `manage.py check` says, and what the commands print; [by their ids](checks.md).",
    ),
}
"""Title and introduction by the module of the sentences; what is not here comes last."""

INTRODUCTION = f"""# Errors and messages

{NOTE.format(source="lowcode_async/sentences/")}

Whatever a user can be told has a stable code. The code and its parameters are what is stored and sent; they are put into
words when they are read, in the reader's language: Chinese, unless `Accept-Language` or the active language of Django
asks for English. Match codes in your programs, never sentences. Words *in italics* stand for parameters.
"""


def errors_page() -> str:
    """Return the page."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield INTRODUCTION
    for room in _rooms():
        module = import_module(f"{sentences.__name__}.{room}")
        default = (room.capitalize(), (inspect.getdoc(module) or "").partition("\n")[0])
        title, introduction = ROOMS.get(room, default)
        yield f"## {title}\n"
        yield f"{introduction}\n"
        yield "| code | English | 中文 |"
        yield "|---|---|---|"
        for code, words in module.SENTENCES.items():
            yield f"| `{code}` | {cell(words.en)} | {cell(words.zh)} |"
        yield ""


def _rooms() -> list[str]:
    there = {each.name for each in pkgutil.iter_modules(sentences.__path__)} - {"base"}
    return [*ROOMS, *sorted(there - set(ROOMS))]
