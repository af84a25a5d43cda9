"""The processes that serve live models, or work for them."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from lowcode_async.api.shapes.processes import ProcessList
from lowcode_async.models import Counter
from lowcode_async.rest.base import StaffView
from lowcode_async.rest.openapi.operations import operation
from lowcode_async.upgrades import counters
from lowcode_async.upgrades.attendance import processes


class Processes(StaffView):
    """GET: which processes live, on which generation, since when."""

    @operation(
        "listProcesses",
        tag="processes",
        summary="Which processes live, on which generation, since when",
        answers={200: ProcessList},
    )
    def get(self, request: Request) -> Response:
        """Answer all of them, the oldest first, those that were lost lately too."""
        generation = counters.value(Counter.Name.GENERATION)
        return Response({"generation": generation, "processes": processes()})
