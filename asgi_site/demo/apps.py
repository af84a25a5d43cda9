"""The Django app."""

import gc

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Tasks that run commands on machines, by projects."""

    name = "asgi_site.demo"
    label = "demo"
    verbose_name = "Demo"

    def ready(self) -> None:
        """Look for garbage again, but not among what is there, if `manage.py` has put it off."""
        if not gc.isenabled():
            gc.freeze()
            gc.enable()
