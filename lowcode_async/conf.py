"""The settings of the plugin, typed, read from Django's once; again where a test overrides one.

A site overrides one in its settings module by the name in capitals behind ``LOWCODE_``:
``LOWCODE_RELOAD_TIMEOUT = 30``. `docs/reference/settings.md` is made from this file.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta
from functools import cache
from typing import Literal

from django.conf import settings as django_settings
from django.core.signals import setting_changed
from django.dispatch import receiver


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting with its default."""

    embedded: bool = True
    """Run a Dramatiq worker inside the server's process. A site with a broker of its own says False."""
    max_fields: int = 1000
    """The most fields a definition may have."""
    max_body_bytes: int = 1_000_000
    """The largest body of a request to the API, in bytes."""
    sign_in_rate: str = "10/minute"
    """How often signing in may fail from one address with one user name: a number per second, minute, hour or day.
    Counted in the default cache: by each process for itself where that is in memory, or away."""
    sign_in_rate_of_address: str = "60/minute"
    """How often signing in may fail from one address with whatever names."""
    backup_retention: int = 20
    """How many backups are kept; the oldest beyond that are deleted after a new one was made. 0 keeps all."""
    backup_storage: str = "lowcode_backups"
    """Alias in ``STORAGES`` where backups go; without that alias, the folder of `backup_dir`."""
    backup_dir: str = "backups"
    """Folder of the backups where no storage is configured; relative to the working folder."""
    backup_timeout: float = 3600.0
    """Seconds a dump may take."""
    plan_retention: float = 24.0
    """Hours after which a plan made by ``POST plan/`` is forgotten."""
    lost_values_days: float = 30.0
    """Days for which values that upgrades have changed or removed can be put back. 0 keeps them for good."""
    lock_timeout: float = 0.3
    """Seconds one try waits for a table's lock, so that writers do not queue up behind it."""
    lock_patience: float = 60.0
    """Seconds all tries together wait for a table's lock, before the upgrade fails."""
    backfill_rows: int = 20_000
    """Rows of a table from which on it is changed in batches beforehand, while everybody goes on writing, as far as its
    database allows; a smaller one is changed at once."""
    lease_seconds: float = 10.0
    """Seconds after which a worker that gave no sign of life loses its stage to another one."""
    recovery_interval: float = 3.0
    """Seconds between two looks for upgrades whose worker or message was lost."""
    stage_attempts: int = 4
    """How many workers may take up a stage before the upgrade fails."""
    stage_time_limit: float = 4 * 3600.0
    """Seconds a stage may take at all."""
    restart_strategy: Literal["reload", "reexec", "command"] = "reload"
    """How the processes come to serve the new structure."""
    restart_command: tuple[str, ...] = ()
    """Program and arguments that restart the service, for the strategy ``command``. No shell."""
    restart_timeout: float = 30.0
    """Seconds the restart stage waits for a process to restart or for the command to end."""
    reload_timeout: float = 10.0
    """Seconds the restart stage waits for every process to report the new generation."""
    generation_poll: float = 0.25
    """Seconds between two looks of a process at the generation number."""
    process_timeout: float = 15.0
    """Seconds after which a process that gave no sign of life is taken for dead."""
    drain_timeout: float = 20.0
    """Seconds a server that restarts leaves to the requests in flight."""
    worker_threads: int = 4
    """Threads of the worker inside the server's process."""
    events_poll: float = 2.0
    """Seconds after which a socket looks into the log, should the channel layer have dropped its bell."""

    request_threads: int = 40
    """Threads of a server in which requests are answered; one beyond that waits."""

    data_permission_classes: tuple[str, ...] = ("rest_framework.permissions.IsAdminUser",)
    """Paths of the permission classes of Django REST framework that the API over rows asks; all must agree."""
    data_page_size: int = 100
    """Rows on a page of the API over rows, unless the request says otherwise."""
    data_page_size_limit: int = 1000
    """The most rows on a page."""
    data_batch_limit: int = 1000
    """The most rows that one request for a batch may create, change and delete."""
    data_max_body_bytes: int = 10_000_000
    """The largest body of a request to the API over rows, in bytes."""
    data_max_import_bytes: int = 200_000_000
    """The largest file that may be imported, in bytes."""

    @property
    def lease(self) -> timedelta:
        """`lease_seconds` as a duration."""
        return timedelta(seconds=self.lease_seconds)


@cache
def current() -> Settings:
    """Return the settings in force."""
    given = {
        each.name: getattr(django_settings, f"LOWCODE_{each.name.upper()}")
        for each in fields(Settings)
        if hasattr(django_settings, f"LOWCODE_{each.name.upper()}")
    }
    return Settings(**given)


@receiver(setting_changed)
def _read_again(**_: object) -> None:
    current.cache_clear()
