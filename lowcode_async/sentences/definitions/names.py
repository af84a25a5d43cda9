"""Sentences about models, their names and those of their fields."""

from lowcode_async.sentences.base import Sentence

SENTENCES: dict[str, Sentence] = {
    "definition_no_object": Sentence(
        zh="请求内容应为 JSON 对象，实际为 {actual}",
        en="The request must be a JSON object, not {actual}",
    ),
    "key_unknown": Sentence(
        zh="未知的键“{key}”",
        en="There is no key '{key}'",
    ),
    "model_name_missing": Sentence(
        zh="缺少 model_name",
        en="model_name is missing",
    ),
    "model_name_reserved": Sentence(
        zh="模型不能命名为 '{name}'：这个名称在关联中另有含义",
        en="A model cannot be named '{name}': that means something else in relations",
    ),
    "model_name_case": Sentence(
        zh="模型名 '{name}' 与现有模型 '{other}' 仅大小写不同",
        en="The model '{name}' and the present model '{other}' differ only by case",
    ),
    "model_name_registered": Sentence(
        zh="模型名 '{name}' 已被网站注册的模型 {other} 使用",
        en="The name '{name}' is that of the site's own model {other}, which is registered",
    ),
    "model_table_clash": Sentence(
        zh="模型 '{name}' 的数据表 {table} 已被 {other} 占用",
        en="The table {table} of the model '{name}' is in use by {other}",
    ),
    "table_clash": Sentence(
        zh="多对多字段 '{field}' 的关联表 {table} 已被 {other} 占用",
        en="The table {table} of the many-to-many field '{field}' is in use by {other}",
    ),
    "fields_missing": Sentence(
        zh="缺少 fields",
        en="fields is missing",
    ),
    "fields_no_array": Sentence(
        zh="fields 应为数组，实际为 {actual}",
        en="fields must be an array, not {actual}",
    ),
    "fields_too_many": Sentence(
        zh="共有 {count} 个字段，最多允许 {limit} 个",
        en="There are {count} fields; {limit} are allowed",
    ),
    "field_no_object": Sentence(
        zh="字段 {field} 应为 JSON 对象，实际为 {actual}",
        en="The field {field} must be a JSON object, not {actual}",
    ),
    "field_name_missing": Sentence(
        zh="字段 {field} 缺少 name",
        en="The field {field} has no name",
    ),
    "field_type_missing": Sentence(
        zh="字段 '{field}' 缺少 type",
        en="The field '{field}' has no type",
    ),
    "type_no_string": Sentence(
        zh="字段 '{field}' 的 type 应为字符串，实际为 {actual}",
        en="The type of the field '{field}' must be a string, not {actual}",
    ),
    "type_unknown": Sentence(
        zh="字段 '{field}' 的类型 '{type}' 不存在",
        en="The field '{field}' has the unknown type '{type}'",
    ),
    "type_unknown_similar": Sentence(
        zh="字段 '{field}' 的类型 '{type}' 不存在，是否想写 {suggestion}？",
        en="The field '{field}' has the unknown type '{type}'; is {suggestion} meant?",
    ),
    "reserved_type": Sentence(
        zh="字段名 '{field}' 有特殊含义，类型只能是：{types}",
        en="The field name '{field}' has a meaning of its own; its type can be: {types}",
    ),
    "reserved_to_user": Sentence(
        zh="字段名 '{field}' 有特殊含义，必须指向用户模型",
        en="The field name '{field}' has a meaning of its own; it must point at the user model",
    ),
    "name_not_string": Sentence(
        zh="名称应为字符串，实际为 {actual}",
        en="A name must be a string, not {actual}",
    ),
    "name_not_ascii": Sentence(
        zh="名称 '{name}' 含有字符“{letter}”（{of}）；只能使用英文字母、数字和下划线",
        en="The name '{name}' has the character '{letter}' ({of}); only English letters, digits "
        "and underscores are allowed",
    ),
    "name_not_identifier": Sentence(
        zh="名称 '{name}' 只能由英文字母、数字和下划线组成，并以字母开头",
        en="The name '{name}' must consist of English letters, digits and underscores, and begin "
        "with a letter",
    ),
    "name_keyword": Sentence(
        zh="名称 '{name}' 是 Python 关键字",
        en="The name '{name}' is a keyword of Python",
    ),
    "name_trailing_underscore": Sentence(
        zh="名称 '{name}' 不能以下划线结尾",
        en="The name '{name}' must not end with an underscore",
    ),
    "name_double_underscore": Sentence(
        zh="名称 '{name}' 不能包含连续两个下划线：Django 用它分隔查询条件",
        en="The name '{name}' must not contain two underscores in a row: Django separates "
        "look-ups by them",
    ),
    "name_too_long": Sentence(
        zh="名称 '{name}' 有 {length} 个字符，数据库最多允许 {limit} 个",
        en="The name '{name}' has {length} characters; the database allows {limit}",
    ),
    "name_reserved": Sentence(
        zh="名称 '{name}' 已被每个 Django 模型自身占用",
        en="Every model of Django has something named '{name}' already",
    ),
    "name_system_column": Sentence(
        zh="名称 '{name}' 是 {database} 的系统列，不能使用",
        en="The name '{name}' belongs to a system column of {database}",
    ),
    "name_id": Sentence(
        zh="名称 'id' 属于主键；该字段须设为 primary_key: true，或者改名",
        en="The name 'id' belongs to the primary key; set primary_key: true, or choose another "
        "name",
    ),
    "name_duplicate": Sentence(
        zh="字段 '{name}' 重复出现",
        en="There is more than one field '{name}'",
    ),
    "name_case": Sentence(
        zh="字段 '{name}' 与 '{other}' 仅大小写不同",
        en="The fields '{name}' and '{other}' differ only by case",
    ),
    "name_former_case": Sentence(
        zh="字段 '{name}' 与现有字段 '{other}' 仅大小写不同；如需改名，请注明 renamed_from",
        en="The field '{name}' and the present field '{other}' differ only by case; to rename "
        "it, give renamed_from",
    ),
    "name_column_clash": Sentence(
        zh="字段 '{name}' 与 '{other}' 使用同一列 {column}",
        en="The fields '{name}' and '{other}' have the same column {column}",
    ),
    "name_derived_clash": Sentence(
        zh="名称 '{name}' 是 Django 为字段 '{other}' 自动添加的方法名",
        en="The name '{name}' is that of a method which Django adds for the field '{other}'",
    ),
    "name_accessor_clash": Sentence(
        zh="字段 '{field}' 与 {other_model}.{other_field} 的反向名称 '{accessor}' 冲突",
        en="The field '{field}' clashes with '{accessor}', the reverse name of "
        "{other_model}.{other_field}",
    ),
    "rename_in_new_model": Sentence(
        zh="字段 '{field}'：模型 {model} 尚不存在，没有可改名的字段 '{old}'",
        en="Field '{field}': the model {model} is new and has no field '{old}' to rename",
    ),
    "rename_unknown": Sentence(
        zh="字段 '{field}'：现有模型没有字段 '{old}'",
        en="Field '{field}': the present model has no field '{old}'",
    ),
    "rename_unknown_similar": Sentence(
        zh="字段 '{field}'：现有模型没有字段 '{old}'，是否想写 {suggestion}？",
        en="Field '{field}': the present model has no field '{old}'; is {suggestion} meant?",
    ),
    "rename_of_field_that_stays": Sentence(
        zh="字段 '{field}' 由 '{old}' 改名而来，但 '{old}' 仍在新定义中",
        en="Field '{field}' is renamed from '{old}', which stays in the new definition",
    ),
    "rename_twice": Sentence(
        zh="字段 '{field}'：'{old}' 已改名为另一个字段",
        en="Field '{field}': '{old}' is renamed to another field already",
    ),
    "rename_onto_field": Sentence(
        zh="字段 '{old}' 不能改名为 '{name}'：现有模型已有这个字段；请分两次升级",
        en="Field '{old}' cannot be renamed to '{name}', which the present model has; use two "
        "upgrades",
    ),
}
