"""Sentences about what stands beside the fields: options, sets, constraints, tables, renames."""

from lowcode_async.sentences.base import Sentence

SENTENCES: dict[str, Sentence] = {
    "part_wrong_type": Sentence(
        zh="{where} 应为 {expected}，实际为 {actual}",
        en="{where} must be {expected}, not {actual}",
    ),
    "part_unknown_key": Sentence(
        zh="{where} 中没有键 '{key}'，可用：{known}",
        en="{where}: there is no key '{key}'; there are: {known}",
    ),
    "part_missing": Sentence(
        zh="{where} 必须给出 {key}",
        en="{where} needs {key}",
    ),
    "part_text": Sentence(
        zh="{where} 最多 {limit} 个字符，且必须可以存储",
        en="{where} must be {limit} characters at the most, all of which can be stored",
    ),
    "part_percent": Sentence(
        zh="{where} 不能包含百分号",
        en="{where} cannot hold a percent sign",
    ),
    "part_unknown_field": Sentence(
        zh="{where} 提到的字段 '{name}' 不在字段之中；若该设置来自现有版本，请重新给出，或用 null 清除",
        en="{where} names '{name}', which is none of the fields; if that stands from the version in "
        "force, give it anew, or null to clear it",
    ),
    "part_no_column": Sentence(
        zh="{where} 不能使用多对多字段 '{name}'：它没有列",
        en="{where} cannot use '{name}': a many-to-many relation has no column",
    ),
    "part_no_index": Sentence(
        zh="{where}：{type} 类型的字段 '{name}' 不能建立索引",
        en="{where}: the field '{name}' of type {type} cannot be in an index",
    ),
    "part_twice": Sentence(
        zh="{where}：'{name}' 重复出现",
        en="{where}: '{name}' stands here twice",
    ),
    "part_empty": Sentence(
        zh="{where} 不能为空",
        en="{where} must not be empty",
    ),
    "part_count": Sentence(
        zh="{where} 的项数不对，最多 {limit} 项",
        en="{where} has too many or too few items; {limit} at the most",
    ),
    "part_not_allowed": Sentence(
        zh="{where} 不能是 {value}，可选：{allowed}",
        en="{where} cannot be {value}; it can be: {allowed}",
    ),
    "part_name": Sentence(
        zh="{where}：'{name}' 不能作为名称，应以字母开头，由字母、数字和下划线组成，最多 {limit} 个字符",
        en="{where}: '{name}' cannot be a name; it must begin with a letter, go on with letters, "
        "digits and underscores, and have {limit} characters at the most",
    ),
    "part_name_taken": Sentence(
        zh="{where}：名称 '{name}' 已被模型 {other} 的索引或约束使用",
        en="{where}: the name '{name}' is that of an index or constraint of the model {other}",
    ),
    "part_unsupported": Sentence(
        zh="{where}：数据库 {database} 不支持",
        en="{where}: {database} cannot do this",
    ),
    "condition_too_deep": Sentence(
        zh="{where}：条件嵌套过深，最多 {limit} 层",
        en="{where}: conditions are nested too deep; {limit} levels are allowed",
    ),
    "condition_mixed": Sentence(
        zh="{where}：{known} 只能单独使用其一",
        en="{where}: of {known}, one must stand alone",
    ),
    "condition_lookup": Sentence(
        zh="{where}：字段 '{name}' 不能用 {lookup} 比较，可用：{allowed}",
        en="{where}: the field '{name}' cannot be compared by {lookup}; there are: {allowed}",
    ),
    "ordering_twice": Sentence(
        zh="{where}：ordering 与 order_with_respect_to 不能同时使用",
        en="{where}: ordering and order_with_respect_to exclude each other",
    ),
    "order_with_respect_to_unfit": Sentence(
        zh="{where}：'{name}' 应为指向另一个动态模型的外键或一对一字段",
        en="{where}: '{name}' must be a foreign key or one-to-one relation to another live model",
    ),
    "table_name": Sentence(
        zh="'{name}' 不能作为数据表名，应为小写字母、数字和下划线，以字母开头，最多 {limit} 个字符，"
        "且不以 lowcode_ 或 sqlite_ 开头",
        en="'{name}' cannot be a table: it must be lower-case letters, digits and underscores, begin "
        "with a letter but not with lowcode_ or sqlite_, and have {limit} characters at the most",
    ),
    "table_taken_by_site": Sentence(
        zh="数据表 {table} 已属于站点或其他模型（{other}）",
        en="the table {table} is the site's or another model's ({other})",
    ),
    "model_rename_unknown": Sentence(
        zh="没有名为 '{old}' 的模型可以改名",
        en="there is no model '{old}' to rename",
    ),
    "model_rename_taken": Sentence(
        zh="模型 {old} 不能改名为 {name}：已有同名模型",
        en="the model {old} cannot be renamed to {name}: there is one of this name",
    ),
    "model_was_renamed": Sentence(
        zh="模型 {name} 已改名为 {now}；若确要新建同名模型，请在请求中给出 base_version: 0",
        en="the model {name} has been renamed to {now}; to create a new one of the old name, say "
        "base_version: 0",
    ),
    "delete_unknown": Sentence(
        zh="没有名为 '{name}' 的模型可以删除",
        en="there is no model '{name}' to delete",
    ),
    "delete_and_rename": Sentence(
        zh="不能在删除模型的同时为其改名",
        en="a model cannot be renamed and deleted at once",
    ),
    "delete_pointed_at": Sentence(
        zh="不能删除模型 {name}：模型 {other} 的字段 '{field}' 指向它",
        en="the model {name} cannot be deleted: the field '{field}' of {other} points at it",
    ),
    "one_off_unfit": Sentence(
        zh="字段 '{field}'：类型为 {type} 的此字段不能给出 one_off_default",
        en="Field '{field}': a one_off_default is not for this field of type {type}",
    ),
    "operation_unknown": Sentence(
        zh="{where}：站点没有注册名为 '{name}' 的操作，已注册：{known}",
        en="{where}: the site has registered no operation '{name}'; it has registered: {known}",
    ),
}
