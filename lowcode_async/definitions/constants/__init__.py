"""How a constant of a field type is written in JSON, read from it, and brought to one form."""

from lowcode_async.definitions.constants.base import ConstantInvalid, ConstantType

__all__ = ["ConstantInvalid", "ConstantType"]
