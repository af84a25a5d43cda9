from django.apps import AppConfig


class EjectedConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "ejected"
