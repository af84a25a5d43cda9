"""Field types for text."""

from __future__ import annotations

from lowcode_async.definitions.constants import ConstantType, text
from lowcode_async.definitions.field_types import common
from lowcode_async.definitions.field_types.base import FieldType, Group, OptionType
from lowcode_async.sentences.base import Sentence


def _options(constant: ConstantType, *own: OptionType) -> tuple[OptionType, ...]:
    return (
        *own,
        *common.KEYED,
        common.default(constant.kinds),
        common.CHOICES,
        *common.LAST,
    )


_SLUG_INDEX = common.DB_INDEX.but(default=True)
_ALLOW_UNICODE = common.flag(
    "allow_unicode",
    label=Sentence(zh="允许 Unicode", en="Unicode letters"),
    explained=Sentence(
        zh="除英文字母外，是否也允许其他语言的文字",
        en="Whether letters of all languages may occur, not only English ones",
    ),
)
_TEXT_LENGTH = common.MAX_LENGTH.but(
    maximum=2**31 - 1,
    help=Sentence(
        zh="表单最多接受多少个字符；数据库不作限制",
        en="The most characters that forms accept; the database sets no limit",
    ),
)

CHAR = FieldType(
    name="CharField",
    group=Group.TEXT,
    label=Sentence(zh="短文本", en="Short text"),
    help=Sentence(zh="有最大长度的一行文字", en="One line of text of limited length"),
    constant=text.PLAIN,
    options=_options(text.PLAIN, common.MAX_LENGTH.but(required=True)),
)
TEXT = FieldType(
    name="TextField",
    group=Group.TEXT,
    label=Sentence(zh="长文本", en="Long text"),
    help=Sentence(zh="不限长度的多行文字", en="Text of any length, on many lines"),
    constant=text.PLAIN,
    options=tuple(
        each for each in _options(text.PLAIN, _TEXT_LENGTH) if each is not common.PRIMARY_KEY
    ),
)
SLUG = FieldType(
    name="SlugField",
    group=Group.TEXT,
    label=Sentence(zh="网址标识", en="Slug"),
    help=Sentence(
        zh="用于网址的短标识，只含字母、数字、下划线和连字符",
        en="A short name for addresses: letters, digits, underscores and hyphens",
    ),
    constant=text.SLUG,
    options=tuple(
        _SLUG_INDEX if each is common.DB_INDEX else each
        for each in _options(text.SLUG, common.MAX_LENGTH.but(default=50), _ALLOW_UNICODE)
    ),
)
EMAIL = FieldType(
    name="EmailField",
    group=Group.TEXT,
    label=Sentence(zh="电子邮箱", en="E-mail address"),
    help=Sentence(zh="经过格式校验的邮箱地址", en="An e-mail address, checked for its form"),
    constant=text.EMAIL,
    options=_options(text.EMAIL, common.MAX_LENGTH.but(default=254)),
)
URL = FieldType(
    name="URLField",
    group=Group.TEXT,
    label=Sentence(zh="网址", en="URL"),
    help=Sentence(zh="经过格式校验的网址", en="A web address, checked for its form"),
    constant=text.URL,
    options=_options(text.URL, common.MAX_LENGTH.but(default=200)),
)

TYPES = (CHAR, TEXT, SLUG, EMAIL, URL)
