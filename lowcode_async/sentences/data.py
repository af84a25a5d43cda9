"""Sentences about rows: what a request for them can have wrong, and what stands in its way."""

from lowcode_async.sentences.base import Sentence

SENTENCES: dict[str, Sentence] = {
    "row_not_found": Sentence(
        zh="模型 {model} 中没有主键为“{key}”的行",
        en="The model {model} has no row with the key '{key}'",
    ),
    "row_marked_deleted": Sentence(
        zh="模型 {model} 中主键为“{key}”的行已标记为删除；可用 restore/ 恢复，或以 ?deleted=with 查看",
        en="The row '{key}' of {model} is marked as deleted: restore it with restore/, or see it with ?deleted=with",
    ),
    "row_not_marked": Sentence(
        zh="模型 {model} 中主键为“{key}”的行未标记为删除，无需恢复",
        en="The row '{key}' of {model} is not marked as deleted, so there is nothing to restore",
    ),
    "row_changed": Sentence(
        zh="模型 {model} 中主键为“{key}”的行已被修改，与 If-Match 不符；请重新读取后再修改",
        en="The row '{key}' of {model} is no longer what If-Match says; read it again before changing it",
    ),
    "row_protected": Sentence(
        zh="无法删除模型 {model} 中主键为“{key}”的行：{by} 中有 {count} 行引用它",
        en="The row '{key}' of {model} cannot be deleted: {count} row(s) of {by} point at it",
    ),
    "row_invalid": Sentence(
        zh="该行无效：{detail}",
        en="The row is not valid: {detail}",
    ),
    "write_conflict": Sentence(
        zh="写入模型 {model} 时与另一个请求冲突，未作任何修改；请重新读取后重试",
        en="Another request got in the way of this one to {model}, and nothing was changed; read again and retry",
    ),
    "access_refused": Sentence(
        zh="没有权限执行此操作",
        en="You may not do this",
    ),
    "structure_moving": Sentence(
        zh="模型 {model} 的结构正在变更，请稍后重试",
        en="The structure of the model {model} is being changed; try again in a moment",
    ),
    "field_unknown": Sentence(
        zh="没有名为“{field}”的字段",
        en="There is no field '{field}'",
    ),
    "field_unknown_similar": Sentence(
        zh="没有名为“{field}”的字段；您要找的是否是“{suggestion}”",
        en="There is no field '{field}'; did you mean '{suggestion}'?",
    ),
    "field_renamed": Sentence(
        zh="字段“{field}”在第 {version} 版中改名为“{now}”",
        en="The field '{field}' was renamed to '{now}' in version {version}",
    ),
    "field_removed": Sentence(
        zh="字段“{field}”在第 {version} 版中被删除",
        en="The field '{field}' was removed in version {version}",
    ),
    "field_missing": Sentence(
        zh="缺少字段“{field}”",
        en="The field '{field}' is missing",
    ),
    "field_null": Sentence(
        zh="字段“{field}”不能为空值（null）",
        en="The field '{field}' must not be null",
    ),
    "field_blank": Sentence(
        zh="字段“{field}”不能为空",
        en="The field '{field}' must not be empty",
    ),
    "field_choice": Sentence(
        zh="字段“{field}”的值“{value}”不在可选值之中",
        en="The value '{value}' is not one of the choices of the field '{field}'",
    ),
    "field_invalid": Sentence(
        zh="“{field}”的值无效：{detail}",
        en="The value of '{field}' is not valid: {detail}",
    ),
    "field_wrong_type": Sentence(
        zh="“{field}”的值应为 {expected}，收到的是 {actual}",
        en="The value of '{field}' must be {expected}, not {actual}",
    ),
    "field_unstorable": Sentence(
        zh="“{field}”的值含有无法存储的字符",
        en="The value of '{field}' has characters that cannot be stored",
    ),
    "field_unreadable": Sentence(
        zh="“{field}”的值“{value}”格式不正确，应写作：{example}",
        en="The value of '{field}', '{value}', is not written like {example}",
    ),
    "field_out_of_range": Sentence(
        zh="“{field}”的值 {value} 超出范围（{minimum} 到 {maximum}）",
        en="The value of '{field}', {value}, is not between {minimum} and {maximum}",
    ),
    "field_too_long": Sentence(
        zh="“{field}”的值长度为 {length}，最多 {limit}",
        en="The value of '{field}' has the length {length}; {limit} is allowed",
    ),
    "field_too_many_digits": Sentence(
        zh="“{field}”的值 {value} 位数过多：最多 {max_digits} 位，其中小数 {decimal_places} 位",
        en="The value of '{field}', {value}, has too many digits: {max_digits} are allowed, "
        "{decimal_places} of them after the point",
    ),
    "field_not_exact": Sentence(
        zh="“{field}”的值 {value} 位数过多：SQLite 只能准确保存 {digits} 位有效数字",
        en="The value of '{field}', {value}, has too many digits: SQLite holds {digits} of them exactly",
    ),
    "field_not_finite": Sentence(
        zh="“{field}”的值 {value} 不是有限的数",
        en="The value of '{field}', {value}, is no finite number",
    ),
    "field_too_deep": Sentence(
        zh="“{field}”的值嵌套过深，最多 {limit} 层",
        en="The value of '{field}' is nested too deep; {limit} levels are allowed",
    ),
    "field_reserved": Sentence(
        zh="字段“{field}”由服务器设置，请求体中不能给出",
        en="The field '{field}' is set by the server, and cannot be given in a body",
    ),
    "field_read_only": Sentence(
        zh="字段“{field}”是只读的",
        en="The field '{field}' is read-only",
    ),
    "field_row_missing": Sentence(
        zh="字段“{field}”指向的行“{key}”不存在，或不在可访问范围内",
        en="The field '{field}' points at the row '{key}', which does not exist or is out of reach",
    ),
    "field_not_unique": Sentence(
        zh="字段“{field}”的值已被另一行使用",
        en="Another row has this value of the field '{field}'",
    ),
    "fields_not_unique": Sentence(
        zh="字段 {fields} 的这组值已被另一行使用",
        en="Another row has these values of the fields {fields}",
    ),
    "unique_marked": Sentence(
        zh="{fields} 的值被已标记为删除的行“{key}”占用：请用 {key}/restore/ 恢复它，或用 DELETE {key}/?purge=true 彻底删除它",
        en="The row '{key}', which is marked as deleted, has this value of {fields}: "
        "restore it with {key}/restore/, or remove it for good with DELETE {key}/?purge=true",
    ),
    "row_twice": Sentence(
        zh="模型 {model} 中主键为“{key}”的行在同一批请求中出现了不止一次",
        en="The row '{key}' of {model} stands in this batch more than once",
    ),
    "row_refused": Sentence(
        zh="数据库拒绝了该行：{detail}",
        en="The database refused the row: {detail}",
    ),
    "import_line_not_json": Sentence(
        zh="第 {line} 行不是合法的 JSON（第 {column} 列）",
        en="Line {line} is not valid JSON (column {column})",
    ),
    "import_line_not_csv": Sentence(
        zh="第 {line} 行不是合法的 CSV：{detail}",
        en="Line {line} is not valid CSV: {detail}",
    ),
    "import_cells": Sentence(
        zh="第 {line} 行有 {count} 个单元格，表头有 {expected} 个",
        en="Line {line} has {count} cells, the header {expected}",
    ),
    "batch_not_a_list": Sentence(
        zh="{key} 应为 JSON 数组",
        en="{key} must be a JSON array",
    ),
    "batch_too_long": Sentence(
        zh="一次最多处理 {limit} 行",
        en="{limit} rows at once are the most",
    ),
    "parameter_unknown": Sentence(
        zh="未知的查询参数“{parameter}”；此处可用：{known}",
        en="There is no query parameter '{parameter}' here; there are: {known}",
    ),
    "parameter_twice": Sentence(
        zh="查询参数“{parameter}”重复出现",
        en="The query parameter '{parameter}' stands here more than once",
    ),
    "parameter_out_of_range": Sentence(
        zh="查询参数“{parameter}”应为 1 到 {maximum} 之间的整数",
        en="The query parameter '{parameter}' must be a whole number from 1 to {maximum}",
    ),
    "parameter_not_one_of": Sentence(
        zh="查询参数“{parameter}”只能是：{allowed}",
        en="The query parameter '{parameter}' must be one of: {allowed}",
    ),
    "lookup_unknown": Sentence(
        zh="查询参数“{parameter}”：该字段类型不支持“{lookup}”；可用：{known}",
        en="The query parameter '{parameter}': fields of this type have no '{lookup}'; they have: {known}",
    ),
    "range_not_two": Sentence(
        zh="“{field}”：范围应为以逗号分隔的两个值，收到 {count} 个",
        en="'{field}': a range is two values with a comma between them, not {count}",
    ),
    "conditions_too_many": Sentence(
        zh="查询条件过多：共 {count} 个（“search”中的每个词算一个），最多 {limit} 个",
        en="{count} conditions are too many (each word of 'search' is one); {limit} are allowed",
    ),
    "search_impossible": Sentence(
        zh="该模型没有文本字段，无法使用“{parameter}”",
        en="The model has no text field that '{parameter}' could look into",
    ),
    "ordering_impossible": Sentence(
        zh="{field}：不能按“{name}”排序",
        en="{field}: rows cannot be ordered by '{name}'",
    ),
    "cursor_invalid": Sentence(
        zh="游标无效，或属于另一种排序；请从第一页重新开始（cursor=）",
        en="The cursor is not valid, or belongs to another order of rows; begin again with cursor=",
    ),
    "page_and_cursor": Sentence(
        zh="“{parameter}”不能与 page 同时使用",
        en="'{parameter}' and page cannot be used together",
    ),
    "expand_no_relation": Sentence(
        zh="查询参数“{parameter}”：字段“{field}”不是关联",
        en="The query parameter '{parameter}': the field '{field}' is no relation",
    ),
    "expand_impossible": Sentence(
        zh="该模型的行由 to_dict 决定外观，不支持“{parameter}”",
        en="The rows of this model look as its to_dict says, so '{parameter}' cannot be used",
    ),
    "project_missing": Sentence(
        zh="该模型的行属于项目：请用查询参数 {parameter} 或请求头 {header} 指明项目",
        en="Rows of this model belong to projects: name one in the query parameter {parameter} "
        "or in the header {header}",
    ),
    "project_missing_related": Sentence(
        zh="查询参数“{parameter}”：“{field}”指向的行属于项目，请用查询参数 project 指明项目",
        en="The query parameter '{parameter}': what '{field}' points at belongs to projects; "
        "name one in the query parameter project",
    ),
    "project_twice": Sentence(
        zh="查询参数 {parameter} 与请求头 {header} 指明了不同的项目",
        en="The query parameter {parameter} and the header {header} name different projects",
    ),
}
