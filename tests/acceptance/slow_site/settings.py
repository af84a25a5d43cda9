"""Settings of the slow site."""

from asgi_site.settings import *  # noqa: F403

ROOT_URLCONF = "tests.acceptance.slow_site.urls"
