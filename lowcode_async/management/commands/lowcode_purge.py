"""``manage.py lowcode_purge``: delete lost values that have been kept long enough."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from lowcode_async.sentences import sentence
from lowcode_async.upgrades.lost import purge


class Command(BaseCommand):
    """Delete lost values that are past their time or were put back."""

    help = (
        "Deletes the values that upgrades have changed or removed, once they are older than "
        "LOWCODE_LOST_VALUES_DAYS or were put back more than a day ago. Workers do the same by themselves."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Delete, and say how many."""
        self.stdout.write(sentence("lost_values_purged", {"count": purge()}))
