"""Sentences of `planning`: what a plan would do to data, and what cannot be planned."""

from lowcode_async.sentences.base import Sentence

_FINDINGS = {
    "type_change_lossy": Sentence(
        zh="字段 '{field}' 类型从 {old_type} 改为 {new_type} 可能导致数据丢失",
        en="Changing field '{field}' from {old_type} to {new_type} may lose data",
    ),
    "length_shortened": Sentence(
        zh="字段 '{field}' 最大长度从 {old_length} 缩短为 {new_length} 可能导致数据丢失",
        en="Shortening field '{field}' from {old_length} to {new_length} characters may lose data",
    ),
    "digits_reduced": Sentence(
        zh="字段 '{field}' 的位数（总位数, 小数位数）从 {old_digits} 改为 {new_digits} 可能导致数据丢失",
        en="Changing the digits of field '{field}' (total, decimal places) from {old_digits} to "
        "{new_digits} may lose data",
    ),
    "field_removed_with_values": Sentence(
        zh="删除字段 '{field}' 会丢失其中已有的数据",
        en="Removing field '{field}' would lose the values it holds",
    ),
    "null_in_required": Sentence(
        zh="字段 '{field}' 改为不允许为空，但表中已有空值",
        en="Field '{field}' is to be required, but some rows have no value",
    ),
    "null_in_new_field": Sentence(
        zh="新字段 '{field}' 不允许为空且没有默认值，但表中已有 {count} 行数据",
        en="New field '{field}' is required and has no default, but the table has rows already "
        "({count})",
    ),
    "duplicates_in_unique": Sentence(
        zh="字段 '{field}' 要求唯一，但表中会出现重复的值",
        en="Field '{field}' is to be unique, but several rows would have the same value",
    ),
    "orphaned_keys": Sentence(
        zh="字段 '{field}' 的部分值在 {target} 中没有对应的行",
        en="Some values of field '{field}' are the key of no row of {target}",
    ),
    "relation_retargeted": Sentence(
        zh="字段 '{field}' 改为指向 {target} 后，已有的值会指向另一个模型中的行",
        en="With field '{field}' pointing at {target}, the values there are would stand for rows "
        "of another model",
    ),
    "restored_field_without_values": Sentence(
        zh="字段 '{field}' 将恢复，它不允许为空且没有默认值，但有 {count} 行没有可恢复的值",
        en="Field '{field}' comes back; it is required and has no default, and {count} row(s) have no "
        "value to restore",
    ),
    "rows_restored": Sentence(
        zh="撤销删除后，模型 {model} 的 {count} 行数据会恢复",
        en="With model {model}, its rows come back ({count})",
    ),
    "values_restored": Sentence(
        zh="撤销升级时，字段 '{field}' 的部分行会恢复原值",
        en="As the upgrade is reverted, rows get back the former value of field '{field}'",
    ),
    "values_reformatted": Sentence(
        zh="字段 '{field}' 从 {old_type} 改为 {new_type} 后，部分值的写法会改变，含义不变",
        en="Changing field '{field}' from {old_type} to {new_type} writes some values differently; "
        "their meaning stays",
    ),
}

_COUNTS = {
    "finding_cleared": Sentence(
        zh="有 {count} 行的值无法转换",
        en="Rows whose value cannot be converted: {count}",
    ),
    "finding_truncated": Sentence(
        zh="有 {count} 行的值会被截断",
        en="Rows whose value would be cut off: {count}",
    ),
    "finding_rounded": Sentence(
        zh="有 {count} 行的数值会被舍入",
        en="Rows whose number would be rounded: {count}",
    ),
    "finding_out_of_range": Sentence(
        zh="有 {count} 行的值超出新类型的范围",
        en="Rows whose value is out of the new type's range: {count}",
    ),
    "finding_reformatted": Sentence(
        zh="有 {count} 行的值写法会改变",
        en="Rows whose value would be written differently: {count}",
    ),
    "finding_restored": Sentence(
        zh="有 {count} 行会恢复原值",
        en="Rows that get their former value back: {count}",
    ),
    "finding_to_null": Sentence(
        zh="有 {count} 行的值不适用于新类型，将按 on_invalid 设为空值；原值会被保留",
        en="Rows whose value does not fit and becomes empty, as on_invalid says (the value is kept "
        "aside): {count}",
    ),
    "finding_to_default": Sentence(
        zh="有 {count} 行的值不适用于新类型，将按 on_invalid 设为默认值；原值会被保留",
        en="Rows whose value does not fit and becomes the default, as on_invalid says (the value is "
        "kept aside): {count}",
    ),
    "finding_retargeted": Sentence(
        zh="有 {count} 行的值会指向另一个模型",
        en="Rows whose value would point at another model: {count}",
    ),
    "finding_removed": Sentence(
        zh="会丢失 {count} 个值",
        en="Values that would be lost: {count}",
    ),
    "finding_null": Sentence(
        zh="有 {count} 行没有值",
        en="Rows without a value: {count}",
    ),
    "finding_duplicate": Sentence(
        zh="有 {count} 行的值与其他行重复",
        en="Rows whose value another row has too: {count}",
    ),
    "finding_orphan": Sentence(
        zh="有 {count} 行指向不存在的行",
        en="Rows that point at no row: {count}",
    ),
}

_UNFORCEABLE = {
    "unforceable_cleared": Sentence(
        zh="字段 '{field}' 有 {count} 行的值无法转换，而该字段没有可用的空值或默认值，无法强制升级",
        en="{count} values of field '{field}' cannot be converted, and neither NULL nor a default "
        "can stand in for them; this cannot be forced",
    ),
    "unforceable_out_of_range": Sentence(
        zh="字段 '{field}' 有 {count} 行的值超出新类型的范围，而该字段没有可用的空值或默认值，无法强制升级",
        en="{count} values of field '{field}' are out of the new type's range, and neither NULL nor "
        "a default can stand in for them; this cannot be forced",
    ),
    "unforceable_truncated": Sentence(
        zh="字段 '{field}' 有 {count} 行的值过长，而 on_invalid 会使它们重复",
        en="Field '{field}' has values that are too long ({count}), and on_invalid would make them "
        "the same where they must be unique",
    ),
    "unforceable_rounded": Sentence(
        zh="字段 '{field}' 有 {count} 行的数值需要舍入，而 on_invalid 会使它们重复",
        en="Field '{field}' has numbers that would be rounded ({count}), and on_invalid would make "
        "them the same where they must be unique",
    ),
    "unforceable_null": Sentence(
        zh="字段 '{field}' 不允许为空，有 {count} 行没有值，也没有可用的默认值，无法强制升级",
        en="Field '{field}' is required, {count} rows have no value and there is no default for "
        "them; this cannot be forced",
    ),
    "unforceable_duplicate": Sentence(
        zh="字段 '{field}' 要求唯一，但有 {count} 行的值重复，数据库无法保存，无法强制升级",
        en="Field '{field}' is to be unique, and {count} rows share their value with another; no "
        "database can store that, so it cannot be forced",
    ),
    "unforceable_orphan": Sentence(
        zh="字段 '{field}' 有 {count} 行指向不存在的行，而该字段没有可用的空值或默认值，无法强制升级",
        en="{count} rows of field '{field}' point at no row, and neither NULL nor a default can "
        "stand in for them; this cannot be forced",
    ),
}

_REFUSALS = {
    "primary_key_changed": Sentence(
        zh="模型 {model} 的主键不能更改（原为 '{old}'，新定义为 '{new}'）：其他数据通过它引用这些行",
        en="The primary key of model {model} cannot be changed (it is '{old}', the new definition "
        "has '{new}'): other data refers to the rows by it",
    ),
    "many_to_many_and_column": Sentence(
        zh="字段 '{field}' 不能从 {old_type} 改为 {new_type}：多对多关系没有可以转换的列。"
        "请删除该字段，再以新名称添加",
        en="Field '{field}' cannot be changed from {old_type} to {new_type}: a many-to-many "
        "relation has no column to convert. Remove the field, and add one of another name",
    ),
    "many_to_many_target_changed": Sentence(
        zh="多对多字段 '{field}' 不能从指向 {old} 改为指向 {new}：已有的关联会失去意义。"
        "请删除该字段，再以新名称添加",
        en="Many-to-many field '{field}' cannot point at {new} instead of {old}: the links there "
        "are would mean nothing. Remove the field, and add one of another name",
    ),
    "no_conversion": Sentence(
        zh="字段 '{field}' 无法从 {old_type} 改为 {new_type}：没有这两种类型之间的转换",
        en="Field '{field}' cannot be changed from {old_type} to {new_type}: there is no conversion "
        "between these types",
    ),
    "comment_with_percent": Sentence(
        zh="字段 '{field}' 的数据库注释含有百分号，Django 无法将其写入 PostgreSQL；请改用文字，如“百分之”",
        en="The comment on the column of field '{field}' has a percent sign, which Django cannot write to PostgreSQL; "
        "write the word instead",
    ),
    "default_not_exact": Sentence(
        zh="字段 '{field}' 的默认值 {value} 位数过多：SQLite 只能准确保存 {digits} 位有效数字；请缩短默认值，或改用 PostgreSQL 或 MySQL",
        en="The default of field '{field}', {value}, has too many digits: SQLite holds {digits} of them exactly; "
        "shorten it, or use PostgreSQL or MySQL",
    ),
    "rename_of_unknown_field": Sentence(
        zh="字段 '{field}' 无法由 '{renamed_from}' 改名而来：原模型没有这个字段",
        en="Field '{field}' cannot be renamed from '{renamed_from}': the model has no such field",
    ),
    "table_taken": Sentence(
        zh="模型 {model} 的数据表 {table} 已被另一个模型占用",
        en="Table {table} of model {model} is another model's already",
    ),
    "plan_touches_other_model": Sentence(
        zh="升级模型 {model} 会改动其他模型（{operation}），无法执行",
        en="Upgrading model {model} would change another model ({operation}); this is not done",
    ),
}

_DRIFT = {
    "drift": Sentence(
        zh="数据表 {table} 与模型定义不一致，可能被手工修改过：{differences}",
        en="Table {table} is not what the model's definition says; it may have been changed by "
        "hand: {differences}",
    ),
    "drift_table_missing": Sentence(
        zh="缺少数据表 {table}",
        en="table {table} is missing",
    ),
    "drift_table_unexpected": Sentence(
        zh="数据表 {table} 已经存在",
        en="table {table} exists already",
    ),
    "drift_column_missing": Sentence(
        zh="数据表 {table} 缺少列 {column}",
        en="table {table} has no column {column}",
    ),
    "drift_column_unexpected": Sentence(
        zh="数据表 {table} 多出列 {column}",
        en="table {table} has a column {column} that is not defined",
    ),
    "drift_column_type": Sentence(
        zh="数据表 {table} 的列 {column} 类型为 {found}，应为 {expected}",
        en="column {column} of table {table} is {found}, not {expected}",
    ),
    "drift_column_null": Sentence(
        zh="数据表 {table} 的列 {column} 是否允许为空与定义不符",
        en="column {column} of table {table} differs from its definition in whether it may be NULL",
    ),
    "drift_constraint_missing": Sentence(
        zh="数据表 {table} 的列 {column} 缺少{constraint}",
        en="column {column} of table {table} lacks its constraint: {constraint}",
    ),
    "drift_constraint_unexpected": Sentence(
        zh="数据表 {table} 的列 {column} 多出{constraint}",
        en="column {column} of table {table} has a constraint that is not defined: {constraint}",
    ),
    "drift_constraint_changed": Sentence(
        zh="数据表 {table} 的约束或索引 {constraint} 为 {found}，应为 {expected}",
        en="{constraint} of table {table} is {found}, not {expected}",
    ),
    "drift_column_default": Sentence(
        zh="数据表 {table} 的列 {column} 的默认值为“{found}”，应为“{expected}”",
        en='column {column} of table {table} has the default "{found}", not "{expected}"',
    ),
    "drift_column_comment": Sentence(
        zh="数据表 {table} 的列 {column} 的注释为“{found}”，应为“{expected}”",
        en='column {column} of table {table} has the comment "{found}", not "{expected}"',
    ),
    "drift_table_comment": Sentence(
        zh="数据表 {table} 的注释为“{found}”，应为“{expected}”",
        en='table {table} has the comment "{found}", not "{expected}"',
    ),
}

SENTENCES: dict[str, Sentence] = {
    **_FINDINGS,
    **_COUNTS,
    **_UNFORCEABLE,
    **_REFUSALS,
    **_DRIFT,
}
