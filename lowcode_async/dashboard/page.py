"""The built page: found beside the package, and led to where the site serves static files."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

BUILT: Final = Path(__file__).resolve().parents[1] / "static" / "lowcode_async" / "index.html"
"""Where ``npm run build`` in ``frontend/`` puts it; in the wheel it is there already."""
_RELATIVE: Final = re.compile(r'(?<=")\./')
"""How the page refers to its scripts and styles, and they to each other."""


def built_page() -> str | None:
    """Return the page; None if the dashboard has not been built."""
    try:
        changed = BUILT.stat().st_mtime_ns
    except FileNotFoundError:
        return None
    return _page(changed, settings.STATIC_URL)


@lru_cache(maxsize=2)
def _page(changed: int, static_url: str) -> str:
    """Read the page anew when it has changed."""
    return _RELATIVE.sub(f"{static_url}lowcode_async/", BUILT.read_text(encoding="utf-8"))


def policy(host: str) -> str:
    """Return the Content-Security-Policy: nothing but the site's own, and no script in the page.

    Styles may stand in elements, since components place what they show that way.
    """
    static = urlsplit(settings.STATIC_URL)
    own = f"'self' {static.scheme}://{static.netloc}" if static.netloc else "'self'"
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {own}",
            f"style-src {own} 'unsafe-inline'",
            f"img-src {own} data: blob:",
            f"font-src {own} data:",
            f"connect-src 'self' ws://{host} wss://{host}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        )
    )
