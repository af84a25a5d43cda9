"""Pages of the reference that are made from the source: `make reference` writes them.

A test compares what stands in `docs/reference` with what this makes.
"""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from types import ModuleType

from scripts.commands_reference import commands_page
from scripts.conversions_reference import conversions_page
from scripts.errors_reference import errors_page
from scripts.markdown import NOTE, cell
from scripts.python_api_reference import python_api_page

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "reference"

BROKER = (
    "| `LOWCODE_BROKER_URL` | `str` or `None` | `None` | Where the message broker is, say "
    "`redis://localhost:6379/0`. Needed where `LOWCODE_EMBEDDED` is False. |"
)
"""The one setting that is read where it is used, when the actors are declared."""


def settings_page() -> str:
    """Return the page of the plugin's settings."""
    from lowcode_async import conf

    told = dict(_told_attributes(conf, "Settings"))
    rows = "\n".join(
        f"| `LOWCODE_{each.name.upper()}` | `{each.type}` | `{each.default!r}` | {told[each.name]} |"
        for each in fields(conf.Settings)
    )
    return f"""# Settings

{NOTE.format(source="lowcode_async/conf.py")}

A site sets them in its settings module. They are read once; `manage.py check` finds misspelled ones. The
site in `asgi_site/` takes what an operator is likely to change from the environment.

| setting | type | default | meaning |
|---|---|---|---|
{rows}
{BROKER}
"""


def checks_page() -> str:
    """Return the page of the system checks."""
    from lowcode_async.checks import Problem
    from lowcode_async.sentences import SENTENCES

    rows = "\n".join(
        f"| `{each.value}` | {cell(SENTENCES[each.code].en)} "
        f"| {cell(SENTENCES[f'{each.code}_cure'].en)} |"
        for each in Problem
    )
    return f"""# System checks

{NOTE.format(source="lowcode_async/checks.py")}

`manage.py check` looks for these, and `manage.py check --deploy` for what a site for the public must not have. Django's
`SILENCED_SYSTEM_CHECKS` takes the ids of those that you do not want to hear of.

| id | what is wrong | cure |
|---|---|---|
{rows}
"""


def openapi_document() -> str:
    """Return the OpenAPI document, in English."""
    from lowcode_async.rest.openapi.document import document

    return json.dumps(document("en"), ensure_ascii=False, indent=1) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "python-api.md": python_api_page,
    "errors.md": errors_page,
    "settings.md": settings_page,
    "checks.md": checks_page,
    "commands.md": commands_page,
    "conversions.md": conversions_page,
    "openapi.json": openapi_document,
}
"""What makes each page, by its name in `docs/reference`."""


def _told_attributes(module: ModuleType, name: str) -> Iterator[tuple[str, str]]:
    """Yield the annotated attributes of a class, each with the string under it."""
    tree = ast.parse(inspect.getsource(module))
    body = next(
        node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name
    )
    for statement, under in pairwise(body):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            assert isinstance(under, ast.Expr)
            assert isinstance(under.value, ast.Constant)
            yield statement.target.id, cell(str(under.value.value))


def main() -> None:
    """Write all pages."""
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    for name, make in PAGES.items():
        (FOLDER / name).write_text(make())
        print(f"docs/reference/{name}")


if __name__ == "__main__":
    main()
