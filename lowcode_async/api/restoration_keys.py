"""Keys that read one restoration without a session or a token, which the restore may do away with.

Signed with the site's secret key, for a header only, and good for a day.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core import signing
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.views import APIView

LIFETIME: Final = timedelta(days=1)
_SALT: Final = "lowcode_async.restorations"


def key_of(restoration_id: UUID) -> tuple[str, datetime]:
    """Return a key that reads a restoration, and when it expires."""
    key = signing.TimestampSigner(salt=_SALT).sign(restoration_id.hex)
    return key, datetime.now(UTC) + LIFETIME


class RestorationKey(BaseAuthentication):
    """A key in the `Authorization` header, of the scheme `Restoration`; nothing is asked of the database."""

    def authenticate(self, request: Request) -> tuple[Any, UUID] | None:
        """Return nobody, and the restoration that the key reads; None without a key.

        Raises:
            AuthenticationFailed: it is no key, or has expired.
        """
        scheme, _, key = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"restoration":
            return None
        try:
            signed = key.strip().decode("ascii")
            found = signing.TimestampSigner(salt=_SALT).unsign(signed, max_age=LIFETIME)
        except (UnicodeDecodeError, signing.BadSignature) as error:
            raise AuthenticationFailed from error
        return AnonymousUser(), UUID(found)


class MayReadRestoration(IsAdminUser):
    """Staff, and whoever brings the key of this very restoration."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Return whether the restoration of the path may be read."""
        if isinstance(request.auth, UUID):
            asked = str(view.kwargs["restoration_id"])
            return asked in (str(request.auth), request.auth.hex)
        return super().has_permission(request, view)
