"""The page of the commands of `manage.py`: what they are for, and what they take."""

from __future__ import annotations

import pkgutil
from argparse import Action, ArgumentParser
from collections.abc import Iterator

from django.core.management import load_command_class
from django.core.management.base import BaseCommand

from lowcode_async.management import commands
from scripts.markdown import NOTE, cell


def commands_page() -> str:
    """Return the page."""
    names = sorted(each.name for each in pkgutil.iter_modules(commands.__path__))
    return f"""# Commands

{NOTE.format(source="lowcode_async/management/commands")}

What `manage.py` can do beside Django's own. All take Django's options, such as `--settings`, too; `--help` tells them.
{"".join(map(_section, names))}"""


def _section(name: str) -> str:
    command = load_command_class("lowcode_async", name)
    parser = command.create_parser("manage.py", name)
    usual = set(map(_spelled, _actions(BaseCommand().create_parser("manage.py", name))))
    rows = [
        f"| `{_spelled(each)}` | {cell(_help(each, parser))} |"
        for each in _actions(parser)
        if _spelled(each) not in usual
    ]
    table = "\n".join(["", "| argument | meaning |", "|---|---|", *rows, ""]) if rows else ""
    return f"\n## {name}\n\n{cell(command.help)}\n{table}"


def _actions(parser: ArgumentParser) -> Iterator[Action]:
    yield from parser._actions  # noqa: SLF001 - argparse has no other way to ask


def _spelled(action: Action) -> str:
    """Return an argument as one writes it."""
    if not action.option_strings:
        return f"[{action.dest} …]" if action.nargs == "*" else f"[{action.dest}]"
    names = ", ".join(action.option_strings)
    return names if action.nargs == 0 else f"{names} {action.dest.upper()}"


def _help(action: Action, parser: ArgumentParser) -> str:
    return (action.help or "") % {"default": action.default, "prog": parser.prog}
