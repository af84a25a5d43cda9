"""Backups: which there are, whether they are whole, and the files themselves."""

from __future__ import annotations

from typing import Final

from django.db import connections
from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from lowcode_async.api.downloads import download
from lowcode_async.api.shapes import backups as shapes
from lowcode_async.backups import verify_backup
from lowcode_async.backups.files import NAME
from lowcode_async.backups.listing import Listed, list_backups
from lowcode_async.backups.storage import destination
from lowcode_async.errors import BackupError
from lowcode_async.models import Backup
from lowcode_async.rest.base import IsSuperuser, StaffView
from lowcode_async.rest.errors import BackupUnfit, BackupUnknown, NotSuperuser
from lowcode_async.rest.openapi.operations import in_path, operation
from lowcode_async.restorations.service import newest_restoration
from lowcode_async.restorations.telling import describe
from lowcode_async.sentences import JSON
from lowcode_async.upgrades.events import iso

BACKUP: Final = in_path("name", "Name of a backup")
_RANGE: Final = OpenApiParameter(
    "Range", str, OpenApiParameter.HEADER, description="`bytes=first-last`: a part of the file"
)
_IF_RANGE: Final = OpenApiParameter(
    "If-Range", str, OpenApiParameter.HEADER, description="The `ETag` that the part belongs to"
)


class Backups(StaffView):
    """GET: the backups there are."""

    @operation(
        "listBackups",
        tag="backups",
        summary="The backups in the storage, the newest first",
        answers={200: shapes.BackupList},
        refuses=[BackupUnfit],
    )
    def get(self, request: Request) -> Response:
        """Answer each with what is on record of it."""
        try:
            found, storage = list_backups()
            newest = newest_restoration()
        except BackupError as error:
            raise BackupUnfit(error) from error
        rows = {row.name: row for row in _complete().select_related("upgrade")}
        told = [_told(each, rows.get(each.name), request) for each in reversed(found)]
        return Response(
            {
                "storage": storage,
                "backups": told,
                "restoration": describe(newest) if newest else None,
            }
        )


class VerifyBackup(StaffView):
    """POST: read a backup through once more; there is no body."""

    @operation(
        "verifyBackup",
        tag="backups",
        summary="Read a backup through, compare its checksum, and note that it is whole",
        parameters=[BACKUP],
        answers={200: shapes.Backup},
        refuses=(BackupUnknown, BackupUnfit),
        changes=True,
    )
    def post(self, request: Request, name: str) -> Response:
        """Answer when it has been read, which takes as long as the disk does."""
        existing(name)
        try:
            row = verify_backup(name)
            size = destination().size(name)
        except BackupError as error:
            raise BackupUnfit(error) from error
        return Response(_told(Listed(name=name, size=size, sha256=row.sha256), row, request))


class DownloadBackup(StaffView):
    """GET: the file, with everybody's data and password hashes."""

    permission_classes = (IsSuperuser,)

    @operation(
        "downloadBackup",
        tag="backups",
        summary="The file of a backup, or a part of it",
        parameters=[BACKUP, _RANGE, _IF_RANGE],
        answers={
            (200, "application/octet-stream"): OpenApiResponse(
                OpenApiTypes.BINARY, description="All of it; with its length"
            ),
            (206, "application/octet-stream"): OpenApiResponse(
                OpenApiTypes.BINARY, description="The part that `Range` names"
            ),
            416: OpenApiResponse(description="The file is shorter; `Content-Range` says how long"),
        },
        refuses=(NotSuperuser, BackupUnknown, BackupUnfit),
    )
    def get(self, request: Request, name: str) -> HttpResponseBase:
        """Answer the file as a stream."""
        size = existing(name)
        row = _complete().filter(name=name).first()
        return download(
            request._request,  # noqa: SLF001 - whether it came by ASGI only Django's own knows
            destination(),
            name,
            size=size,
            sha256=row.sha256 if row is not None else None,
        )


def _complete() -> QuerySet[Backup]:
    return Backup.objects.filter(verified_at__isnull=False)


def existing(name: str) -> int:
    """Return the size of a backup's file.

    Raises:
        BackupUnknown: there is none of this name.
        BackupUnfit: the storage cannot be asked.
    """
    place = destination()
    try:
        if not NAME.fullmatch(name) or not place.exists(name):
            raise BackupUnknown(name=name[:100])
        return place.size(name)
    except BackupError as error:
        raise BackupUnfit(error) from error


def _told(found: Listed, row: Backup | None, request: Request) -> dict[str, JSON]:
    upgrade = row.upgrade if row is not None else None
    may_all = bool(getattr(request.user, "is_superuser", False))
    fits = (
        row is not None
        and row.database in connections
        and row.engine == connections[row.database].vendor
    )
    return {
        "name": found.name,
        "size": found.size,
        "sha256": found.sha256,
        "engine": row.engine if row is not None else None,
        "database": row.database if row is not None else None,
        "created_at": iso(row.created_at) if row is not None else None,
        "verified_at": iso(row.verified_at) if row is not None and row.verified_at else None,
        "upgrade": str(upgrade.pk) if upgrade is not None else None,
        "model_name": upgrade.model_name if upgrade is not None else None,
        "can_download": may_all,
        "can_restore": may_all and fits,
        "restore_command": f"python manage.py lowcode_restore {found.name}",
    }
