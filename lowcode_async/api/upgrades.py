"""Start upgrades, list them, see how they stand, read their log."""

from __future__ import annotations

from typing import Final

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.decorators import method_decorator
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from lowcode_async.api.queries import choices_of, moment_of, number_of, refuse_unknown, text_of
from lowcode_async.api.requests import UpgradeRequest
from lowcode_async.api.shapes import upgrades as shapes
from lowcode_async.errors import (
    BrokerUnavailable,
    DefinitionInvalid,
    PlanOutdated,
    RestorationUnderWay,
    UpgradeConflict,
    UpgradeNotFound,
    VersionMovedOn,
)
from lowcode_async.models import Upgrade
from lowcode_async.rest.base import StaffView
from lowcode_async.rest.bodies import read_json
from lowcode_async.rest.errors import RequestInvalid
from lowcode_async.rest.openapi.operations import in_path, in_query, number, operation
from lowcode_async.sentences import JSON, sentence
from lowcode_async.upgrades import events, service
from lowcode_async.upgrades.details import detail
from lowcode_async.upgrades.leases import ACTIVE
from lowcode_async.upgrades.reading import describe, describe_all, progress_of

EVENTS_LIMIT: Final = 500
"""Events in one answer at the most."""
UPGRADES_LIMIT: Final = 100
"""Upgrades in one answer at the most."""
_UPGRADES: Final = 20
_FILTERS: Final = (
    in_query("model", str, "Name of the model, in whatever case"),
    in_query("state", str, f"Some of {', '.join(Upgrade.State.values)}, separated by commas"),
    in_query("requested_by", str, "Name of the user who asked"),
    in_query("since", {"type": "string", "format": "date-time"}, "Created then or later"),
    in_query("until", {"type": "string", "format": "date-time"}, "Created before"),
)
_PAGE: Final = (
    number("limit", "Upgrades at the most", default=_UPGRADES, maximum=UPGRADES_LIMIT),
    in_query("before", str, "`next_before` of the page before"),
)
TASK_ID: Final = in_path("task_id", "Id of an upgrade; a malformed one is an unknown one")


# The upgrade must be committed before its first message is sent, and both before the answer.
@method_decorator(transaction.non_atomic_requests, name="dispatch")
class StartUpgrade(StaffView):
    """POST: start an upgrade."""

    @operation(
        "startUpgrade",
        tag="upgrades",
        summary="Start an upgrade",
        body=shapes.UpgradeBody,
        answers={202: shapes.UpgradeStarted},
        refuses=(
            DefinitionInvalid,
            UpgradeConflict,
            RestorationUnderWay,
            PlanOutdated,
            VersionMovedOn,
            BrokerUnavailable,
        ),
        changes=True,
    )
    def post(self, request: Request) -> Response:
        """Answer 202 with the task's id, or every problem at once."""
        assert not isinstance(request.user, AnonymousUser)
        asked = UpgradeRequest.from_json(read_json(request))
        upgrade = service.start_upgrade(asked.definition, user=request.user, **asked.options)
        return Response(started(upgrade), status=status.HTTP_202_ACCEPTED)


class UpgradeStatus(StaffView):
    """GET: tell how an upgrade stands."""

    @operation(
        "getUpgradeStatus",
        tag="upgrades",
        summary="How an upgrade stands",
        parameters=[TASK_ID],
        answers={200: shapes.UpgradeStatus, 404: shapes.UpgradeUnknown},
    )
    def get(self, request: Request, task_id: str) -> Response:
        """Answer ``running``, ``success``, ``failed``, or 404 with ``not_found``."""
        try:
            upgrade = service.get_upgrade(task_id)
        except UpgradeNotFound:
            return Response({"status": "not_found"}, status=status.HTTP_404_NOT_FOUND)
        return Response({**describe(upgrade), **_urls(upgrade)})


class Upgrades(StaffView):
    """GET: all upgrades, the newest first."""

    @operation(
        "listUpgrades",
        tag="upgrades",
        summary="All upgrades, the newest first",
        parameters=[*_FILTERS, *_PAGE],
        answers={200: shapes.UpgradePage},
        refuses=(RequestInvalid, UpgradeNotFound),
    )
    def get(self, request: Request) -> Response:
        """Answer a page of them, and the id to ask ``?before=`` for the next page."""
        limit = number_of(request, "limit", default=_UPGRADES, maximum=UPGRADES_LIMIT)
        before = request.query_params.get("before")
        found = _filtered(request)
        page = list(_behind(found, before).select_related("requested_by")[:limit])
        body = {
            "upgrades": [
                {**told, **_urls(each)} for each, told in zip(page, describe_all(page), strict=True)
            ],
            "total": found.count(),
            "next_before": str(page[-1].pk) if page and len(page) == limit else None,
        }
        return Response(body)


class OneUpgrade(StaffView):
    """GET: everything there is to know of one upgrade."""

    @operation(
        "getUpgrade",
        tag="upgrades",
        summary="Everything there is to know of one upgrade",
        parameters=[TASK_ID],
        answers={200: shapes.UpgradeDetail},
        refuses=[UpgradeNotFound],
    )
    def get(self, request: Request, task_id: str) -> Response:
        """Answer what its status says, what was asked, what differs, and what it does."""
        upgrade = service.get_upgrade(task_id)
        return Response({**detail(upgrade), **_urls(upgrade)})


class UpgradeEvents(StaffView):
    """GET: an upgrade's log behind ``?after=``, for clients that poll."""

    @operation(
        "listUpgradeEvents",
        tag="upgrades",
        summary="An upgrade's log, for clients that poll",
        parameters=[
            TASK_ID,
            number("after", "Sequence behind which to read", default=0),
            number("limit", "Events at the most", default=EVENTS_LIMIT, maximum=EVENTS_LIMIT),
        ],
        answers={200: shapes.UpgradeEvents},
        refuses=(RequestInvalid, UpgradeNotFound),
    )
    def get(self, request: Request, task_id: str) -> Response:
        """Answer the events, and the number to ask behind next time."""
        after = number_of(request, "after", default=0)
        limit = number_of(request, "limit", default=EVENTS_LIMIT, maximum=EVENTS_LIMIT)
        upgrade = service.get_upgrade(task_id)
        found = events.read_after(upgrade.pk, after, limit)
        body = {
            "task_id": str(upgrade.pk),
            "events": [each.to_wire() for each in found],
            "next_after": found[-1].sequence if found else after,
            "ended": upgrade.state not in ACTIVE
            and (not found or found[-1].sequence == upgrade.last_sequence),
            "progress": progress_of(upgrade),
        }
        return Response(body)


def started(upgrade: Upgrade) -> dict[str, JSON]:
    """Return the answer that tells of an upgrade which has been queued."""
    return {
        "task_id": str(upgrade.pk),
        "message": sentence("upgrade_started", {}),
        "status_check_url": _url("upgrade-status", upgrade),
    }


def _filtered(request: Request) -> QuerySet[Upgrade]:
    """Return the upgrades that the query asks for.

    Raises:
        RequestInvalid: it asks for what cannot be.
    """
    refuse_unknown(request, [each.name for each in (*_FILTERS, *_PAGE)])
    rows = Upgrade.objects.all()
    if model := text_of(request, "model"):
        rows = rows.filter(model_name__iexact=model)
    if states := choices_of(request, "state", Upgrade.State.values):
        rows = rows.filter(state__in=states)
    if name := text_of(request, "requested_by"):
        field = get_user_model().USERNAME_FIELD
        rows = rows.filter(**{f"requested_by__{field}": name})
    if since := moment_of(request, "since"):
        rows = rows.filter(created_at__gte=since)
    if until := moment_of(request, "until"):
        rows = rows.filter(created_at__lt=until)
    return rows


def _behind(rows: QuerySet[Upgrade], before: str | None) -> QuerySet[Upgrade]:
    """Return upgrades, the newest first, that are older than `before`.

    Raises:
        UpgradeNotFound: there is no upgrade `before`.
    """
    if before is not None:
        last = service.get_upgrade(before)
        older = Q(created_at__lt=last.created_at)
        rows = rows.filter(older | Q(created_at=last.created_at, pk__lt=last.pk))
    return rows.order_by("-created_at", "-pk")


def _urls(upgrade: Upgrade) -> dict[str, str]:
    lost = reverse("lowcode_api:lost-values")
    return {
        "events_url": _url("upgrade-events", upgrade),
        "lost_values_url": f"{lost}?upgrade={upgrade.pk}",
    }


def _url(name: str, upgrade: Upgrade) -> str:
    return reverse(f"lowcode_api:{name}", kwargs={"task_id": str(upgrade.pk)})
