"""What the site has registered for upgrades to do beside a change."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from lowcode_async.api.shapes.upgrades import OperationList
from lowcode_async.planning.registered import registered_operations
from lowcode_async.rest.base import StaffView
from lowcode_async.rest.openapi.operations import operation


class Operations(StaffView):
    """GET: the names that a definition may give under ``operations``."""

    @operation(
        "listOperations",
        tag="upgrades",
        summary="What the site has registered for upgrades to do beside a change, by name",
        answers={200: OperationList},
    )
    def get(self, request: Request) -> Response:
        """Answer them, in the order of the names."""
        told = [
            {"name": each.name, "kind": each.kind.value, "description": each.description}
            for each in registered_operations().values()
        ]
        return Response({"operations": told})
