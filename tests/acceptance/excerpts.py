"""What is worth reading of a long log."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

LAST = 40
"""Lines that are shown in any case."""
TROUBLES = 20
"""Warnings and errors that are shown of those before them."""
WIDTH = 400

_RECORD = re.compile(r"\[?\d{4}-\d\d-\d\d ")
"""How a record begins; other lines belong to the record above them."""
_TROUBLE = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b")


def excerpt(log: Path, *, after: int = 0) -> str:
    """Return the last lines of a log, from the byte `after` on, and the troubles before them."""
    with log.open("rb") as file:
        file.seek(after)
        lines = file.read().decode(errors="replace").splitlines()
    troubles = _troubles(lines[:-LAST])
    shown = [*(["…"] if len(lines) > LAST else []), *lines[-LAST:]]
    return "\n".join(line[:WIDTH] for line in [*troubles[-TROUBLES:], *shown])


def _troubles(lines: Sequence[str]) -> list[str]:
    """Return the first line of each warning and error, with the last line of its traceback."""
    records: list[list[str]] = []
    for line in lines:
        if _RECORD.match(line) or not records:
            records.append([line])
        else:
            records[-1].append(line)
    return ["\n".join([first, *rest[-1:]]) for first, *rest in records if _TROUBLE.search(first)]
