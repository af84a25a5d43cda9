"""Settings of the site, from the environment; `docs/reference/environment.md` tells every variable.

Nothing set: SQLite, one process, nothing to install. ``REDIS_URL`` set: a broker, a channel
layer and a cache that any number of web and worker processes share.
"""

from pathlib import Path

import environ

from asgi_site.caches import cache_of
from asgi_site.databases import PoolSize, further, tuned
from asgi_site.logs import logging_settings

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or "insecure-for-development-only"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
REDIS_URL = env.str("REDIS_URL", default="")

INSTALLED_APPS = [
    "lowcode_async",
    "daphne",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework.authtoken",
    "channels",
    "drf_spectacular_sidecar",
    "asgi_site.demo",  # the last one: see its `ready`
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "asgi_site.static.StaticFilesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "lowcode_async.runtime.middleware.GenerationMiddleware",
]
ROOT_URLCONF = "asgi_site.urls"
ASGI_APPLICATION = "asgi_site.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

_POOL = PoolSize(
    min_size=env.int("DB_POOL_MIN", default=1),
    max_size=env.int("DB_POOL_MAX", default=20),
    timeout=env.float("DB_POOL_TIMEOUT", default=10.0),
)
_PREPARES = env.bool("DB_PREPARE", default=True)
_URLS = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'var' / 'db.sqlite3'}"),
    **{alias: env.db(name) for alias, name in further(env.ENVIRON).items()},
}
DATABASES = {alias: tuned(url, pool=_POOL, prepares=_PREPARES) for alias, url in _URLS.items()}
DATABASE_ROUTERS = env.list("DATABASE_ROUTERS", default=[])
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = DEBUG or not STATIC_ROOT.is_dir()
BACKUP_DIR = Path(env.str("BACKUP_DIR", default=str(BASE_DIR / "backups")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "asgi_site.static.SiteStaticFilesStorage"
    },
    # A backup holds everybody's data: its owner alone may read it.
    "lowcode_backups": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": BACKUP_DIR,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
}

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "lowcode"},
    }
    if REDIS_URL
    else {"BACKEND": "lowcode_async.websocket.memory.InMemoryChannelLayer"}
}
CACHES = {"default": cache_of(REDIS_URL)}
LOWCODE_EMBEDDED = not REDIS_URL
LOWCODE_BROKER_URL = REDIS_URL or None
LOWCODE_BACKUP_DIR = str(BACKUP_DIR)
LOWCODE_RESTART_STRATEGY = env.str("RESTART_STRATEGY", default="reload")
LOWCODE_RESTART_COMMAND = tuple(env.list("RESTART_COMMAND", default=[]))
LOWCODE_DRAIN_TIMEOUT = env.float("DRAIN_TIMEOUT", default=20.0)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    # Behind a proxy all clients have its address; what a header says counts as far as it wrote it.
    "NUM_PROXIES": env.int("NUM_PROXIES", default=0),
}

# Whoever says HTTPS has a proxy in front that speaks it: the server itself does not.
HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=3600 if HTTPS else 0)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = logging_settings(
    level=env.str("LOG_LEVEL", default="INFO"),
    form=env.str("LOG_FORMAT", default="text" if DEBUG else "json"),
)
