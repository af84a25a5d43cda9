"""Requests that meet an upgrade: each sees the old structure or the new one, whole.

A request begins with what its process serves, and asks for the number of the generation when its work
is done. If that has moved on, or the structure went away under it, it is done again on the new one:
always safe for reads, and safe for writes since their transaction was rolled back. A write asks
before it commits, when it holds the locks that keep the next upgrade out: so no row is ever written
in the form of a structure that is no longer in force.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final, TypeVar

from django.db import DatabaseError, IntegrityError, connections, router, transaction

from lowcode_async.data_api.errors import ModelRenamed, ModelUnknown, StructureMoving, WriteConflict
from lowcode_async.definitions.kinds import shown
from lowcode_async.errors import LowcodeError, ModelNotFound
from lowcode_async.migrating import marks
from lowcode_async.models import Upgrade
from lowcode_async.planning.databases import HOME
from lowcode_async.rest.errors import RequestInvalid
from lowcode_async.runtime import Published, get_published
from lowcode_async.runtime.generation import begin, generation_now, newest_number, renew

log = logging.getLogger(__name__)
T = TypeVar("T")

_ATTEMPTS: Final = 4
_PATIENCE: Final = 2.0
"""Seconds to wait for a structure that has changed without having been recorded yet."""
_PAUSE: Final = 0.05


class _Moved(Exception):
    """The structure that something was done for is no longer in force."""


class _Unrecorded(Exception):
    """The table, in another database, has changed, and the new version is about to be recorded."""


def read(name: str, work: Callable[[Published], T], *, confirms: bool = False) -> T:
    """Return what `work` makes of a model in force; it only reads.

    Args:
        name: of the model.
        work: may be done more than once.
        confirms: whether it calls `confirm` itself.

    Raises:
        ModelUnknown: there is no such model.
        ModelRenamed: it has another name by now.
        StructureMoving: the structure keeps moving.
    """

    def done(published: Published) -> T:
        result = work(published)
        if not confirms:
            confirm(published)
        return result

    return _with_retries(name, done)


def write(name: str, work: Callable[[Published], T]) -> T:
    """Return what `work` makes of a model in force, in one transaction.

    Raises:
        ModelUnknown: there is no such model.
        ModelRenamed: it has another name by now.
        StructureMoving: the structure keeps moving; nothing was written.
        WriteConflict: another request was quicker; nothing was written.
    """

    def done(published: Published) -> T:
        with transaction.atomic(using=router.db_for_write(published.model)):
            result = work(published)
            confirm(published)
        return result

    return _with_retries(name, done)


def confirm(published: Published, number: int | None = None) -> None:
    """Make sure that the structure is still in force.

    Args:
        published: what was worked with.
        number: the number of the generation, where the rows were read along with it.

    Raises:
        _Moved: it is not, and what was done is to be done again.
        _Unrecorded: it will not be for long.
    """
    if published.definition is None:
        return
    using = router.db_for_write(published.model)
    if using != HOME and marks.unrecorded(connections[using], published.name):
        raise _Unrecorded
    if (newest_number() if number is None else number) != published.generation:
        raise _Moved


def _with_retries(name: str, work: Callable[[Published], T]) -> T:
    """Begin with what the process serves, unasked: what comes of it is confirmed, errors too."""
    begin()
    for attempt in range(_ATTEMPTS):
        generation = generation_now()
        published = None
        try:
            published = _published(name)
            return work(published)
        except _Moved:
            renew()
        except _Unrecorded:
            if published is None or not _moves_soon(published):
                break
        except LowcodeError as error:
            # Of the structure of a moment ago it was wrong; by the one in force it may be right.
            if newest_number() == generation.number and not _refused_too_early(published, error):
                raise
            renew()
        except DatabaseError as error:
            if published is None or not _may_retry(published, error, attempt):
                raise
    raise StructureMoving(model=name)


def _published(name: str) -> Published:
    try:
        return get_published(name)
    except ModelNotFound as error:
        if error.renamed_to is not None:
            raise ModelRenamed(name=shown(name), now=error.renamed_to) from error
        raise ModelUnknown(name=shown(name), near=error.near) from error


def _may_retry(published: Published, error: DatabaseError, attempt: int) -> bool:
    """Tell whether an error comes of a structure that has moved, and serve the new one.

    Raises:
        WriteConflict: it comes of another request.
        StructureMoving: an upgrade of this model is under way, and has not got so far.
    """
    if renew().number != published.generation and published.definition is not None:
        log.info("structure moved under a request model=%s", published.name)
        return True
    if isinstance(error, IntegrityError):
        # What was valid is not valid any more: the next look at it says why.
        if attempt == 0 or (_under_upgrade(published.name) and _moves_soon(published)):
            return True
        raise WriteConflict(model=published.name) from error
    if not _under_upgrade(published.name):
        return False
    if _moves_soon(published):
        return True
    raise StructureMoving(model=published.name) from error


def _refused_too_early(published: Published | None, error: LowcodeError) -> bool:
    """Tell whether the database refused rows for a column that it has, and the structure not yet."""
    return (
        published is not None
        and isinstance(error, RequestInvalid)
        and any(each.code == "row_refused" for each in error.problems)
        and _under_upgrade(published.name)
        and _moves_soon(published)
    )


def _under_upgrade(name: str) -> bool:
    return Upgrade.objects.filter(active_model=name.lower()).exists()


def _moves_soon(published: Published) -> bool:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if renew().number != published.generation:
            return True
        time.sleep(_PAUSE)
    return False
