"""Restore a backup, and see how that stands while the database is replaced."""

from __future__ import annotations

from typing import Final

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.urls import reverse
from django.utils.decorators import method_decorator
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from lowcode_async.api.backups import BACKUP, existing
from lowcode_async.api.requests import restore_backup_of
from lowcode_async.api.restoration_keys import MayReadRestoration, RestorationKey, key_of
from lowcode_async.api.shapes import restorations as shapes
from lowcode_async.errors import (
    BackupError,
    BrokerUnavailable,
    RestorationNotFound,
    RestorationUnderWay,
    UpgradeConflict,
)
from lowcode_async.rest.base import CsrfAuthentication, IsSuperuser, StaffView, TokenHeader
from lowcode_async.rest.bodies import read_json
from lowcode_async.rest.errors import BackupUnfit, BackupUnknown, NotSuperuser
from lowcode_async.rest.openapi.operations import in_path, operation
from lowcode_async.restorations.service import get_restoration, start_restoration
from lowcode_async.restorations.telling import describe
from lowcode_async.sentences import sentence
from lowcode_async.upgrades.events import iso

RESTORATION_ID: Final = in_path(
    "restoration_id", "Id of a restoration; a malformed one is an unknown one"
)


# What keeps upgrades out must be committed before the message is sent, and both before the answer.
@method_decorator(transaction.non_atomic_requests, name="dispatch")
class RestoreBackup(StaffView):
    """POST: make the database what it is in a backup."""

    permission_classes = (IsSuperuser,)

    @operation(
        "restoreBackup",
        tag="backups",
        summary="Replace the whole database by a backup",
        parameters=[BACKUP],
        body=shapes.RestoreBackupBody,
        answers={202: shapes.RestorationStarted},
        refuses=(
            NotSuperuser,
            BackupUnknown,
            BackupUnfit,
            UpgradeConflict,
            RestorationUnderWay,
            BrokerUnavailable,
        ),
        changes=True,
    )
    def post(self, request: Request, name: str) -> Response:
        """Answer 202 with the restoration's id, and a key to read it when the session is gone."""
        assert not isinstance(request.user, AnonymousUser)
        existing(name)
        secures = restore_backup_of(read_json(request), name=name)
        try:
            started = start_restoration(name, user=request.user, safety_backup=secures)
        except BackupError as error:
            raise BackupUnfit(error) from error
        key, expires = key_of(started.id)
        body = {
            "restoration_id": str(started.id),
            "message": sentence("restoration_started", {}),
            "status_url": reverse("lowcode_api:restoration", args=[started.id]),
            "read_key": key,
            "read_key_expires_at": iso(expires),
        }
        return Response(body, status=status.HTTP_202_ACCEPTED)


@method_decorator(transaction.non_atomic_requests, name="dispatch")
class OneRestoration(StaffView):
    """GET: how a restoration stands; with its key, the database is not asked for anything."""

    authentication_classes = (TokenHeader, RestorationKey, CsrfAuthentication)
    permission_classes = (MayReadRestoration,)

    @operation(
        "getRestoration",
        tag="backups",
        summary="How a restoration stands; readable by its key, without the database",
        parameters=[RESTORATION_ID],
        key="restoration",
        answers={200: shapes.Restoration},
        refuses=(RestorationNotFound, BackupUnfit),
    )
    def get(self, request: Request, restoration_id: str) -> Response:
        """Answer what is written down of it beside the backups."""
        try:
            return Response(describe(get_restoration(restoration_id)))
        except BackupError as error:
            raise BackupUnfit(error) from error
