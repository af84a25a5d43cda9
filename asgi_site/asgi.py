"""The ASGI application: REST and pages by Django, sockets by Channels."""

import os

from channels.routing import ProtocolTypeRouter

from lowcode_async.serving.requests import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "asgi_site.settings")
http = get_asgi_application()

# Only now: what follows uses Django's apps.
from asgi_site.safety import refuse_unsafe_settings  # noqa: E402
from lowcode_async.serving.health import HealthChecks  # noqa: E402
from lowcode_async.websocket.routing import application_routes  # noqa: E402

refuse_unsafe_settings()

application = HealthChecks(ProtocolTypeRouter({"http": http, "websocket": application_routes()}))
