"""Which process of pytest-xdist tests what: together what shares a server, and all end at one time."""

from __future__ import annotations

import re
from typing import Any, Final

from xdist.scheduler import LoadScopeScheduling

SHARED: Final = re.compile(r"(sqlite|postgresql|mysql)(-embedded|-distributed)?(?=[^\[]*\]$)")
"""What the parameters of a test say of the fixtures `database` and `site`."""
SECONDS: Final = {"acceptance": 3.0, "integration": 0.3, "unit": 0.03}
"""What a test of each tier takes, about."""
NONE: Final = "none"
"""The server of those tests that share none."""
BUSY: Final = "acceptance"
"""The tier whose tests keep a processor busy each: they start sites and browsers."""
AT_ONCE: Final = 2
"""How many processes test this tier at once: no test may need more than two processors.

Those of integration wait for their databases nearly half of the time: one process more fills it.
"""


class ByServer(LoadScopeScheduling):  # type: ignore[misc]
    """Keeps together what shares a database or a site.

    A unit of work is named ``{tier} {folder} {server}``. A process stays with its database as long
    as there is anything left to test with it.
    """

    def _reschedule(self, node: Any) -> None:
        if self.workqueue and not self._allowed(node) and not node.shutting_down:
            node.shutdown()
        else:
            super()._reschedule(node)

    def _assign_work_unit(self, node: Any) -> None:
        units = self._allowed(node)
        if not units:
            return
        before = {_server(each) for each in self.assigned_work[node]} - {NONE}
        best = max(units, key=lambda unit: self._rank(unit, before))
        self.workqueue.move_to_end(best, last=False)
        super()._assign_work_unit(node)

    def _allowed(self, node: Any) -> list[str]:
        if node in self.nodes[:AT_ONCE]:
            return list(self.workqueue)
        return [each for each in self.workqueue if _tier(each) != BUSY]

    def _rank(self, unit: str, before: set[str]) -> tuple[bool, bool, float, float]:
        """Tell how early a unit begins: what few processes may do, and what takes long, early."""
        server = _server(unit)
        left = sum(self._seconds(each) for each in self.workqueue if _server(each) == server)
        return _tier(unit) == BUSY, server in before, left, self._seconds(unit)

    def _seconds(self, unit: str) -> float:
        return len(self.workqueue[unit]) * SECONDS[_tier(unit)]

    def _split_scope(self, nodeid: str) -> str:
        path, _, name = nodeid.partition("::")
        tier = path.split("/")[1]
        shared = SHARED.search(name)
        if shared is None:
            return f"{tier} {path} {NONE}"
        folder = tier if tier == BUSY else path.rpartition("/")[0]
        return f"{tier} {folder} {shared[0]}"


def _tier(unit: str) -> str:
    return unit.partition(" ")[0]


def _server(unit: str) -> str:
    return unit.rpartition(" ")[2]
