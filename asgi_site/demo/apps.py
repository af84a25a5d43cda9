"""The Django app."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Tasks that run commands on machines, by projects."""

    name = "asgi_site.demo"
    label = "demo"
    verbose_name = "Demo"
