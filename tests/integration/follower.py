"""A process that serves live models: says what it serves, and ends when its input does.

Started by tests with ``python -m``; prints one line of JSON each time it swaps.
"""

from __future__ import annotations

import json
import sys
from uuid import UUID

import django

django.setup()

from lowcode_async.models import Process  # noqa: E402
from lowcode_async.runtime.building import Generation  # noqa: E402
from lowcode_async.runtime.processes import Registration  # noqa: E402
from lowcode_async.runtime.signals import generation_swapped  # noqa: E402
from tests.databases import close_pool  # noqa: E402


def say(**what: object) -> None:
    print(json.dumps(what), flush=True)


def tell(*, generation: Generation, **_: object) -> None:
    fields = {
        name: [field.name for field in model._meta.get_fields()]
        for name, model in generation.models.items()
    }
    say(generation=generation.number, fields=fields)


def on_restart(upgrade: UUID) -> None:
    say(restart=str(upgrade))


def main() -> None:
    generation_swapped.connect(tell)
    registration = Registration(Process.Kind(sys.argv[1]), on_restart=on_restart)
    registration.start()
    assert registration.registered.wait(60)
    say(id=str(registration.id))
    sys.stdin.read()
    registration.stop()
    close_pool()


if __name__ == "__main__":
    main()
