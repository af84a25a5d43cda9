"""Field types that point at rows of another model."""

from __future__ import annotations

from lowcode_async.definitions.constants import other
from lowcode_async.definitions.field_types import common
from lowcode_async.definitions.field_types.base import FieldType, Group, OptionType
from lowcode_async.definitions.kinds import Kind
from lowcode_async.sentences.base import Sentence

_TO = OptionType(
    name="to",
    kinds=(Kind.STRING,),
    required=True,
    label=Sentence(zh="目标模型", en="Target"),
    help=Sentence(
        zh="动态模型名（如 Product）、self（自身），或站点自带的模型（如 auth.User）",
        en="A dynamic model (Product), self, or a model of the site's own (auth.User)",
    ),
)
_ON_DELETE = OptionType(
    name="on_delete",
    kinds=(Kind.STRING,),
    required=True,
    allowed=("CASCADE", "PROTECT", "RESTRICT", "SET_NULL", "SET_DEFAULT", "DO_NOTHING"),
    label=Sentence(zh="目标删除时", en="When the target is deleted"),
    help=Sentence(
        zh="所指的行被删除时如何处理本行：一并删除、阻止、限制、置空、设为默认值或不处理",
        en="What becomes of this row when the row it points at is deleted",
    ),
)
_RELATED_NAME = OptionType(
    name="related_name",
    kinds=(Kind.STRING,),
    label=Sentence(zh="反向名称", en="Reverse name"),
    help=Sentence(
        zh="从目标模型反向访问时的属性名；写 + 表示不需要。指向站点自带的模型时没有反向访问",
        en="The attribute of the target that leads back here; + for none. The site's own models "
        "get none",
    ),
)
_DB_CONSTRAINT = common.flag(
    "db_constraint",
    default=True,
    label=Sentence(zh="外键约束", en="Constraint"),
    explained=Sentence(
        zh="是否由数据库保证所指的行存在",
        en="Whether the database makes sure that the target exists",
    ),
)
_SYMMETRICAL = common.flag(
    "symmetrical",
    default=True,
    label=Sentence(zh="对称", en="Symmetrical"),
    explained=Sentence(
        zh="仅用于指向自身：甲关联乙时，乙也关联甲",
        en="Only for a relation to itself: whether B is related to A when A is to B",
    ),
)
_KEY_OPTIONS = (
    _TO,
    _ON_DELETE,
    _RELATED_NAME,
    common.NULL,
    common.BLANK,
    common.UNIQUE,
    common.DB_INDEX.but(default=True),
    common.PRIMARY_KEY,
    common.default(other.KEY.kinds),
    _DB_CONSTRAINT,
    *common.LAST,
)

FOREIGN_KEY = FieldType(
    name="ForeignKey",
    group=Group.RELATIONS,
    label=Sentence(zh="外键（多对一）", en="Foreign key (many to one)"),
    help=Sentence(
        zh="指向另一个模型的一行；多行可以指向同一行",
        en="One row of another model; many rows may point at the same one",
    ),
    constant=other.KEY,
    relation=True,
    options=_KEY_OPTIONS,
)
ONE_TO_ONE = FieldType(
    name="OneToOneField",
    group=Group.RELATIONS,
    label=Sentence(zh="一对一", en="One to one"),
    help=Sentence(
        zh="指向另一个模型的一行；每行至多被指向一次",
        en="One row of another model, which no second row may point at",
    ),
    constant=other.KEY,
    relation=True,
    options=tuple(
        each for each in _KEY_OPTIONS if each is not common.UNIQUE and each.name != "db_index"
    ),
)
MANY_TO_MANY = FieldType(
    name="ManyToManyField",
    group=Group.RELATIONS,
    label=Sentence(zh="多对多", en="Many to many"),
    help=Sentence(
        zh="任意多行与另一个模型的任意多行相关联，保存在单独的关联表中",
        en="Any number of rows of another model, kept in a table of its own",
    ),
    constant=None,
    relation=True,
    column=False,
    options=(
        _TO,
        _RELATED_NAME,
        _SYMMETRICAL,
        common.BLANK,
        _DB_CONSTRAINT,
        common.EDITABLE,
        *common.WORDS,
    ),
)

TYPES = (FOREIGN_KEY, ONE_TO_ONE, MANY_TO_MANY)
