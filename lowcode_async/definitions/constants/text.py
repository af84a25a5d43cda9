"""Constants that are text: plain, slugs, addresses, paths."""

from __future__ import annotations

import ipaddress
import re
import uuid
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.ipv6 import clean_ipv6_address

from lowcode_async.definitions.constants.base import (
    ConstantInvalid,
    ConstantType,
    Options,
    unchanged,
    unreadable,
)
from lowcode_async.definitions.kinds import Kind
from lowcode_async.sentences import JSON

_SLUG = re.compile(r"[-a-zA-Z0-9_]*", re.ASCII)
_UNICODE_SLUG = re.compile(r"[-\w]*")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-?)(?:[0-9a-fA-F]{4}\1){3}[0-9a-fA-F]{12}")


def _text(check: Callable[[str, Options], bool], example: str) -> Callable[[JSON, Options], str]:
    """Make the reader of text that passes `check`; empty text always does."""

    def read(value: str, options: Options) -> str:
        limit = options.get("max_length")
        if limit is not None and len(value) > limit:
            raise ConstantInvalid("value_too_long", length=len(value), limit=limit)
        if value and not check(value, options):
            raise unreadable(value, example)
        return value

    return read


def _text_type(
    check: Callable[[str, Options], bool], *, example: str, form: str | None = None
) -> ConstantType:
    return ConstantType(
        kinds=(Kind.STRING,),
        example=example,
        format=form,
        reader=_text(check, example),
        writer=unchanged,
    )


def _is_any(_value: str, _options: Options) -> bool:
    return True


def _is_slug(value: str, options: Options) -> bool:
    pattern = _UNICODE_SLUG if options.get("allow_unicode") else _SLUG
    return pattern.fullmatch(value) is not None


def _is_email(value: str, _options: Options) -> bool:
    try:
        validate_email(value)
    except ValidationError:
        return False
    return True


def _is_url(value: str, _options: Options) -> bool:
    try:
        URLValidator()(value)
    except ValidationError:
        return False
    return True


def is_relative_path(value: str) -> bool:
    """Tell whether `value` is a path that stays inside the folder it is relative to."""
    return (
        "\\" not in value
        and not value.startswith("/")
        and all(part not in {"..", "."} for part in value.split("/"))
        and value.isprintable()
    )


def _is_path(value: str, _options: Options) -> bool:
    return is_relative_path(value)


def _read_uuid(value: str, _options: Options) -> uuid.UUID:
    if _UUID.fullmatch(value) is None:
        raise unreadable(value, UUID.example)
    return uuid.UUID(value)


def _read_address(value: str, options: Options) -> str:
    protocol = options.get("protocol")
    try:
        address = ipaddress.ip_address(value)
        if "%" in value or (protocol not in {"both", None} and protocol != f"IPv{address.version}"):
            raise unreadable(value, "::1" if protocol == "IPv6" else ADDRESS.example)
        if address.version == 4:
            return str(address)
        return clean_ipv6_address(value, unpack_ipv4=bool(options.get("unpack_ipv4")))
    except (ipaddress.AddressValueError, ValidationError, ValueError) as error:
        if isinstance(error, ConstantInvalid):
            raise
        raise unreadable(value, ADDRESS.example) from error


def _write_text(value: object, _options: Options) -> str:
    return str(value)


PLAIN = _text_type(_is_any, example="abc")
SLUG = _text_type(_is_slug, example="my-page", form="slug")
EMAIL = _text_type(_is_email, example="name@example.com", form="email")
URL = _text_type(_is_url, example="https://example.com/", form="uri")
PATH = _text_type(_is_path, example="folder/file.pdf", form="path")
UUID = ConstantType(
    kinds=(Kind.STRING,),
    example="1b4e28ba-2fa1-11d2-883f-0016d3cca427",
    format="uuid",
    reader=_read_uuid,
    writer=_write_text,
)
ADDRESS = ConstantType(
    kinds=(Kind.STRING,),
    example="192.0.2.1",
    format="ip",
    reader=_read_address,
    writer=_write_text,
)
