"""Settings of the site, with other paths."""

from asgi_site.settings import *  # noqa: F403

ROOT_URLCONF = "bench.plain_site.urls"
