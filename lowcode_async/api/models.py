"""The live models: all of them, one, and the versions of one."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from lowcode_async.api.shapes import models as shapes
from lowcode_async.errors import ModelNotFound
from lowcode_async.rest.base import StaffView
from lowcode_async.rest.openapi.operations import in_path, operation
from lowcode_async.upgrades import catalog

NAME = in_path("name", "Name of a model, exactly")


class Models(StaffView):
    """GET: all live models."""

    @operation(
        "listModels",
        tag="models",
        summary="All live models, by name",
        answers={200: shapes.ModelList},
    )
    def get(self, request: Request) -> Response:
        """Answer each with its version, its rows, and the upgrade that is under way."""
        return Response({"models": catalog.models()})


class OneModel(StaffView):
    """GET: one live model and its definition."""

    @operation(
        "getModel",
        tag="models",
        summary="One live model, with its definition as it is posted",
        parameters=[NAME],
        answers={200: shapes.Model},
        refuses=[ModelNotFound],
    )
    def get(self, request: Request, name: str) -> Response:
        """Answer what can be changed and posted as the next definition."""
        return Response(catalog.model(name))


class ModelVersions(StaffView):
    """GET: what a model has been."""

    @operation(
        "listModelVersions",
        tag="models",
        summary="The versions of a model, the newest first, each with its difference to the former",
        parameters=[NAME],
        answers={200: shapes.VersionList},
        refuses=[ModelNotFound],
    )
    def get(self, request: Request, name: str) -> Response:
        """Answer all of them; each tells the upgrade that made it, who asked, and when."""
        return Response({"name": name, "versions": catalog.versions(name)})
