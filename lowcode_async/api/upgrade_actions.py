"""Cancel an upgrade, and ask once more for one that came to nothing."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils.decorators import method_decorator
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from lowcode_async.api.shapes.upgrades import UpgradeCancelled, UpgradeStarted
from lowcode_async.api.upgrades import TASK_ID, started
from lowcode_async.errors import (
    BrokerUnavailable,
    CancelTooLate,
    DefinitionInvalid,
    RestorationUnderWay,
    RetryRefused,
    UpgradeConflict,
    UpgradeNotFound,
    VersionMovedOn,
)
from lowcode_async.models import Upgrade
from lowcode_async.rest.base import StaffView
from lowcode_async.rest.openapi.operations import operation
from lowcode_async.sentences import sentence
from lowcode_async.upgrades.cancelling import cancel_upgrade
from lowcode_async.upgrades.retrying import retry_upgrade


# What is decided must be committed before it is told.
@method_decorator(transaction.non_atomic_requests, name="dispatch")
class CancelUpgrade(StaffView):
    """POST: cancel an upgrade before it changes anything; there is no body."""

    @operation(
        "cancelUpgrade",
        tag="upgrades",
        summary="Cancel an upgrade before it changes anything",
        parameters=[TASK_ID],
        answers={200: UpgradeCancelled, 202: UpgradeCancelled},
        refuses=(UpgradeNotFound, CancelTooLate),
        changes=True,
    )
    def post(self, request: Request, task_id: str) -> Response:
        """Answer 200 if it has ended, 202 if it will with the stage at hand."""
        assert not isinstance(request.user, AnonymousUser)
        upgrade = cancel_upgrade(task_id, user=request.user)
        ended = upgrade.state == Upgrade.State.CANCELLED
        code = "upgrade_cancelled" if ended else "upgrade_will_be_cancelled"
        body = {
            "task_id": str(upgrade.pk),
            "state": upgrade.state,
            "message": sentence(code, {"model": upgrade.model_name, "stage": upgrade.stage}),
        }
        return Response(body, status=status.HTTP_200_OK if ended else status.HTTP_202_ACCEPTED)


@method_decorator(transaction.non_atomic_requests, name="dispatch")
class RetryUpgrade(StaffView):
    """POST: start a new upgrade with what a failed or cancelled one was asked for; there is no body."""

    @operation(
        "retryUpgrade",
        tag="upgrades",
        summary="Ask once more for what a failed or cancelled upgrade was asked for",
        parameters=[TASK_ID],
        answers={202: UpgradeStarted},
        refuses=(
            UpgradeNotFound,
            RetryRefused,
            DefinitionInvalid,
            VersionMovedOn,
            UpgradeConflict,
            RestorationUnderWay,
            BrokerUnavailable,
        ),
        changes=True,
    )
    def post(self, request: Request, task_id: str) -> Response:
        """Answer 202 with the new task's id."""
        assert not isinstance(request.user, AnonymousUser)
        upgrade = retry_upgrade(task_id, user=request.user)
        return Response(started(upgrade), status=status.HTTP_202_ACCEPTED)
