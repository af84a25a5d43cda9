"""The Django app."""

from django.apps import AppConfig

from asgi_site import garbage


class DemoConfig(AppConfig):
    """Tasks that run commands on machines, by projects."""

    name = "asgi_site.demo"
    label = "demo"
    verbose_name = "Demo"

    def ready(self) -> None:
        """Look for garbage again: `manage.py` has put it off until all apps are there."""
        garbage.look_as_usual()
