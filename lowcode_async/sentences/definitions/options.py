"""Sentences about options and constants."""

from lowcode_async.sentences.base import Sentence

SENTENCES: dict[str, Sentence] = {
    "option_unknown": Sentence(
        zh="字段 '{field}'：{type} 没有选项 '{option}'",
        en="Field '{field}': {type} has no option '{option}'",
    ),
    "option_unknown_similar": Sentence(
        zh="字段 '{field}'：{type} 没有选项 '{option}'，是否想写 {suggestion}？",
        en="Field '{field}': {type} has no option '{option}'; is {suggestion} meant?",
    ),
    "option_missing": Sentence(
        zh="字段 '{field}'：{type} 必须给出 {option}",
        en="Field '{field}': {type} needs {option}",
    ),
    "option_wrong_type": Sentence(
        zh="字段 '{field}' 的 {option} 应为 {expected}，实际为 {actual}",
        en="Field '{field}': {option} must be {expected}, not {actual}",
    ),
    "option_unstorable": Sentence(
        zh="字段 '{field}' 的 {option} 含有无法存储的字符",
        en="Field '{field}': {option} has characters that cannot be stored",
    ),
    "option_not_allowed": Sentence(
        zh="字段 '{field}' 的 {option} 不能是 {value}，可选：{allowed}",
        en="Field '{field}': {option} cannot be {value}; it can be: {allowed}",
    ),
    "on_invalid_needs_null": Sentence(
        zh="字段 '{field}'：on_invalid 为 null 时，字段必须允许空值（null）",
        en="Field '{field}': with on_invalid null, the field must be nullable",
    ),
    "on_invalid_needs_default": Sentence(
        zh="字段 '{field}'：on_invalid 为 default 时，字段必须有默认值",
        en="Field '{field}': with on_invalid default, the field must have a default",
    ),
    "option_too_small": Sentence(
        zh="字段 '{field}' 的 {option} 为 {value}，不能小于 {minimum}",
        en="Field '{field}': {option} is {value}, and must be {minimum} or more",
    ),
    "option_too_large": Sentence(
        zh="字段 '{field}' 的 {option} 为 {value}，不能大于 {maximum}",
        en="Field '{field}': {option} is {value}, and must be {maximum} or less",
    ),
    "option_too_long": Sentence(
        zh="字段 '{field}' 的 {option} 有 {length} 个字符，最多 {limit} 个",
        en="Field '{field}': {option} has {length} characters; {limit} are allowed",
    ),
    "option_unsafe_path": Sentence(
        zh="字段 '{field}' 的 {option} '{value}' 应为媒体目录内的相对路径，且日期占位符有效",
        en="Field '{field}': {option} '{value}' must be a relative path within the media folder, "
        "with valid parts of the date if any",
    ),
    "option_no_pattern": Sentence(
        zh="字段 '{field}' 的 {option} '{value}' 不是有效的正则表达式：{reason}",
        en="Field '{field}': {option} '{value}' is no valid regular expression: {reason}",
    ),
    "value_wrong_type": Sentence(
        zh="字段 '{field}' 的 {option} 应为 {expected}，出现了 {actual}",
        en="Field '{field}': {option} must be {expected}, not {actual}",
    ),
    "value_unstorable": Sentence(
        zh="字段 '{field}' 的 {option} 含有无法存储的字符",
        en="Field '{field}': {option} has characters that cannot be stored",
    ),
    "value_unreadable": Sentence(
        zh="字段 '{field}' 的 {option} '{value}' 格式不正确，应写作：{example}",
        en="Field '{field}': {option} '{value}' is not written like {example}",
    ),
    "value_out_of_range": Sentence(
        zh="字段 '{field}' 的 {option} {value} 超出范围（{minimum} 到 {maximum}）",
        en="Field '{field}': {option} {value} is not between {minimum} and {maximum}",
    ),
    "value_too_long": Sentence(
        zh="字段 '{field}' 的 {option} 长度为 {length}，最多 {limit}",
        en="Field '{field}': {option} has the length {length}; {limit} is allowed",
    ),
    "value_too_many_digits": Sentence(
        zh="字段 '{field}' 的 {option} {value} 位数过多：最多 {max_digits} 位，其中小数 {decimal_places} 位",
        en="Field '{field}': {option} {value} has too many digits: {max_digits} are allowed, "
        "{decimal_places} of them after the point",
    ),
    "value_not_finite": Sentence(
        zh="字段 '{field}' 的 {option} {value} 不是有限的数",
        en="Field '{field}': {option} {value} is no finite number",
    ),
    "value_too_deep": Sentence(
        zh="字段 '{field}' 的 {option} 嵌套过深，最多 {limit} 层",
        en="Field '{field}': {option} is nested too deep; {limit} levels are allowed",
    ),
    "default_null": Sentence(
        zh="字段 '{field}' 不允许为空值，默认值不能是 null",
        en="Field '{field}': the default cannot be null unless null is true",
    ),
    "default_not_in_choices": Sentence(
        zh="字段 '{field}' 的默认值 {value} 不在可选值之中",
        en="Field '{field}': the default {value} is none of the choices",
    ),
    "choice_no_pair": Sentence(
        zh="字段 '{field}' 的每个可选值都应写作 [值, 显示文字]",
        en="Field '{field}': each choice must be written [value, label]",
    ),
    "choice_label": Sentence(
        zh="字段 '{field}' 的可选值的显示文字应为可存储的字符串",
        en="Field '{field}': the label of a choice must be a string that can be stored",
    ),
    "choice_duplicate": Sentence(
        zh="字段 '{field}' 的可选值 {value} 重复出现",
        en="Field '{field}': the choice {value} occurs twice",
    ),
    "primary_key_null": Sentence(
        zh="字段 '{field}' 是主键，不能允许空值",
        en="Field '{field}': a primary key cannot be nullable",
    ),
    "primary_key_twice": Sentence(
        zh="字段 '{field}'：一个模型只能有一个主键，'{other}' 已是主键",
        en="Field '{field}': a model has one primary key, which is '{other}' already",
    ),
    "primary_key_constant": Sentence(
        zh="字段 '{field}' 是主键，默认值不能是常量：第二行就会重复",
        en="Field '{field}': the default of a primary key cannot be a constant, which the second "
        "row would repeat",
    ),
    "primary_key_circle": Sentence(
        zh="字段 '{field}' 作为主键，经由目标模型又指回了自身",
        en="Field '{field}': as a primary key it leads back to itself through its target",
    ),
    "set_null_needs_null": Sentence(
        zh="字段 '{field}'：on_delete 为 SET_NULL 时必须允许空值",
        en="Field '{field}': on_delete SET_NULL needs null: true",
    ),
    "set_default_needs_default": Sentence(
        zh="字段 '{field}'：on_delete 为 SET_DEFAULT 时必须给出默认值",
        en="Field '{field}': on_delete SET_DEFAULT needs a default",
    ),
    "auto_now_twice": Sentence(
        zh="字段 '{field}'：auto_now 与 auto_now_add 不能同时使用",
        en="Field '{field}': auto_now and auto_now_add exclude each other",
    ),
    "auto_now_with_default": Sentence(
        zh="字段 '{field}'：使用 {option} 时不能再给出默认值",
        en="Field '{field}': a default and {option} exclude each other",
    ),
    "blank_needs_null": Sentence(
        zh="字段 '{field}'：IP 地址允许留空时也必须允许空值",
        en="Field '{field}': an IP address that may be blank must be nullable",
    ),
    "decimal_places_exceed": Sentence(
        zh="字段 '{field}' 的小数位数 {decimal_places} 不能大于总位数 {max_digits}",
        en="Field '{field}': decimal_places {decimal_places} must not be more than max_digits "
        "{max_digits}",
    ),
    "unpack_ipv4_needs_both": Sentence(
        zh="字段 '{field}'：仅当 protocol 为 both 时才能使用 unpack_ipv4",
        en="Field '{field}': unpack_ipv4 needs the protocol both",
    ),
    "nothing_to_choose": Sentence(
        zh="字段 '{field}'：allow_files 与 allow_folders 至少有一个为 true",
        en="Field '{field}': allow_files or allow_folders must be true",
    ),
}
