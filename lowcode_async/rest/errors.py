"""What the API itself refuses, before anything of the request is looked at by meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import ClassVar

from lowcode_async.errors import BackupError, LowcodeError, Problem


class AnsweredError(LowcodeError):
    """An error that knows how it is answered."""

    status: ClassVar[HTTPStatus]
    headers: Mapping[str, str] = MappingProxyType({})
    """Headers of the answer."""


class RequestInvalid(LowcodeError):
    """A request has problems; `problems` names every one of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("request_invalid", count=len(problems))
        self.problems = tuple(problems)


class BodyTooLarge(LowcodeError):
    """The body has more than `limit` bytes."""

    def __init__(self, *, limit: int) -> None:
        super().__init__("body_too_large", limit=limit)


class WrongContentType(LowcodeError):
    """The body is not declared as JSON."""

    def __init__(self, *, content_type: str) -> None:
        super().__init__("wrong_content_type", content_type=content_type)


class PathUnknown(LowcodeError):
    """Nothing is at this path of the API."""

    def __init__(self, *, path: str) -> None:
        super().__init__("path_unknown", path=path)


class MethodRefused(LowcodeError):
    """The path does not know this method."""

    def __init__(self, *, method: str) -> None:
        super().__init__("method_not_allowed", method=method)


class BackupUnknown(LowcodeError):
    """There is no backup of this name."""

    def __init__(self, *, name: str) -> None:
        super().__init__("backup_not_found", name=name)


class BackupUnfit(LowcodeError):
    """A backup, or the storage of all, is not what it should be; `problems` says what is wrong."""

    def __init__(self, error: BackupError) -> None:
        super().__init__("backup_unfit")
        self.problems = (Problem(pointer="", code=error.code, params=error.params),)


class NotSignedIn(LowcodeError):
    """There are no credentials."""

    def __init__(self) -> None:
        super().__init__("not_signed_in")


class CredentialsRefused(LowcodeError):
    """There are credentials, and they are not valid."""

    def __init__(self) -> None:
        super().__init__("credentials_refused")


class SignInRefused(LowcodeError):
    """The user name or the password is wrong, or the user is inactive."""

    def __init__(self) -> None:
        super().__init__("sign_in_refused")


class TooManyAttempts(LowcodeError):
    """Signing in has failed too often; `seconds` is how long to wait."""

    def __init__(self, *, seconds: int) -> None:
        super().__init__("too_many_attempts", seconds=seconds)
        self.seconds = seconds


class NotStaff(LowcodeError):
    """Only staff may do this."""

    def __init__(self) -> None:
        super().__init__("not_staff")


class NotSuperuser(LowcodeError):
    """Only superusers may do this: it takes, or gives out, everything there is."""

    def __init__(self) -> None:
        super().__init__("not_superuser")


class CsrfRefused(LowcodeError):
    """A session's request came without its CSRF token."""

    def __init__(self) -> None:
        super().__init__("csrf_refused")


class DatabaseUnavailable(LowcodeError):
    """The database could not be reached."""

    def __init__(self) -> None:
        super().__init__("database_unavailable")
