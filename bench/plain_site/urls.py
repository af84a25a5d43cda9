"""Paths of the site, and beside them those of a plain `ModelViewSet` on the same model."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db.models import Model
from django.urls import path
from rest_framework.filters import OrderingFilter
from rest_framework.pagination import PageNumberPagination
from rest_framework.serializers import ModelSerializer
from rest_framework.viewsets import ModelViewSet

from asgi_site.urls import urlpatterns as of_the_site
from lowcode_async import get_model


class Pages(PageNumberPagination):
    page_size = 100


@cache
def serializer_of(served: type[Model]) -> type[ModelSerializer[Any]]:
    class RowSerializer(ModelSerializer):  # type: ignore[type-arg]
        class Meta:
            model = served
            fields = "__all__"

    return RowSerializer


class Products(ModelViewSet):  # type: ignore[type-arg]
    """What a tutorial makes; signing in and rights are those of the site's settings, as ours."""

    pagination_class = Pages
    filter_backends = (OrderingFilter,)

    def get_queryset(self) -> Any:
        wanted = {
            name: value
            for name, value in self.request.query_params.items()
            if name in ("price__gte", "name__icontains")
        }
        return get_model("Product").objects.filter(**wanted).order_by("pk")  # type: ignore[attr-defined]

    def get_serializer_class(self) -> type[ModelSerializer[Any]]:
        return serializer_of(get_model("Product"))

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        many = isinstance(kwargs.get("data"), list) or kwargs.pop("many", False)
        return super().get_serializer(*args, many=many, **kwargs)


urlpatterns = [
    path("plain/", Products.as_view({"get": "list", "post": "create"})),
    path("plain/<int:pk>/", Products.as_view({"get": "retrieve", "patch": "partial_update"})),
    *of_the_site,
]
