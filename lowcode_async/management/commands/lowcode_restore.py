"""``manage.py lowcode_restore``: make the database what it is in a backup."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, connections

from lowcode_async.backups import restore_backup
from lowcode_async.backups.checking import database_title
from lowcode_async.backups.journal import refuse_while_under_way
from lowcode_async.backups.listing import list_backups
from lowcode_async.errors import BackupError, RestorationUnderWay
from lowcode_async.sentences import JSON, sentence


class Command(BaseCommand):
    """Restore a backup, after checking it and backing up the present state."""

    help = "Make the database what it is in a backup."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("backup", nargs="?", help="name of a backup, or path of a file")
        parser.add_argument("--list", action="store_true", help="show the backups there are")
        parser.add_argument(
            "--yes", "--no-input", "--noinput", action="store_true", dest="yes",
            help="do not ask",
        )  # fmt: skip
        parser.add_argument(
            "--database",
            choices=tuple(connections),
            help="alias of the database; unless given, the one that the backup was taken from",
        )
        parser.add_argument(
            "--no-safety-backup", action="store_true", help="do not back up the present state first"
        )
        parser.add_argument(
            "--accept-unknown-checksum",
            action="store_true",
            help="restore a file although the database has no record of its checksum",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """List the backups, or restore one."""
        try:
            if options["list"]:
                self._list()
            elif not options["backup"]:
                raise CommandError(_words("restore_name_required"))
            elif options["yes"] or self._confirmed(options["backup"], options["database"]):
                self._restore(options)
            else:
                self.stdout.write(_words("restore_cancelled"))
        except (BackupError, RestorationUnderWay) as error:
            raise CommandError(error.sentence()) from error

    def _list(self) -> None:
        found, title = list_backups()
        if not found:
            self.stdout.write(_words("restore_none", storage=title))
        for each in found:
            self.stdout.write(each.line())

    def _confirmed(self, name: str, using: str | None) -> bool:
        using = using or _taken_from(name)
        question = _words("restore_question", name=name, database=database_title(using))
        return input(question).strip().lower() in {"yes", "y"}

    def _restore(self, options: dict[str, Any]) -> None:
        refuse_while_under_way()
        restored = restore_backup(
            options["backup"],
            using=options["database"],
            safety_backup=not options["no_safety_backup"],
            accept_unknown_checksum=options["accept_unknown_checksum"],
        )
        if restored.safety_backup:
            self.stdout.write(_words("restore_safety", name=restored.safety_backup))
        self.stdout.write(self.style.SUCCESS(_words("restore_done", name=restored.name)))
        for warning in restored.warnings:
            told = sentence(warning["code"], warning["params"])
            self.stderr.write(self.style.WARNING(told))


def _taken_from(name: str) -> str:
    """Return the database that a backup was taken from, if it is on record; the default one else."""
    found = [each.database for each in list_backups()[0] if each.name == Path(name).name]
    return next((each for each in found if each and each in connections), DEFAULT_DB_ALIAS)


def _words(code: str, **params: JSON) -> str:
    return sentence(code, params)
