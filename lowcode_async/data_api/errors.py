"""What the API over rows refuses; each error knows how it is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from lowcode_async.rest.errors import AnsweredError
from lowcode_async.sentences import JSON


class ModelUnknown(AnsweredError):
    """No model of this name is published; `near` are names that look like it."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self, *, name: str, near: Sequence[str]) -> None:
        super().__init__("model_not_found", model=name, near=list(near))


class ModelRenamed(AnsweredError):
    """The model that was called so has another name by now."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self, *, name: str, now: str) -> None:
        super().__init__("model_renamed", model=name, now=now)


class RowNotFound(AnsweredError):
    """No row with this key is within the request's reach."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self, *, model: str, key: str) -> None:
        super().__init__("row_not_found", model=model, key=key)


class RowMarkedDeleted(AnsweredError):
    """The row is marked as deleted; it can be restored, or purged."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self, *, model: str, key: JSON) -> None:
        super().__init__("row_marked_deleted", model=model, key=key)


class RowNotMarked(AnsweredError):
    """Only a row that is marked as deleted can be restored."""

    status = HTTPStatus.CONFLICT

    def __init__(self, *, model: str, key: JSON) -> None:
        super().__init__("row_not_marked", model=model, key=key)


class RowChanged(AnsweredError):
    """The row is no longer as the client's ``If-Match`` says."""

    status = HTTPStatus.PRECONDITION_FAILED

    def __init__(self, *, model: str, key: JSON, etag: str) -> None:
        super().__init__("row_changed", model=model, key=key)
        self.headers: Mapping[str, str] = {"ETag": etag}


class RowProtected(AnsweredError):
    """Other rows point at the row, and forbid that it goes."""

    status = HTTPStatus.CONFLICT

    def __init__(self, *, model: str, key: JSON, count: int, by: list[str]) -> None:
        super().__init__("row_protected", model=model, key=key, count=count, by=by)


class WriteConflict(AnsweredError):
    """The database refused what was valid a moment ago: another request was quicker."""

    status = HTTPStatus.CONFLICT

    def __init__(self, *, model: str) -> None:
        super().__init__("write_conflict", model=model)


class AccessRefused(AnsweredError):
    """The site's permission classes say no."""

    status = HTTPStatus.FORBIDDEN

    def __init__(self) -> None:
        super().__init__("access_refused")


class StructureMoving(AnsweredError):
    """The model's structure is being changed at this moment; the same request will do soon."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, *, model: str) -> None:
        super().__init__("structure_moving", model=model)
        self.headers: Mapping[str, str] = {"Retry-After": "1"}
