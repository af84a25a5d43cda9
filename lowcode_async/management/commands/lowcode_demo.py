"""Prepare a site to be tried out: tables, a staff user with a token, and lines to paste."""

from __future__ import annotations

import os
import secrets
import sys
from argparse import ArgumentParser
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from rest_framework.authtoken.models import Token

from lowcode_async.sentences import SENTENCES

USERNAME: Final = "demo"

LINES: Final = """
  {user} / {password}    {site}/lowcode/
  export SITE={site} TOKEN={token}

  curl -s $SITE/lowcode/api/upgrade-model/ -H "Authorization: Token $TOKEN" -H 'Content-Type: application/json' -d '{{"model_name": "Product", "fields": [{{"name": "name", "type": "CharField", "max_length": 100}}, {{"name": "description", "type": "TextField", "null": true}}, {{"name": "price", "type": "FloatField"}}], "no_backup": false, "no_restart": false, "force": false}}'
  curl -s $SITE/lowcode/api/upgrade-status/<task_id>/ -H "Authorization: Token $TOKEN"
  {python} -c 'import os; from contextlib import ExitStack; from websockets.sync.client import connect; [print(event) for event in ExitStack().enter_context(connect(os.environ["SITE"].replace("http", "ws", 1) + "/ws/lowcode/upgrades/?after=0", additional_headers={{"Authorization": "Token " + os.environ["TOKEN"]}}))]'
"""
"""What is printed once: to sign in, to start an upgrade, to ask how it stands, to watch all."""


class Command(BaseCommand):
    """`manage.py lowcode_demo`, in debug only."""

    help = "Prepares the tables and a demo staff user, and prints its token once; in debug only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add where the site will be."""
        parser.add_argument(
            "--port",
            type=int,
            default=int(os.environ.get("PORT", "8000")),
            help="port in the lines to paste; $PORT, or 8000, if not given",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the user, if there is none; say nothing secret otherwise.

        Raises:
            CommandError: the site is not in debug.
        """
        if not settings.DEBUG:
            raise CommandError(_both("demo_in_debug_only"))
        call_command("migrate", interactive=False, verbosity=0)
        users = get_user_model()
        if users.objects.filter(**{users.USERNAME_FIELD: USERNAME}).exists():
            return
        password = secrets.token_urlsafe(9)
        user = users.objects.create_superuser(
            **{users.USERNAME_FIELD: USERNAME}, password=password, email="demo@example.com"
        )
        token = Token.objects.create(user=user)
        self.stdout.write(_both("demo_made"))
        self.stdout.write(
            LINES.format(
                user=USERNAME,
                password=password,
                token=token.key,
                site=f"http://127.0.0.1:{options['port']}",
                python=sys.executable,
            )
        )


def _both(code: str) -> str:
    return "\n".join(SENTENCES[code])
