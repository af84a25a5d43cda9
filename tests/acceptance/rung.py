"""Settings of a site whose sockets have news by the bell alone, since they hardly ever look into the log."""

from asgi_site.settings import *  # noqa: F403

LOWCODE_EVENTS_POLL = 3600.0
