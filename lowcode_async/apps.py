"""The Django app; nothing runs here but what makes it known to Django."""

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth import get_user_model

from lowcode_async import checks

if "daphne" in settings.INSTALLED_APPS:
    # Its app chooses the event loop, unless this one stands before it.
    import lowcode_async.serving.loop  # noqa: F401


class LowcodeAsyncConfig(AppConfig):
    """Low-code models that change while the site runs."""

    name = "lowcode_async"
    label = "lowcode_async"
    verbose_name = "Low-code models"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the system checks known, and hear of what happens to rows."""
        checks.register()
        # What this module imports, Django imports before any model is there.
        from lowcode_async.runtime import generation, registered  # noqa: PLC0415
        from lowcode_async.websocket import row_bell  # noqa: PLC0415

        generation.watch(get_user_model())
        registered.connect_all()
        row_bell.connect()
