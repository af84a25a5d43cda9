"""`make bench`."""

from __future__ import annotations

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from bench import backups, changes, pages, rows, sites, sockets, swaps, upgrades  # noqa: E402
from bench.tables import milliseconds, print_table  # noqa: E402
from tests.acceptance.browsing import build_dashboard  # noqa: E402
from tests.acceptance.site import Mode  # noqa: E402
from tests.servers.base import ServiceMissing  # noqa: E402
from tests.servers.mariadb import MariaDB  # noqa: E402
from tests.servers.postgresql import PostgreSQL  # noqa: E402
from tests.servers.redis import Redis  # noqa: E402

ROUNDS = int(os.environ.get("ROUNDS", "30"))
SOCKETS = 1000


def main() -> None:
    """Measure everything once, or only what is asked for: ``python -m bench changes``."""
    wanted = sys.argv[1:]
    if not wanted or "rows" in wanted:
        measure_rows()
    if not wanted or "pages" in wanted:
        measure_pages()
    if not wanted:
        measure_the_rest()
    if not wanted or "changes" in wanted:
        measure_changes()


def measure_rows() -> None:
    """Measure the API over rows beside a plain `ModelViewSet`, and beside other servers if they are named."""
    settings = {"DJANGO_SETTINGS_MODULE": "bench.plain_site.settings"}
    with (
        sites.running(PostgreSQL) as postgresql,
        sites.site(Mode.EMBEDDED, server=postgresql, **settings) as site,
    ):
        print_table(
            f"Rows over HTTP on PostgreSQL, one client; median, at a load of {os.getloadavg()[0]:.1f}",
            rows.HEADS,
            list(rows.rows(site)),
        )
    if others := list(rows.of_others()):
        heads = ["request", "theirs, ms", f"a second with {rows.CLIENTS} clients"]
        print_table("Other servers; median", heads, others)


def measure_pages() -> None:
    """Measure big pages of the dashboard."""
    build_dashboard()  # first: a server knows the files that were there when it started
    with sites.site(Mode.EMBEDDED) as site:
        title = f"Big pages of the dashboard, at a load of {os.getloadavg()[0]:.1f}"
        try:
            print_table(title, pages.HEADS, list(pages.rows(site)))
        except ServiceMissing as missing:
            print(f"\nNOT MEASURED: {title}: {missing}")


def measure_changes() -> None:
    """Measure changes of a big table beside what others do; ``SERVERS=mariadb`` on one server only."""
    servers = (PostgreSQL, MariaDB)
    wanted = os.environ.get("SERVERS", "postgresql mariadb").split()
    for kind in servers:
        if kind.name.lower() in wanted:
            _measure_changes(kind)


def _measure_changes(kind: type[PostgreSQL | MariaDB]) -> None:
    with sites.running(kind) as server, sites.site(Mode.EMBEDDED, server=server) as site:
        print_table(
            f"A column of {changes.ROWS:,} rows changes its type on {kind.name}; seconds, and the longest "
            f"write of somebody else meanwhile; at a load of {os.getloadavg()[0]:.1f}",
            [
                "change",
                "our preview",
                "our upgrade",
                "plain ALTER",
                "Django's own",
                "ours to plain",
            ],
            list(changes.rows(site)),
        )


def measure_the_rest() -> None:
    """Measure everything else."""
    with sites.running(PostgreSQL) as postgresql, sites.running(MariaDB) as mariadb:
        with sites.site(Mode.EMBEDDED) as site:
            embedded = upgrades.measure(site, rounds=ROUNDS)
            memory = upgrades.resident_megabytes(site)
            crowd = sockets.delays(site, sockets=SOCKETS)
        with (
            sites.running(Redis) as redis,
            sites.site(Mode.DISTRIBUTED, server=postgresql, redis=redis) as site,
        ):
            distributed = upgrades.measure(site, rounds=ROUNDS)
        print_table(
            f"A small model, with backup, {ROUNDS} upgrades; milliseconds, median",
            ["site", "POST → 202", "POST → success", "commit → frame"],
            [
                ["embedded, SQLite", *embedded.row()],
                ["PostgreSQL and Redis", *distributed.row()],
            ],
        )
        print(f"\nMemory of the embedded server after that: {memory:.0f} MB resident")
        print(
            f"\n{SOCKETS} sockets on it: commit → frame {milliseconds(crowd)} ms, "
            f"the last after {max(crowd) * 1000:.0f} ms (the client shares the machine)"
        )
        print_table(
            f"Backups of {backups.ROWS:,} rows beside the raw tool; milliseconds, median of {backups.ROUNDS}",
            ["database", "MB", "raw tool", "checked backup", "ratio"],
            backups.rows(postgresql, mariadb),
        )
    swapped = swaps.measure()
    print(
        f"\n{swaps.SWAPS:,} generations of {swaps.MODELS} models, one after another: "
        f"{swapped.milliseconds:.1f} ms each, {swapped.alive} left alive, "
        f"{swapped.kilobytes:.0f} KB more allocated in the end"
    )


if __name__ == "__main__":
    main()
