"""The options that most field types share."""

from __future__ import annotations

from collections.abc import Sequence

from lowcode_async.definitions.field_types.base import OptionType
from lowcode_async.definitions.kinds import Kind
from lowcode_async.sentences import JSON
from lowcode_async.sentences.base import Sentence


def flag(name: str, *, label: Sentence, explained: Sentence, default: bool = False) -> OptionType:
    """Make an option that is true or false."""
    return OptionType(
        name=name, kinds=(Kind.BOOLEAN,), label=label, help=explained, default=default
    )


NULL = flag(
    "null",
    label=Sentence(zh="允许为空值", en="Nullable"),
    explained=Sentence(
        zh="数据库中是否允许存储 NULL",
        en="Whether the database may hold NULL",
    ),
)
BLANK = flag(
    "blank",
    label=Sentence(zh="允许留空", en="May be blank"),
    explained=Sentence(
        zh="表单和接口是否允许不填写",
        en="Whether forms and the API accept it empty",
    ),
)
UNIQUE = flag(
    "unique",
    label=Sentence(zh="唯一", en="Unique"),
    explained=Sentence(
        zh="任意两行的值都不得相同",
        en="No two rows may have the same value",
    ),
)
DB_INDEX = flag(
    "db_index",
    label=Sentence(zh="建立索引", en="Indexed"),
    explained=Sentence(
        zh="为该列建立索引，加快查询",
        en="Whether the column has an index, for faster look-ups",
    ),
)
PRIMARY_KEY = flag(
    "primary_key",
    label=Sentence(zh="主键", en="Primary key"),
    explained=Sentence(
        zh="用作主键，取代自动生成的 id；一个模型只能有一个",
        en="Identifies the row, in place of the automatic id; one field of a model at most",
    ),
)
EDITABLE = flag(
    "editable",
    label=Sentence(zh="可编辑", en="Editable"),
    explained=Sentence(
        zh="是否出现在表单中",
        en="Whether forms show it",
    ),
    default=True,
)
VERBOSE_NAME = OptionType(
    name="verbose_name",
    kinds=(Kind.STRING,),
    max_length=255,
    label=Sentence(zh="显示名称", en="Display name"),
    help=Sentence(
        zh="展示给用户的名称；缺省时由字段名生成",
        en="The name people see; made from the field's name if absent",
    ),
)
HELP_TEXT = OptionType(
    name="help_text",
    kinds=(Kind.STRING,),
    max_length=2000,
    default="",
    label=Sentence(zh="帮助文字", en="Help text"),
    help=Sentence(
        zh="表单中显示在输入框旁的说明",
        en="The explanation that forms show beside the input",
    ),
)
DB_COMMENT = OptionType(
    name="db_comment",
    kinds=(Kind.STRING,),
    max_length=1024,
    label=Sentence(zh="列注释", en="Column comment"),
    help=Sentence(
        zh="写入数据库的列注释；SQLite 不支持，会被忽略",
        en="Comment on the column in the database; SQLite has none and ignores it",
    ),
)
CHOICES = OptionType(
    name="choices",
    kinds=(Kind.ARRAY,),
    label=Sentence(zh="可选值", en="Choices"),
    help=Sentence(
        zh="允许的取值，写作 [[值, 显示文字], …]",
        en="The values it may have, written as [[value, label], …]",
    ),
)
MAX_LENGTH = OptionType(
    name="max_length",
    kinds=(Kind.INTEGER,),
    minimum=1,
    maximum=16000,
    label=Sentence(zh="最大长度", en="Maximum length"),
    help=Sentence(
        zh="最多多少个字符；更长的内容请用 TextField",
        en="The most characters it may have; use a TextField for longer text",
    ),
)

_DEFAULT = OptionType(
    name="default",
    kinds=(Kind.NULL,),
    label=Sentence(zh="默认值", en="Default"),
    help=Sentence(
        zh="新行未给出该字段时的取值",
        en="The value of a new row that does not give one",
    ),
)
_DEFAULT_WITH_GENERATORS = Sentence(
    zh="新行未给出该字段时的取值：常量，或者 {generators}（每行生成新值）",
    en="The value of a new row that does not give one: a constant, or {generators}, made anew "
    "for each row",
)


def default(kinds: Sequence[Kind], *, generators: Sequence[str] = ()) -> OptionType:
    """Make the option ``default`` of a type whose constants are of `kinds`."""
    changes: dict[str, JSON] = {"kinds": (*kinds, Kind.NULL)}
    if generators:
        named = " / ".join(f'"{each}"' for each in generators)
        words = (each.format(generators=named) for each in _DEFAULT_WITH_GENERATORS)
        changes["help"] = Sentence(*words)
    return _DEFAULT.but(**changes)


WORDS = (VERBOSE_NAME, HELP_TEXT)
"""What every field says about itself."""
LAST = (EDITABLE, *WORDS, DB_COMMENT)
"""What stands at the end of every type with a column."""
KEYED = (NULL, BLANK, UNIQUE, DB_INDEX, PRIMARY_KEY)
"""The options of a column that can be looked up by its value, and identify a row."""
