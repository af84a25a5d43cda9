"""Paths of the dashboard; a site includes them at ``lowcode/``, behind those of the API."""

from django.urls import re_path

from lowcode_async.dashboard.views import Dashboard

app_name = "lowcode_dashboard"

urlpatterns = [
    # The page itself knows what is where, and what is nowhere; the API answers for itself.
    re_path(r"^(?!api(?:/|$))", Dashboard.as_view(), name="page"),
]
