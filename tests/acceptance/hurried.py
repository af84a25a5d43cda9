"""Settings of a site that is quick to take a worker for dead, and does not give a stage up."""

from asgi_site.settings import *  # noqa: F403

LOWCODE_LEASE_SECONDS = 2.0
LOWCODE_RECOVERY_INTERVAL = 0.5
LOWCODE_STAGE_ATTEMPTS = 20
LOWCODE_PROCESS_TIMEOUT = 3.0
