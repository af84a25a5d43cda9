"""The part of a conversion that the database does by itself.

The meaning of a conversion is the function in `lowcode_async.planning.conversions`. A shortcut says for
which values an expression of SQL gives the very same, with nothing lost and nothing written in another
way; about all others the function is asked. There is no table of pairs here either: each kind says how
it is written as text and how it is read from text, and numbers how they are read from numbers.
"""

from lowcode_async.planning.shortcuts.composing import part_of, shortcut_of
from lowcode_async.planning.shortcuts.shortcut import Shortcut, Verdict

__all__ = ["Shortcut", "Verdict", "part_of", "shortcut_of"]
