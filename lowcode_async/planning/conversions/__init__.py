"""From a value of one type to the value of another, with one meaning on every database.

There is no table of pairs. Each kind says how it is written as text (`texts`) and how it is read from
text (`numbers`, `times`, `others`); where two kinds know more of each other than their text tells (a
date and a moment, a number and a truth value), the reader takes the value as it is.
"""

from lowcode_async.planning.conversions.converter import Converter
from lowcode_async.planning.conversions.outcomes import (
    Changed,
    Kept,
    Misfit,
    Outcome,
    Unreadable,
)

__all__ = ["Changed", "Converter", "Kept", "Misfit", "Outcome", "Unreadable"]
