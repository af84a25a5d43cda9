"""Run upgrades in processes of their own, for a site with a message broker."""

from __future__ import annotations

import os
import signal
import sys
from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand

from lowcode_async import conf
from lowcode_async.sentences import sentence
from lowcode_async.serving.migrations import wait_for_migrations

_END: Final = (signal.SIGINT, signal.SIGTERM)


class Command(BaseCommand):
    """`manage.py lowcode_worker`: Dramatiq's command line with this site's settings."""

    help = "Runs upgrades beside the web processes; needs a message broker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add how many."""
        parser.add_argument(
            "--module",
            default="lowcode_async.serving.worker:broker",
            help="broker that Dramatiq loads; its module sets Django up and declares the actors",
        )
        parser.add_argument("--processes", type=int, default=1, help="processes to run")
        parser.add_argument(
            "--threads",
            type=int,
            default=conf.current().worker_threads,
            help="threads of each process, so that many stages at once",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Become Dramatiq; without a broker wait, since the server runs the upgrades itself."""
        if conf.current().embedded:
            self._say("worker_not_needed")
            # A process manager such as honcho would end all processes if this one ended.
            signal.pthread_sigmask(signal.SIG_BLOCK, _END)
            signal.sigwait(_END)
            return
        wait_for_migrations(lambda apps: self._say("waiting_for_migrations", apps=", ".join(apps)))
        amounts = ["--processes", str(options["processes"]), "--threads", str(options["threads"])]
        command = [sys.executable, "-m", "dramatiq", options["module"], *amounts]
        # The longest pause between two looks at Redis; Dramatiq's own second is paid by every stage.
        os.environ.setdefault("dramatiq_worker_timeout", "100")
        os.execv(sys.executable, command)  # noqa: S606 - no shell wanted

    def _say(self, code: str, **params: str) -> None:
        self.stdout.write(sentence(code, params))
        self.stdout.flush()
