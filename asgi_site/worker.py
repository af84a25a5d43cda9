"""What Dramatiq's command line loads: ``dramatiq asgi_site.worker``."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "asgi_site.settings")

# Only now: it sets Django up.
from lowcode_async.serving.worker import broker  # isort: skip

import dramatiq

from asgi_site.safety import refuse_unsafe_settings

refuse_unsafe_settings()
# For those who do not write ``:broker`` behind the module.
dramatiq.set_broker(broker)

__all__ = ["broker"]
