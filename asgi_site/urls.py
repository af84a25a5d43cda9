"""Paths of the site; `/healthz` and `/readyz` are answered before these, see `asgi_site.asgi`."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("lowcode/api/", include("lowcode_async.api.urls")),
    path("lowcode/", include("lowcode_async.dashboard.urls")),
    path("", RedirectView.as_view(url="/lowcode/")),
]
