"""Settings of the tests: those of the site, without a database.

A test that needs a database asks for the fixture `database`, which points Django at one; all others
find the dummy back end here, which refuses every use.
"""

import atexit
import os
import shutil
import tempfile

# Made by the first backup: type checkers and the like import this module, too, and leave no traces.
_folder = f"{tempfile.gettempdir()}/lowcode-tests-{os.getpid()}"
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

os.environ["BACKUP_DIR"] = f"{_folder}/backups"
os.environ["DEBUG"] = "1"
os.environ.pop("DATABASE_URL", None)
os.environ.pop("REDIS_URL", None)

from asgi_site.settings import *  # noqa: E402, F403

DATABASES = {"default": {"ENGINE": "django.db.backends.dummy"}}
DEBUG = False
# Each client would look through all static files before its first request; now who asks for one does.
WHITENOISE_AUTOREFRESH = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGGING = {"version": 1, "disable_existing_loggers": False}  # pytest shows what is logged
