"""A site for the public does not start with settings that are only good for development."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from lowcode_async.checks import unsafe_settings


def refuse_unsafe_settings() -> None:
    """Raise if the site was to serve the public with a known secret, or for any host.

    Raises:
        ImproperlyConfigured: tells, in both languages, what is wrong and what to set.
    """
    problems = unsafe_settings(settings)
    if problems:
        raise ImproperlyConfigured(
            "\n".join(f"{each.id} {each.msg}\n  {each.hint}" for each in problems)
        )
