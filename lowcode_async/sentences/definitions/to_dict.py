"""Sentences about what a model's rows look like as JSON."""

from lowcode_async.sentences.base import Sentence

SENTENCES: dict[str, Sentence] = {
    "to_dict_no_array": Sentence(
        zh="to_dict 应为数组或 null，实际为 {actual}",
        en="to_dict must be an array or null, not {actual}",
    ),
    "to_dict_empty": Sentence(
        zh="to_dict 不能为空数组；如不需要，请写 null",
        en="to_dict must not be empty; null takes it away",
    ),
    "to_dict_too_long": Sentence(
        zh="to_dict 共有 {count} 项，最多允许 {limit} 项",
        en="to_dict has {count} items; {limit} are allowed",
    ),
    "to_dict_entry": Sentence(
        zh="to_dict 的每一项应为字段名，或仅含 name 和 path 两个字符串的对象",
        en="Each item of to_dict must be the name of a field, or an object of the two strings "
        "name and path",
    ),
    "to_dict_name": Sentence(
        zh="to_dict 中的名称 '{name}' 应有 1 到 {limit} 个可显示的字符",
        en="The name '{name}' in to_dict must have 1 to {limit} printable characters",
    ),
    "to_dict_twice": Sentence(
        zh="to_dict 中名称 '{name}' 重复出现",
        en="The name '{name}' stands in to_dict more than once",
    ),
    "to_dict_unknown": Sentence(
        zh="to_dict 的路径 '{path}'：模型 {model} 没有字段 '{name}'",
        en="Path '{path}' in to_dict: {model} has no field '{name}'",
    ),
    "to_dict_hidden": Sentence(
        zh="to_dict 的路径 '{path}'：{model} 只能读取 {shown}，不能读取 '{name}'",
        en="Path '{path}' in to_dict: of {model} it can read {shown}, but not '{name}'",
    ),
    "to_dict_no_relation": Sentence(
        zh="to_dict 的路径 '{path}'：{model} 的 '{name}' 不是关联，不能继续",
        en="Path '{path}' in to_dict: '{name}' of {model} is no relation, it leads no further",
    ),
    "to_dict_many": Sentence(
        zh="to_dict 的路径 '{path}'：{model} 的 '{name}' 指向多行，路径只能经过单行",
        en="Path '{path}' in to_dict: '{name}' of {model} leads to many rows, a path to one",
    ),
    "to_dict_confined": Sentence(
        zh="to_dict 的路径 '{path}'：{model} 的行属于项目，而本模型没有 project 字段",
        en="Path '{path}' in to_dict: rows of {model} belong to projects, and this model has no "
        "field project",
    ),
    "to_dict_too_deep": Sentence(
        zh="to_dict 的路径 '{path}' 最多经过 {limit} 个关联",
        en="Path '{path}' in to_dict: at most {limit} relations can be followed",
    ),
    "to_dict_too_wide": Sentence(
        zh="to_dict 共经过 {count} 个关联，最多允许 {limit} 个",
        en="The paths in to_dict follow {count} relations; {limit} are allowed",
    ),
    "to_dict_of_other": Sentence(
        zh="模型 {other} 的 to_dict 使用路径 '{path}'，需要 {model} 的 '{name}'；请先修改 {other}",
        en="to_dict of {other} has the path '{path}', which needs '{name}' of {model}; change "
        "{other} first",
    ),
}
