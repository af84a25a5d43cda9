"""Field types for numbers and truth values."""

from __future__ import annotations

from lowcode_async.definitions.constants import ConstantType, numbers
from lowcode_async.definitions.field_types import common
from lowcode_async.definitions.field_types.base import FieldType, Group, OptionType
from lowcode_async.definitions.kinds import Kind
from lowcode_async.sentences.base import Sentence

SMALL, MEDIUM, BIG = 2**15, 2**31, 2**63
"""One more than the largest whole number of 16, 32 and 64 bits."""


def _options(
    constant: ConstantType, *own: OptionType, primary_key: bool = True
) -> tuple[OptionType, ...]:
    keyed = common.KEYED if primary_key else common.KEYED[:-1]
    return (*own, *keyed, common.default(constant.kinds), common.CHOICES, *common.LAST)


def _integer(name: str, *, minimum: int, maximum: int, label: Sentence) -> FieldType:
    constant = numbers.integer(minimum, maximum)
    return FieldType(
        name=name,
        group=Group.NUMBERS,
        label=label,
        help=Sentence(
            zh=f"{minimum} 到 {maximum} 之间的整数",
            en=f"A whole number from {minimum} to {maximum}",
        ),
        constant=constant,
        options=_options(constant),
    )


def _automatic(name: str, *, maximum: int, label: Sentence) -> FieldType:
    return FieldType(
        name=name,
        group=Group.NUMBERS,
        label=label,
        help=Sentence(
            zh=f"由数据库自动编号的主键，最大 {maximum}；必须写明 primary_key: true",
            en=f"A primary key that the database numbers, up to {maximum}; "
            "primary_key: true must be given",
        ),
        constant=None,
        automatic=True,
        options=(common.PRIMARY_KEY.but(required=True, allowed=(True,)), *common.LAST),
    )


_MAX_DIGITS = OptionType(
    name="max_digits",
    kinds=(Kind.INTEGER,),
    required=True,
    minimum=1,
    maximum=65,
    label=Sentence(zh="总位数", en="Digits"),
    help=Sentence(
        zh="最多多少位数字，含小数位；SQLite 只能精确保存 15 位",
        en="The most digits, decimal places included; SQLite keeps 15 of them exactly",
    ),
)
_DECIMAL_PLACES = OptionType(
    name="decimal_places",
    kinds=(Kind.INTEGER,),
    required=True,
    minimum=0,
    maximum=30,
    label=Sentence(zh="小数位数", en="Decimal places"),
    help=Sentence(
        zh="小数点后多少位，不得超过总位数",
        en="How many of the digits stand after the point; not more than there are",
    ),
)

DECIMAL = FieldType(
    name="DecimalField",
    group=Group.NUMBERS,
    label=Sentence(zh="定点小数", en="Decimal number"),
    help=Sentence(
        zh='位数固定的小数，适合金额；常量写作字符串 "1.50" 或数字 1.5',
        en='A number of fixed precision, as for money; constants are written "1.50" or 1.5',
    ),
    constant=numbers.DECIMAL,
    options=_options(numbers.DECIMAL, _MAX_DIGITS, _DECIMAL_PLACES),
)
FLOAT = FieldType(
    name="FloatField",
    group=Group.NUMBERS,
    label=Sentence(zh="浮点数", en="Floating-point number"),
    help=Sentence(
        zh="双精度浮点数，可能有舍入误差",
        en="A number of double precision; it may be rounded",
    ),
    constant=numbers.FLOAT,
    options=_options(numbers.FLOAT, primary_key=False),
)
BOOLEAN = FieldType(
    name="BooleanField",
    group=Group.NUMBERS,
    label=Sentence(zh="布尔值", en="Yes or no"),
    help=Sentence(zh="是或否", en="True or false"),
    constant=numbers.BOOLEAN,
    options=_options(numbers.BOOLEAN, primary_key=False),
)

TYPES = (
    _integer(
        "SmallIntegerField",
        minimum=-SMALL,
        maximum=SMALL - 1,
        label=Sentence(zh="小整数", en="Small integer"),
    ),
    _integer(
        "IntegerField",
        minimum=-MEDIUM,
        maximum=MEDIUM - 1,
        label=Sentence(zh="整数", en="Integer"),
    ),
    _integer(
        "BigIntegerField",
        minimum=-BIG,
        maximum=BIG - 1,
        label=Sentence(zh="大整数", en="Big integer"),
    ),
    _integer(
        "PositiveSmallIntegerField",
        minimum=0,
        maximum=SMALL - 1,
        label=Sentence(zh="非负小整数", en="Small integer from zero up"),
    ),
    _integer(
        "PositiveIntegerField",
        minimum=0,
        maximum=MEDIUM - 1,
        label=Sentence(zh="非负整数", en="Integer from zero up"),
    ),
    _integer(
        "PositiveBigIntegerField",
        minimum=0,
        maximum=BIG - 1,
        label=Sentence(zh="非负大整数", en="Big integer from zero up"),
    ),
    _automatic(
        "SmallAutoField",
        maximum=SMALL - 1,
        label=Sentence(zh="自动编号（小整数）", en="Automatic number, small"),
    ),
    _automatic(
        "AutoField",
        maximum=MEDIUM - 1,
        label=Sentence(zh="自动编号", en="Automatic number"),
    ),
    _automatic(
        "BigAutoField",
        maximum=BIG - 1,
        label=Sentence(zh="自动编号（大整数）", en="Automatic number, big"),
    ),
    FLOAT,
    DECIMAL,
    BOOLEAN,
)
