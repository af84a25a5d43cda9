"""``manage.py lowcode_check``: whether the tables are what the definitions say."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lowcode_async.errors import ModelNotFound
from lowcode_async.sentences import sentence
from lowcode_async.upgrades.inspecting import Weight, inspect


class Command(BaseCommand):
    """Compare live models with their tables; the exit code is 1 if there is a difference."""

    help = (
        "Compares every live model's definition with what the database holds, and tells what an "
        "interrupted upgrade has left. Changes nothing. Exit code 1 if anything is found."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("model", nargs="*", help="name of a live model; all if none is given")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Look, tell, and say so by the exit code.

        Raises:
            CommandError: there is no such model.
        """
        try:
            found = inspect(options["model"])
        except ModelNotFound as error:
            raise CommandError(error.sentence(), returncode=2) from error
        for each in found.remarks:
            style = self.style.ERROR if each.weight is Weight.PROBLEM else self.style.NOTICE
            sign = "- " if each.weight is Weight.PROBLEM else "  "
            self.stdout.write(style(f"{sign}{each.sentence()}"))
        if found.problems:
            params = {"count": len(found.models), "found": found.problems}
            self.stdout.write(sentence("inspected_unsound", params))
            sys.exit(1)
        told = sentence("inspected_sound", {"count": len(found.models)})
        self.stdout.write(self.style.SUCCESS(told))
