"""What Dramatiq's command line loads: ``dramatiq lowcode_async.serving.worker:broker``.

Unlike all other modules it does something when it is imported: it is the main program there.
"""

import multiprocessing

import django

django.setup()

# Only now: what follows uses Django's apps.
from lowcode_async.serving.signals import take_echoes_for_one  # noqa: E402
from lowcode_async.tasks import broker  # noqa: E402

if multiprocessing.parent_process() is not None:
    take_echoes_for_one()

__all__ = ["broker"]
