"""Garbage is hardly looked for while the site starts, and as usual when it has."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.acceptance.processes import ROOT

STARTS = """
import gc, os
usual = gc.get_threshold()
from asgi_site import garbage
garbage.put_off()
assert gc.get_threshold()[0] >= 20 * usual[0] and gc.isenabled()
os.environ["DJANGO_SETTINGS_MODULE"] = "asgi_site.settings"
from django.conf import settings
settings.INSTALLED_APPS = [each for each in settings.INSTALLED_APPS if each != {left_out!r}]
import django
django.setup()
print(gc.get_threshold() == usual, gc.get_freeze_count() > 10_000, gc.isenabled())
"""


@pytest.mark.parametrize(
    ("left_out", "expected"), [("", "True True True"), ("asgi_site.demo", "False False True")]
)
def test_all_that_a_start_has_made_stays_and_is_not_looked_through(
    left_out: str, expected: str
) -> None:
    asked = [sys.executable, "-c", STARTS.format(left_out=left_out)]
    told = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert told.stdout.strip() == expected, told.stderr
