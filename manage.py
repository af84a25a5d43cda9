#!/usr/bin/env python
"""Django's command line for the site in `asgi_site`."""

import os
import sys

from django.core.management import execute_from_command_line

from asgi_site import garbage

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "asgi_site.settings")
    # To look for some would be a fourth of a start. The last app, `asgi_site.demo`, ends that.
    garbage.put_off()
    execute_from_command_line(sys.argv)
