"""Serve the dashboard, at whatever path below its own: the page finds its way by itself."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views import View

from lowcode_async.dashboard.page import built_page, policy
from lowcode_async.sentences import SENTENCES


class Dashboard(View):
    """GET: the page, with the CSRF cookie it needs; it is open to all, and holds no data."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer the page, or one that says how to build it."""
        page = built_page()
        if page is None:
            response = render(
                request,
                "lowcode_async/missing.html",
                {"words": SENTENCES["dashboard_missing"]},
                status=HTTPStatus.SERVICE_UNAVAILABLE,
            )
        else:
            get_token(request)  # sets the cookie
            response = HttpResponse(page)
        response.headers["Content-Security-Policy"] = policy(request.get_host())
        # It names its scripts by their content: what is new is seen at once.
        response.headers["Cache-Control"] = "no-cache"
        return response
