"""Tours: the blocks of a page that are run, and what they must print.

A block takes part if its fence says so:

- ``bash title="tour"``: run by bash. ``SITE`` and ``TOKEN`` are set, and ``TASK_ID`` once an answer had one.
- ``json title="answer"``: what the block before it prints, with at least these keys; ``<uuid>`` stands for any.
  A command that sends nothing (no ``-d``) is repeated until it does.
- ``python title="name.py"``: saved under that name; ``title="at the end of name.py"``: added to it.
- ``python title="shell"``: run in the site's shell.
- ``text title="output"``: what the block before it prints: these lines in that order, others may come
  between. ``…`` stands for anything.
- ``console title="tour"``: lines after ``$`` are run; the lines below them are printed in that order.
- ``console title="serve"``: the command after ``$`` is started, and goes on while the page does.

A page with a ``serve`` block makes its own site, in an empty folder. All others have one that runs;
``manage.py``, ``backups`` and ``.venv`` are in their folder as in a checkout.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FENCE = re.compile(
    r'^```(?P<language>\w+) title="(?P<title>[^"]+)"[^\n]*\n(?P<text>.*?)^```$',
    re.DOTALL | re.MULTILINE,
)
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of a page."""

    language: str
    title: str
    text: str
    line: int
    """Where its fence stands in the page."""


def blocks_of(page: Path) -> list[Block]:
    """Return the blocks of a page that have a title, in their order."""
    source = page.read_text()
    return [
        Block(
            language=each["language"],
            title=each["title"],
            text=each["text"],
            line=source.count("\n", 0, each.start()) + 1,
        )
        for each in FENCE.finditer(source)
    ]


def has_tour(page: Path) -> bool:
    """Tell whether something on the page is run."""
    return any(each.title in ("tour", "shell", "serve") for each in blocks_of(page))


def makes_its_site(page: Path) -> bool:
    """Tell whether a page starts a site of its own."""
    return any(each.title == "serve" for each in blocks_of(page))


def pages_with_tours(root: Path) -> list[Path]:
    """Return the README and the pages under ``docs/`` on which something is run."""
    pages = [root / "README.md", *sorted((root / "docs").rglob("*.md"))]
    return [page for page in pages if has_tour(page)]


def commands_of(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the commands of a console block, each with the lines that it prints."""
    command: str | None = None
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            if command is not None:
                yield command, lines
            command, lines = line[2:].partition("  #")[0].strip(), []
        elif line.strip():
            lines.append(line)
    if command is not None:
        yield command, lines


def matches(expected: Any, found: Any) -> bool:
    """Tell whether `found` is what a page promises; it may have more keys."""
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(
            key in found and matches(value, found[key]) for key, value in expected.items()
        )
    if isinstance(expected, list):
        return (
            isinstance(found, list)
            and len(expected) == len(found)
            and all(map(matches, expected, found))
        )
    if isinstance(expected, str) and isinstance(found, str):
        return re.fullmatch(re.escape(expected).replace("<uuid>", UUID), found) is not None
    return bool(expected == found)


def lines_in_order(expected: Iterable[str], output: str) -> bool:
    """Tell whether these lines were printed in this order, however they are spaced."""
    printed = iter(" ".join(line.split()) for line in output.splitlines())
    patterns = (re.escape(" ".join(line.split())).replace("…", ".*") for line in expected)
    return all(any(re.fullmatch(each, line) for line in printed) for each in patterns)


def parse_answer(output: str) -> Any:
    """Return the JSON that a command has printed; None if it is none."""
    try:
        return json.loads(output)
    except json.JSONDecodeError:
        return None
