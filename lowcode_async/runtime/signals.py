"""What receivers can hear of the runtime; nothing of ours depends on anybody hearing it."""

from __future__ import annotations

from typing import Final

from django.dispatch import Signal

generation_swapped: Final = Signal()
"""Sent in a process after it began to serve another generation.

Arguments: `generation`, the new `Generation`; `former`, the one before, or None for the first. Sent
in the thread that swapped, which is not always the same, so two in quick succession may arrive out
of order: compare their numbers. What a receiver raises is logged and hinders nobody.
"""

rows_changed: Final = Signal()
"""Sent after the commit of a change of rows that was seen, in the thread that committed.

Arguments: `change`, a `lowcode_async.runtime.changes.RowChange`.
"""
