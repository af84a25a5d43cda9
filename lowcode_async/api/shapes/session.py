"""Shapes of the session: who somebody is, and what they talk to."""

from __future__ import annotations

from rest_framework import serializers

from lowcode_async.api.shapes.base import Shape


class SignInBody(Shape):
    """A user name and its password."""

    username = serializers.CharField()
    password = serializers.CharField()


class User(Shape):
    """Who is signed in."""

    username = serializers.CharField()
    name = serializers.CharField(help_text="As people are called; the user name if there is none")
    is_staff = serializers.BooleanField(help_text="Whether the rest of this API is open to them")


class SessionState(Shape):
    """Who is signed in, and at what server."""

    user = User(allow_null=True, help_text="null while nobody is")
    csrf_token = serializers.CharField(help_text="For `X-CSRFToken`; its cookie is set, too")
    language = serializers.ChoiceField(["zh-hans", "en"], help_text="In which this is answered")
    version = serializers.CharField(help_text="Of the plugin")
    mode = serializers.ChoiceField(
        ["embedded", "distributed"], help_text="A worker in the server's process, or of its own"
    )
    now = serializers.DateTimeField(help_text="By the server's clock")
