"""Field types for paths of files; the files themselves stand in a storage, not in the table."""

from __future__ import annotations

from lowcode_async.definitions.constants import text
from lowcode_async.definitions.field_types import common
from lowcode_async.definitions.field_types.base import FieldType, Group, OptionType
from lowcode_async.definitions.kinds import Kind
from lowcode_async.sentences.base import Sentence

_UPLOAD_TO = OptionType(
    name="upload_to",
    kinds=(Kind.STRING,),
    default="",
    max_length=200,
    label=Sentence(zh="上传目录", en="Upload folder"),
    help=Sentence(
        zh="相对于媒体目录，可含日期占位符，如 photos/%Y/%m",
        en="Relative to the media folder; it may hold parts of the date, as photos/%Y/%m",
    ),
)
_PATH = OptionType(
    name="path",
    kinds=(Kind.STRING,),
    default="",
    max_length=200,
    label=Sentence(zh="目录", en="Folder"),
    help=Sentence(
        zh="相对于媒体目录；服务器上的其他目录不对外提供",
        en="Relative to the media folder; no other folder of the server can be listed",
    ),
)
_MATCH = OptionType(
    name="match",
    kinds=(Kind.STRING,),
    max_length=200,
    label=Sentence(zh="文件名规则", en="File name pattern"),
    help=Sentence(
        zh="只列出文件名匹配此正则表达式的文件",
        en="Regular expression that the names of the listed files match",
    ),
)
_RECURSIVE = common.flag(
    "recursive",
    label=Sentence(zh="包含子目录", en="With subfolders"),
    explained=Sentence(zh="是否列出子目录中的文件", en="Whether files in subfolders are listed"),
)
_ALLOW_FILES = common.flag(
    "allow_files",
    label=Sentence(zh="可选文件", en="Files"),
    explained=Sentence(zh="是否可以选择文件", en="Whether files can be chosen"),
    default=True,
)
_ALLOW_FOLDERS = common.flag(
    "allow_folders",
    label=Sentence(zh="可选目录", en="Folders"),
    explained=Sentence(zh="是否可以选择目录", en="Whether folders can be chosen"),
)
_SHARED = (
    common.MAX_LENGTH.but(default=100),
    common.NULL,
    common.BLANK,
    common.UNIQUE,
    common.DB_INDEX,
    common.default(text.PATH.kinds),
    *common.LAST,
)

FILE = FieldType(
    name="FileField",
    group=Group.FILES,
    label=Sentence(zh="文件", en="File"),
    help=Sentence(zh="上传的文件；表中保存其路径", en="An uploaded file; the table holds its path"),
    constant=text.PATH,
    options=(_UPLOAD_TO, *_SHARED),
)
IMAGE = FieldType(
    name="ImageField",
    group=Group.FILES,
    label=Sentence(zh="图片", en="Image"),
    help=Sentence(
        zh="上传的图片；表中保存其路径。表单校验图片和读取尺寸需要安装 Pillow",
        en="An uploaded image; the table holds its path. Checking images in forms and reading "
        "their dimensions needs Pillow",
    ),
    constant=text.PATH,
    options=(_UPLOAD_TO, *_SHARED),
)
FILE_PATH = FieldType(
    name="FilePathField",
    group=Group.FILES,
    label=Sentence(zh="服务器文件", en="File on the server"),
    help=Sentence(
        zh="从媒体目录的文件中选择其一",
        en="One of the files in a folder of the media folder",
    ),
    constant=text.PATH,
    options=(_PATH, _MATCH, _RECURSIVE, _ALLOW_FILES, _ALLOW_FOLDERS, *_SHARED),
)

TYPES = (FILE, IMAGE, FILE_PATH)
