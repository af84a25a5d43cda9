"""Field types for dates, times and durations."""

from __future__ import annotations

from lowcode_async.definitions.constants import ConstantType, times
from lowcode_async.definitions.field_types import common
from lowcode_async.definitions.field_types.base import FieldType, Group, OptionType
from lowcode_async.sentences.base import Sentence

_AUTO_NOW = common.flag(
    "auto_now",
    label=Sentence(zh="保存时更新", en="Set at each save"),
    explained=Sentence(
        zh="每次保存时设为当前时间",
        en="Whether each save sets it to the moment of saving",
    ),
)
_AUTO_NOW_ADD = common.flag(
    "auto_now_add",
    label=Sentence(zh="创建时设置", en="Set at creation"),
    explained=Sentence(
        zh="创建时设为当前时间",
        en="Whether creation sets it to the moment of creation",
    ),
)


def _options(
    constant: ConstantType, *own: OptionType, generators: tuple[str, ...] = ()
) -> tuple[OptionType, ...]:
    return (
        *own,
        *common.KEYED,
        common.default(constant.kinds, generators=generators),
        common.CHOICES,
        *common.LAST,
    )


DATE = FieldType(
    name="DateField",
    group=Group.TIMES,
    label=Sentence(zh="日期", en="Date"),
    help=Sentence(zh="年月日，写作 2024-01-05", en="A day, written 2024-01-05"),
    constant=times.DATE,
    generators=("today",),
    options=_options(times.DATE, _AUTO_NOW, _AUTO_NOW_ADD, generators=("today",)),
)
DATE_TIME = FieldType(
    name="DateTimeField",
    group=Group.TIMES,
    label=Sentence(zh="日期时间", en="Date and time"),
    help=Sentence(
        zh="某一时刻，写作 2024-01-05T08:30:00Z；没有时区的按 UTC 理解",
        en="A moment, written 2024-01-05T08:30:00Z; without an offset it is taken as UTC",
    ),
    constant=times.DATE_TIME,
    generators=("now",),
    options=_options(times.DATE_TIME, _AUTO_NOW, _AUTO_NOW_ADD, generators=("now",)),
)
TIME = FieldType(
    name="TimeField",
    group=Group.TIMES,
    label=Sentence(zh="时间", en="Time of day"),
    help=Sentence(zh="一天中的时刻，写作 08:30:00", en="A time of day, written 08:30:00"),
    constant=times.TIME,
    generators=("now",),
    options=_options(times.TIME, _AUTO_NOW, _AUTO_NOW_ADD, generators=("now",)),
)
DURATION = FieldType(
    name="DurationField",
    group=Group.TIMES,
    label=Sentence(zh="时长", en="Duration"),
    help=Sentence(
        zh="一段时间，写作 P1DT2H 或 1 02:00:00",
        en="A length of time, written P1DT2H or 1 02:00:00",
    ),
    constant=times.DURATION,
    options=_options(times.DURATION),
)

TYPES = (DATE, DATE_TIME, TIME, DURATION)
