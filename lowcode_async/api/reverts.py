"""Take upgrades back, and tell what that would do."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils.decorators import method_decorator
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from lowcode_async.api.requests import RevertOptions, RevertPlanOptions, options_of
from lowcode_async.api.shapes import reverts as shapes
from lowcode_async.api.shapes.plans import Plan
from lowcode_async.api.shapes.upgrades import UpgradeStarted
from lowcode_async.api.upgrades import TASK_ID, started
from lowcode_async.errors import (
    BrokerUnavailable,
    DefinitionInvalid,
    PlanOutdated,
    RestorationUnderWay,
    RevertRefused,
    UpgradeConflict,
    UpgradeNotFound,
)
from lowcode_async.rest.base import StaffView
from lowcode_async.rest.bodies import read_json
from lowcode_async.rest.openapi.operations import operation
from lowcode_async.sentences import JSON
from lowcode_async.upgrades import plans, reverting


@method_decorator(transaction.non_atomic_requests, name="dispatch")
class RevertUpgrade(StaffView):
    """POST: start an upgrade that takes another one back."""

    @operation(
        "revertUpgrade",
        tag="upgrades",
        summary="Start an upgrade that takes another one back, with the values it has changed",
        parameters=[TASK_ID],
        body=shapes.RevertBody,
        answers={202: UpgradeStarted},
        refuses=(
            DefinitionInvalid,
            UpgradeNotFound,
            RevertRefused,
            UpgradeConflict,
            RestorationUnderWay,
            PlanOutdated,
            BrokerUnavailable,
        ),
        changes=True,
    )
    def post(self, request: Request, task_id: str) -> Response:
        """Answer 202 with the new task's id."""
        assert not isinstance(request.user, AnonymousUser)
        options = options_of(_body(request), RevertOptions)
        upgrade = reverting.revert_upgrade(task_id, user=request.user, **options)
        return Response(started(upgrade), status=status.HTTP_202_ACCEPTED)


@method_decorator(transaction.non_atomic_requests, name="dispatch")
class RevertPlan(StaffView):
    """POST: tell what the revert of an upgrade would do."""

    @operation(
        "planRevert",
        tag="upgrades",
        summary="Tell what the revert of an upgrade would do; nothing is changed",
        parameters=[TASK_ID],
        body=shapes.RevertPlanBody,
        answers={200: Plan},
        refuses=(UpgradeNotFound, RevertRefused),
        changes=True,
    )
    def post(self, request: Request, task_id: str) -> Response:
        """Answer 200 with the plan."""
        options = options_of(_body(request), RevertPlanOptions)
        return Response(plans.describe(reverting.plan_revert(task_id, **options)))


def _body(request: Request) -> JSON:
    """Return the body; none at all says no more than an empty object."""
    empty = request.META.get("CONTENT_LENGTH") in (None, "", "0")
    return {} if empty else read_json(request)
