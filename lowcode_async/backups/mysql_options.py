"""Django's settings of a MySQL or MariaDB database, as an option file of their client programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_CONNECTION: Final = {
    "user": "user",
    "password": "password",
    "passwd": "password",
    "host": "host",
    "port": "port",
    "unix_socket": "socket",
}
_TLS: Final = ("ca", "capath", "cert", "cipher", "key")


def option_file(params: Mapping[str, Any]) -> str:
    """Return the option file that makes a client program connect as MySQLdb does.

    It is the only one the program reads, as MySQLdb reads none that it is not told of. What only one of the two families
    of programs knows is marked ``loose``.

    Args:
        params: what Django gives to ``MySQLdb.connect``.
    """
    lines = [f"!include {params['read_default_file']}"] if params.get("read_default_file") else []
    lines.append("[client]")
    lines += [
        f"{option}={_quoted(params[key])}"
        for key, option in _CONNECTION.items()
        if params.get(key) not in {None, ""}
    ]
    tls = params.get("ssl")
    if isinstance(tls, Mapping):
        lines += [f"ssl-{key}={_quoted(tls[key])}" for key in _TLS if tls.get(key)]
    elif tls:
        lines.append("loose-ssl=1")
    lines += _mode(str(params.get("ssl_mode") or ""))
    return "\n".join([*lines, "default-character-set=utf8mb4", ""])


def database_name(params: Mapping[str, Any]) -> str:
    """Return the name of the database."""
    return str(params.get("database") or params.get("db") or "")


def password_of(params: Mapping[str, Any]) -> str:
    """Return the password, or an empty string."""
    return str(params.get("password") or params.get("passwd") or "")


def _mode(mode: str) -> list[str]:
    if not mode:
        return []
    lines = [f"loose-ssl-mode={mode}"]
    if mode == "DISABLED":
        return [*lines, "loose-skip-ssl"]
    if mode != "PREFERRED":
        lines.append("loose-ssl=1")
    if mode.startswith("VERIFY"):
        lines.append("loose-ssl-verify-server-cert=1")
    return lines


def _quoted(value: object) -> str:
    text = str(value)
    for plain, escaped in (
        ("\\", "\\\\"),
        ('"', '\\"'),
        ("\n", "\\n"),
        ("\r", "\\r"),
        ("\t", "\\t"),
    ):
        text = text.replace(plain, escaped)
    return f'"{text}"'
