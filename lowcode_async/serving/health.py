"""``/healthz`` and ``/readyz``: for the platform that starts, watches and balances the processes.

They are answered in front of Django: a probe comes with the address of a machine as its Host, and
must be answered when the database, the sessions or the middleware are what has failed.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final, TypeAlias

from asgiref.sync import sync_to_async
from django.db import DatabaseError, InterfaceError, connection, connections
from django.utils.translation.trans_real import parse_accept_lang_header

from lowcode_async import conf
from lowcode_async.clock import database_now
from lowcode_async.models import Process
from lowcode_async.sentences import Language, sentence
from lowcode_async.upgrades import bell, queue

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

HEALTH_PATHS: Final = ("/healthz", "/readyz")

_PATIENCE: Final = 3.0
"""Seconds a check may take; platforms give a probe not much more."""


class HealthChecks:
    """An ASGI application that answers the two paths and passes everything else on."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        match scope["type"], scope.get("path"):
            case "http", "/healthz":
                await _answer(send, HTTPStatus.OK, {"status": "ok"})
            case "http", "/readyz":
                body = await readiness(_language(scope))
                ready = body["status"] == "ready"
                await _answer(
                    send, HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE, body
                )
            case _:
                await self._application(scope, receive, send)


async def readiness(language: Language) -> dict[str, Any]:
    """Look at everything that an upgrade needs.

    Returns:
        ``{"status": "ready"|"unready", "checks": {name: {"ok", "seconds"[, "code", "message"]}}}``
    """
    checks = {
        "database": sync_to_async(_database_answers, thread_sensitive=False),
        "broker": sync_to_async(queue.reachable, thread_sensitive=False),
        "channel_layer": bell.reachable,
        "worker": sync_to_async(_worker_lives, thread_sensitive=False),
    }
    results = await asyncio.gather(
        *(_look(name, check, language) for name, check in checks.items())
    )
    ready = all(result["ok"] for result in results)
    return {
        "status": "ready" if ready else "unready",
        "checks": dict(zip(checks, results, strict=True)),
    }


async def _look(
    name: str, check: Callable[[], Awaitable[bool]], language: Language
) -> dict[str, Any]:
    begin = time.monotonic()
    try:
        ok = await asyncio.wait_for(check(), _PATIENCE)
    except TimeoutError:
        ok = False
    result: dict[str, Any] = {"ok": ok, "seconds": round(time.monotonic() - begin, 4)}
    if not ok:
        code = f"unready_{name}"
        result |= {"code": code, "message": sentence(code, {}, language)}
    return result


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return False
    finally:
        connections.close_all()
    return True


def _worker_lives() -> bool:
    try:
        since = database_now() - timedelta(seconds=conf.current().process_timeout)
        return Process.objects.filter(
            kind__in=(Process.Kind.WORKER, Process.Kind.EMBEDDED), last_seen_at__gte=since
        ).exists()
    except (DatabaseError, InterfaceError):
        return False
    finally:
        connections.close_all()


def _language(scope: Scope) -> Language:
    """Return the probe's language: a person may be looking, too."""
    accepted = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")
    wanted = parse_accept_lang_header(accepted)
    return "en" if wanted and wanted[0][0].startswith("en") else "zh"


async def _answer(send: Send, status: HTTPStatus, body: dict[str, Any]) -> None:
    content = json.dumps(body, ensure_ascii=False).encode()
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", str(len(content)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status.value, "headers": headers})
    await send({"type": "http.response.body", "body": content})
