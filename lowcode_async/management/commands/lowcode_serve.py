"""Serve the site: HTTP, WebSockets and, where there is no broker, the upgrades as well."""

from __future__ import annotations

import os
import socket
import sys
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from lowcode_async.checks import Problem
from lowcode_async.runtime.processes import close_pools
from lowcode_async.sentences import JSON, SENTENCES, sentence
from lowcode_async.serving import sockets
from lowcode_async.serving.migrations import wait_for_migrations
from lowcode_async.serving.site import Ending, ServedSite
from lowcode_async.serving.succession import Inheritance, become_successor, inherit


class Command(BaseCommand):
    """`manage.py lowcode_serve`."""

    help = "Serves the site on one socket, and restarts without refusing a request."
    # Checked at the first start only: while it restarts, requests wait.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add where to listen."""
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument(
            "--port",
            type=int,
            default=int(os.environ.get("PORT", "8000")),
            help="port to listen on; 0 takes a free one; $PORT, or 8000, if not given",
        )
        parser.add_argument(
            "--fd", type=int, help="descriptor of a listening socket, instead of host and port"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until the process is told to end."""
        inheritance = inherit()
        application = _application()
        listening = self._listen(inheritance, options)
        if inheritance is None:
            self.check()
            wait_for_migrations(
                lambda apps: self._say("waiting_for_migrations", apps=", ".join(apps))
            )
        site = ServedSite(application, listening=listening)
        ending = site.run(
            connections=inheritance.connections if inheritance else (),
            ready=lambda: self._tell(listening, restarted=inheritance is not None),
        )
        if ending is Ending.RESTART:
            become_successor(listening, site.connections)
        close_pools()
        _leave()

    def _listen(self, inheritance: Inheritance | None, options: dict[str, Any]) -> socket.socket:
        if inheritance is not None:
            return sockets.adopt(inheritance.listening)
        fd = options["fd"]
        if fd is None:
            fd = sockets.systemd_fd(sockets.first_environment())
        try:
            if fd is not None:
                return sockets.adopt(fd)
            return sockets.open_socket(options["host"], options["port"])
        except OSError as error:
            where = f"fd {fd}" if fd is not None else f"{options['host']}:{options['port']}"
            # Python appends the address, which stands there already.
            reason = (error.strerror or str(error)).partition(" (while")[0]
            params = {"address": where, "reason": reason}
            words = (each.format(**params) for each in SENTENCES["cannot_listen"])
            raise CommandError("\n".join(words)) from error

    def _tell(self, listening: socket.socket, *, restarted: bool) -> None:
        code = "serving_again" if restarted else "serving"
        self._say(code, url=sockets.url(listening), pid=os.getpid())

    def _say(self, code: str, **params: JSON) -> None:
        self.stdout.write(sentence(code, params))
        self.stdout.flush()


def _application() -> Any:
    path = getattr(settings, "ASGI_APPLICATION", None)
    if path is None:
        missing = Problem.ASGI_APPLICATION_MISSING.message()
        raise CommandError(f"{missing.msg}\n{missing.hint}")
    try:
        return import_string(path)
    except ImproperlyConfigured as error:
        raise CommandError(str(error)) from error


def _leave() -> None:
    """End the process although something was not finished in time: it cannot be waited for twice."""
    left = [each for each in threading.enumerate() if not each.daemon]
    if len(left) > 1:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
