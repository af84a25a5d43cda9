#!/usr/bin/env python3
"""Write docs/reference/field-types.md from FIELD_METADATA. With --check, only say whether it would."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from lowcode_async.definitions.field_types import FIELD_METADATA, FieldType, Group, OptionType  # noqa: E402
from lowcode_async.definitions.field_types.base import GROUP_WORDS  # noqa: E402
from lowcode_async.definitions.field_types.exclusions import (  # noqa: E402
    EXCLUDED_OPTIONS,
    EXCLUDED_TYPES,
)
from lowcode_async.definitions.reserved import RESERVED_FIELDS, Behavior  # noqa: E402

PAGE = ROOT / "docs" / "reference" / "field-types.md"

INTRODUCTION = """\
# Field types

<!-- Made by scripts/field_types_reference.py from FIELD_METADATA; change it there. -->

A field is written `{"name": …, "type": …}` with its options beside them. `type` is the name of a
field class of `django.db.models`; the options have Django's names. The same table is served in
Chinese and English by `GET /lowcode/api/field-types/`.

```json
{"name": "price", "type": "DecimalField", "max_digits": 8, "decimal_places": 2, "default": "0.00"}
```

What holds for all of them:

- `renamed_from` names the field's former name; without it, a name that is gone is a removal.
- `on_invalid` says what becomes of the values that the new form of a field cannot hold: `"fail"` (the
  default: the upgrade ends before anything has changed), `"null"` (the field must be nullable), or
  `"default"` (it must have one). It is about this upgrade, and no part of the schema.
- `default` is a constant in the form that the type tells below, or the name of a generator, which
  makes a new value for each row.
- `choices` is written `[[value, label], …]`, with values in the same form.
- A model has an automatic primary key `id` (`BigAutoField`) unless one of its fields is the
  primary key.
- `null` for an option whose default is `null` is the same as leaving it out.
"""

BEHAVIORS = {
    Behavior.CREATED_AT: "set to the moment of creation",
    Behavior.UPDATED_AT: "set to the moment of each change",
    Behavior.CREATED_BY: "set to the requesting user at creation",
    Behavior.UPDATED_BY: "set to the requesting user at each change",
    Behavior.CONFINES: "reads and writes are confined to the requested project",
    Behavior.MARKS_DELETED: "deletion sets it; marked rows are left out of every read by default",
}


def render() -> str:
    """Return the page."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield INTRODUCTION
    for group in Group:
        words = GROUP_WORDS[group]
        yield f"## {words.en} · {words.zh}\n"
        for kind in FIELD_METADATA.values():
            if kind.group is group:
                yield from _type_lines(kind)
    yield from _reserved_lines()
    yield from _excluded_lines()


def _type_lines(kind: FieldType) -> Iterator[str]:
    yield f"### {kind.name} · {kind.label.zh}\n"
    yield f"{kind.help.en}.\n"
    yield f"{kind.help.zh}。\n"
    if kind.constant is not None:
        line = f"Constants: {_kinds(kind.constant.kinds)}, as `{_json(kind.constant.example)}`."
        if kind.generators:
            line += " Generators: " + ", ".join(f"`{each}`" for each in kind.generators) + "."
        yield f"{line}\n"
    yield "| option | JSON type | default | limits | meaning | 含义 |"
    yield "|---|---|---|---|---|---|"
    for option in kind.options:
        yield _row(
            f"`{option.name}`",
            _kinds(option.kinds),
            "**required**" if option.required else f"`{_json(option.default)}`",
            _limits(option),
            f"{option.label.en}: {option.help.en}",
            f"{option.label.zh}：{option.help.zh}",
        )
    yield ""


def _reserved_lines() -> Iterator[str]:
    yield "## Reserved fields · 保留字段\n"
    yield "A model that has one of these gets its behavior; the type must be able to carry it.\n"
    yield "| name | behavior | types |"
    yield "|---|---|---|"
    for each in RESERVED_FIELDS.values():
        types = ", ".join(each.types) + (" to the user model" if each.to_user else "")
        yield _row(f"`{each.name}`", BEHAVIORS[each.behavior], types)
    yield ""


def _excluded_lines() -> Iterator[str]:
    yield "## What is left out · 未提供的内容\n"
    yield "| class | why |"
    yield "|---|---|"
    for name, reason in EXCLUDED_TYPES.items():
        yield _row(f"`{name}`", reason)
    yield ""
    yield "| options | of | why |"
    yield "|---|---|---|"
    for each in EXCLUDED_OPTIONS:
        names = ", ".join(f"`{name}`" for name in each.names)
        yield _row(names, ", ".join(each.types) or "all types", each.reason)
    yield ""


def _row(*cells: str) -> str:
    return "| " + " | ".join(each.replace("|", "\\|") for each in cells) + " |"


def _kinds(kinds: tuple[str, ...]) -> str:
    return " or ".join(kinds)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _limits(option: OptionType) -> str:
    limits: list[str] = []
    if option.minimum is not None and option.maximum is not None:
        limits.append(f"{option.minimum} to {option.maximum}")
    if option.max_length is not None:
        limits.append(f"{option.max_length} characters")
    if option.allowed:
        limits.append(", ".join(f"`{_json(each)}`" for each in option.allowed))
    return "; ".join(limits)


def main() -> int:
    """Write the page, or with ``--check`` return 1 if it is not what it should be."""
    page = render()
    if "--check" in sys.argv[1:]:
        return 0 if PAGE.read_text(encoding="utf-8") == page else 1
    PAGE.write_text(page, encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
