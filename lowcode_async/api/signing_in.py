"""Who signs in, and how often one may try."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from django.contrib.auth import authenticate
from django.core.cache import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import SimpleRateThrottle

from lowcode_async import caching, conf
from lowcode_async.rest.errors import NotStaff, SignInRefused, TooManyAttempts

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def user_of(request: Request, *, username: str, password: str) -> User:
    """Return the staff user whose name and password these are.

    Raises:
        TooManyAttempts: there were too many that failed.
        SignInRefused: they are nobody's, or an inactive user's.
        NotStaff: they are those of a user who is not staff.
    """
    settings = conf.current()
    limits = (
        _Failures(request, username.casefold(), rate=settings.sign_in_rate),
        _Failures(request, "", rate=settings.sign_in_rate_of_address),
    )
    for each in limits:
        each.refuse_too_many()
    user = authenticate(
        request._request,  # noqa: SLF001 - back ends want Django's own
        username=username,
        password=password,
    )
    if user is None:
        for each in limits:
            each.count()
        raise SignInRefused
    if not getattr(user, "is_staff", False):
        raise NotStaff
    return user


_OWN: Final = LocMemCache("lowcode-sign-in", {})
"""Where a process counts for itself, while the cache is away that all of them share."""


class _Failures(SimpleRateThrottle):
    """Failed attempts from one address, with one name or with any."""

    num_requests: int
    duration: int

    def __init__(self, request: Request, name: str, *, rate: str) -> None:
        self.rate = rate
        super().__init__()
        of = f"{self.get_ident(request)} {name}"
        self.key = f"lowcode.sign-in.{hashlib.sha256(of.encode()).hexdigest()}"
        self.now = self.timer()
        oldest = self.now - self.duration
        self.history = [at for at in self._kept() if at > oldest]

    def get_ident(self, request: Request) -> str:
        """Return the client's address; what a header says counts only behind known proxies."""
        if api_settings.NUM_PROXIES is None:
            return str(request.META.get("REMOTE_ADDR"))
        return str(super().get_ident(request))

    def refuse_too_many(self) -> None:
        """Let no one try who has failed too often.

        Raises:
            TooManyAttempts: and in how many seconds the next one may be made.
        """
        if len(self.history) >= self.num_requests:
            raise TooManyAttempts(seconds=max(1, round(self.wait() or 0)))

    def count(self) -> None:
        """Keep in mind that an attempt has failed."""
        self.history.insert(0, self.now)
        try:
            caching.ask(self._keep)
        except caching.CacheAway:
            self._keep(_OWN)

    def _kept(self) -> list[float]:
        try:
            return caching.ask(self._read)
        except caching.CacheAway:
            return self._read(_OWN)

    def _read(self, cache: BaseCache) -> list[float]:
        found: list[float] = cache.get(self.key, [])
        return found

    def _keep(self, cache: BaseCache) -> None:
        cache.set(self.key, self.history, self.duration)
