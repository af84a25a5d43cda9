"""What has been begun and done of a plan, on databases that cannot take DDL back by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from lowcode_async.models import Upgrade

MENDING: Final = -1
"""Stands beside the steps from the first that is taken back until the table has been looked at."""


class StepState(StrEnum):
    """How a step stands."""

    BEGUN = "begun"
    """Begun; whether it is done has to be looked at."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Journal:
    """The steps of one upgrade, written one by one outside of any transaction."""

    task_id: UUID

    def read(self) -> dict[int, StepState]:
        """Return the state of each step that was begun and not taken back, by its index."""
        steps = Upgrade.objects.values_list("steps", flat=True).get(pk=self.task_id)
        return {step["index"]: StepState(step["state"]) for step in steps}

    def begin(self, index: int) -> None:
        """Note that a step is about to be done."""
        self._write({**self.read(), index: StepState.BEGUN})

    def done(self, index: int) -> None:
        """Note that a step has been done."""
        self._write({**self.read(), index: StepState.DONE})

    def forget(self, index: int) -> None:
        """Note that a step has been taken back."""
        self._write({key: state for key, state in self.read().items() if key != index})

    def _write(self, steps: dict[int, StepState]) -> None:
        rows = [{"index": index, "state": state.value} for index, state in sorted(steps.items())]
        Upgrade.objects.filter(pk=self.task_id).update(steps=rows)
