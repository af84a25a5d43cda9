"""Tell what an upgrade would do, before it is started."""

from __future__ import annotations

from django.db import transaction
from django.utils.decorators import method_decorator
from rest_framework.request import Request
from rest_framework.response import Response

from lowcode_async.api.requests import PlanOptions, UpgradeRequest
from lowcode_async.api.shapes.plans import Plan
from lowcode_async.api.shapes.upgrades import PlanBody
from lowcode_async.errors import DefinitionInvalid, VersionMovedOn
from lowcode_async.rest.base import StaffView
from lowcode_async.rest.bodies import read_json
from lowcode_async.rest.openapi.operations import operation
from lowcode_async.upgrades import plans


# Where DDL ends the transaction it stands in, the clones would end the request's.
@method_decorator(transaction.non_atomic_requests, name="dispatch")
class PlanUpgrade(StaffView):
    """POST: tell what the same body would do if it were posted to start an upgrade."""

    @operation(
        "planUpgrade",
        tag="upgrades",
        summary="Tell what an upgrade would do; nothing is changed",
        body=PlanBody,
        answers={200: Plan},
        refuses=(DefinitionInvalid, VersionMovedOn),
        changes=True,
    )
    def post(self, request: Request) -> Response:
        """Answer 200 with the plan, or every problem at once."""
        asked = UpgradeRequest.from_json(read_json(request), options=PlanOptions)
        planned = plans.plan_upgrade(
            asked.definition,
            force=asked.options["force"],
            base_version=asked.options["base_version"],
        )
        return Response(plans.describe(planned))
