"""Field types for keys, addresses, JSON and bytes."""

from __future__ import annotations

from lowcode_async.definitions.constants import other, text
from lowcode_async.definitions.field_types import common
from lowcode_async.definitions.field_types.base import FieldType, Group, OptionType
from lowcode_async.definitions.kinds import Kind
from lowcode_async.sentences.base import Sentence

_PROTOCOL = OptionType(
    name="protocol",
    kinds=(Kind.STRING,),
    default="both",
    allowed=("both", "IPv4", "IPv6"),
    label=Sentence(zh="协议", en="Protocol"),
    help=Sentence(zh="接受哪种 IP 地址", en="Which addresses are accepted"),
)
_UNPACK_IPV4 = common.flag(
    "unpack_ipv4",
    label=Sentence(zh="还原 IPv4", en="Unpack IPv4"),
    explained=Sentence(
        zh="把 ::ffff:192.0.2.1 存为 192.0.2.1；仅当协议为 both 时可用",
        en="Whether ::ffff:192.0.2.1 is stored as 192.0.2.1; only where the protocol is both",
    ),
)
_BYTES_LENGTH = common.MAX_LENGTH.but(
    maximum=2**31 - 1,
    label=Sentence(zh="最大字节数", en="Maximum size"),
    help=Sentence(
        zh="校验时最多接受多少字节；数据库不作限制",
        en="The most bytes that validation accepts; the database sets no limit",
    ),
)

UUID = FieldType(
    name="UUIDField",
    group=Group.OTHER,
    label=Sentence(zh="UUID", en="UUID"),
    help=Sentence(zh="全局唯一的标识符", en="An identifier that is unique everywhere"),
    constant=text.UUID,
    generators=("uuid4",),
    options=(
        *common.KEYED,
        common.default(text.UUID.kinds, generators=("uuid4",)),
        common.CHOICES,
        *common.LAST,
    ),
)
ADDRESS = FieldType(
    name="GenericIPAddressField",
    group=Group.OTHER,
    label=Sentence(zh="IP 地址", en="IP address"),
    help=Sentence(zh="IPv4 或 IPv6 地址", en="An IPv4 or IPv6 address"),
    constant=text.ADDRESS,
    options=(
        _PROTOCOL,
        _UNPACK_IPV4,
        *common.KEYED,
        common.default(text.ADDRESS.kinds),
        common.CHOICES,
        *common.LAST,
    ),
)
JSON = FieldType(
    name="JSONField",
    group=Group.OTHER,
    label=Sentence(zh="JSON", en="JSON"),
    help=Sentence(
        zh="任意 JSON 数据，例如对象或数组",
        en="Any JSON, such as an object or an array",
    ),
    constant=other.ANY_JSON,
    options=(
        common.NULL,
        common.BLANK,
        common.default(other.ANY_JSON.kinds),
        *common.LAST,
    ),
)
BINARY = FieldType(
    name="BinaryField",
    group=Group.OTHER,
    label=Sentence(zh="二进制数据", en="Bytes"),
    help=Sentence(
        zh="原始字节；常量以 Base64 书写",
        en="Raw bytes; constants are written in Base64",
    ),
    constant=other.BYTES,
    options=(
        _BYTES_LENGTH,
        common.NULL,
        common.BLANK,
        common.default(other.BYTES.kinds),
        common.EDITABLE.but(default=False),
        *common.WORDS,
        common.DB_COMMENT,
    ),
)

TYPES = (UUID, ADDRESS, JSON, BINARY)
