"""How far the arithmetic of databases is trusted."""

from __future__ import annotations

from decimal import Decimal

DIGITS = 15
"""Digits of a decimal number that every float holds, and that come back from it."""
PLACES = 4
"""Decimal places up to which SQLite turns such a number into the nearest float.

It divides with 64 bits and rounds to 53: twice. A quotient by 10⁴ cannot lie so close to the middle
between two floats that this would matter; one by 10⁵ can.
"""
WHOLE = 2**53
"""Up to here each whole number is a float."""


def power(exponent: int) -> Decimal:
    """Return a power of ten."""
    return Decimal(1).scaleb(exponent)


def literal(number: Decimal | int) -> str:
    """Return a number as SQL has it."""
    return format(Decimal(number), "f")


def within(limit: Decimal | int) -> str:
    """Return the condition that a number is smaller than a limit, whatever its sign."""
    return f"@ > -{literal(limit)} AND @ < {literal(limit)}"
