"""What a statement tells beside its rows: that the request may have them.

A request begins with the structure that its process serves, and may begin with the sign-in that its process
has seen before. Whether both are in force is asked along with the rows: a statement each would cost what it
takes the database to answer, which is most of the time of a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import router
from django.db.models import Model, QuerySet, Subquery

from lowcode_async.data_api import moving
from lowcode_async.data_api.reading import Found
from lowcode_async.models import Counter
from lowcode_async.rest.tokens import SignIn
from lowcode_async.runtime import Published

_NUMBER: Final = "_lowcode_number"
_SIGNED: Final = "_lowcode_signed"


def with_confirmation(rows: QuerySet[Model], sign_in: SignIn | None = None) -> QuerySet[Model]:
    """Select what confirms the request along with each row."""
    selected = {
        path: Subquery(Counter.objects.filter(name=name).values("value"))
        for path, name in _numbers(rows.db).items()
    }
    if sign_in is not None:
        selected[_SIGNED] = sign_in.unchanged()
    return rows.annotate(**selected) if selected else rows


def confirming_paths(using: str, sign_in: SignIn | None = None) -> list[str]:
    """Return the names of what is selected."""
    return [*_numbers(using), *(() if sign_in is None else (_SIGNED,))]


def confirming_values(using: str, sign_in: SignIn | None) -> tuple[Any, ...]:
    """Return the values in it, in the order of its SQL."""
    return (*_numbers(using).values(), *(() if sign_in is None else sign_in.values))


def fitting(using: str, sign_in: SignIn | None) -> SignIn | None:
    """Return the sign-in if the rows' own database knows the token."""
    return sign_in if sign_in is not None and sign_in.seen.using == using else None


def confirm(published: Published, found: Found, using: str, sign_in: SignIn | None = None) -> None:
    """Confirm what a request has begun with; the sign-in only if it was selected, and there are rows.

    Raises:
        _Moved, _Unrecorded: see `moving.confirm`.
    """
    told = found.beside(0) if found.rows else ()
    numbers = len(_numbers(using))
    moving.confirm(published, told[0] if told and numbers else None)
    # Only now: rows that are read again later have to confirm it themselves.
    if sign_in is not None and told:
        sign_in.confirmed = told[numbers] is True


def _numbers(using: str) -> Mapping[str, str]:
    """Return the column of the number of the generation, and its name; none in another database."""
    if router.db_for_write(Counter) != using:
        return {}
    return {_NUMBER: Counter.Name.GENERATION.value}
