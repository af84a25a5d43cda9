#!/usr/bin/env python
"""Django's command line for the site in `asgi_site`."""

import gc
import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "asgi_site.settings")
    # Nothing that a start imports is garbage: to look for some would be a fourth of it.
    gc.disable()  # until the last app is ready: `asgi_site.demo`
    execute_from_command_line(sys.argv)
