"""The guard of this folder."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from lowcode_async.models import Upgrade


def test_a_unit_test_cannot_touch_a_database() -> None:
    with pytest.raises(ImproperlyConfigured):
        Upgrade.objects.count()
    with pytest.raises(ImproperlyConfigured):
        connection.ensure_connection()
