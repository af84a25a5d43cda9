"""``manage.py lowcode_eject``: live models as an app of Django's own."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.management.utils import run_formatters

from lowcode_async.ejecting import Ejection, eject, write_files
from lowcode_async.ejecting.naming import DEFAULT_APP, check_app
from lowcode_async.errors import EjectionRefused, LowcodeError
from lowcode_async.planning.databases import HOME, database_of
from lowcode_async.runtime import generation
from lowcode_async.sentences import JSON, sentence


class Command(BaseCommand):
    """Write models and migrations that stand on the tables of live models."""

    help = (
        "Writes an app with models.py and migrations for live models, which `migrate --fake` accepts on "
        "this database and which builds the same tables on another. Changes nothing in the database."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("model", nargs="*", help="name of a live model; all if none is given")
        parser.add_argument(
            "--app",
            default=DEFAULT_APP,
            help="name of the app's package, and its label (%(default)s)",
        )
        parser.add_argument(
            "--output", type=Path, default=Path(), help="folder to put the package into (here)"
        )
        parser.add_argument("--force", action="store_true", help="overwrite files that are there")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write the app, and tell what else is to be done.

        Raises:
            CommandError: there is no such model, the app cannot be called that, or its files exist.
        """
        folder = options["output"] / options["app"]
        try:
            check_app(options["app"], folder)
            ejection = _ejection(options["model"], app=options["app"])
            written = write_files(folder, ejection.files, force=options["force"])
        except LowcodeError as error:
            raise CommandError(error.sentence()) from error
        run_formatters(map(str, written))
        for path in written:
            self.stdout.write(_words("eject_written", path=str(path)))
        for note in _notes(ejection):
            self.stdout.write(self.style.WARNING(note))
        self.stdout.write(self.style.SUCCESS(_words("eject_next", app=ejection.app)))


def _ejection(names: Sequence[str], *, app: str) -> Ejection:
    served = generation.refresh()
    for name in names:
        served.get_model(name)
    if not served.definitions:
        raise EjectionRefused("eject_nothing")
    return eject(served.definitions, names, app=app)


def _notes(ejection: Ejection) -> Iterator[str]:
    moved = [
        each.name
        for each in generation.refresh().definitions.values()
        if each.name in ejection.models and database_of(each) != HOME
    ]
    told: dict[str, Sequence[str]] = {
        "eject_pulled_in": ejection.pulled_in,
        "eject_left_behind": ejection.left_behind,
        "eject_needs_pillow": ejection.with_images,
        "eject_elsewhere": moved,
    }
    for code, models in told.items():
        if models:
            yield _words(code, models=list(models))


def _words(code: str, **params: JSON) -> str:
    return sentence(code, params)
