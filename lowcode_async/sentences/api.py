"""Sentences about requests to the API."""

from lowcode_async.sentences.base import Sentence

SENTENCES: dict[str, Sentence] = {
    "upgrade_started": Sentence(
        zh="升级任务已启动",
        en="The upgrade has been started",
    ),
    "request_invalid": Sentence(
        zh="请求有 {count} 处问题",
        en="The request has {count} problem(s)",
    ),
    "malformed_json": Sentence(
        zh="请求体不是合法的 JSON（第 {line} 行第 {column} 列）",
        en="The body is not valid JSON (line {line}, column {column})",
    ),
    "body_not_utf8": Sentence(
        zh="请求体不是合法的 UTF-8 文本（从第 {byte} 个字节起）",
        en="The body is not valid UTF-8 (from byte {byte} on)",
    ),
    "body_not_an_object": Sentence(
        zh="请求体应为 JSON 对象",
        en="The body must be a JSON object",
    ),
    "body_too_deep": Sentence(
        zh="JSON 嵌套过深，最多允许 {limit} 层",
        en="The JSON is nested too deeply; {limit} levels are allowed",
    ),
    "body_too_large": Sentence(
        zh="请求体过大，最多允许 {limit} 字节",
        en="The body is too large; {limit} bytes are allowed",
    ),
    "wrong_content_type": Sentence(
        zh="请求的 Content-Type 应为 application/json，收到的是“{content_type}”",
        en="The Content-Type must be application/json, not '{content_type}'",
    ),
    "key_twice": Sentence(
        zh="键“{key}”重复出现",
        en="The key '{key}' stands here more than once",
    ),
    "flag_not_boolean": Sentence(
        zh="{key} 只能是 true 或 false",
        en="{key} must be true or false",
    ),
    "too_many_parameters": Sentence(
        zh="查询参数过多，最多允许 {limit} 个；请减少后重试",
        en="There are too many query parameters: send {limit} at the most",
    ),
    "plan_id_not_uuid": Sentence(
        zh="{key} 应为预览返回的 plan_id（UUID 字符串）",
        en="{key} must be the plan_id of a plan: a UUID as text",
    ),
    "base_version_not_a_number": Sentence(
        zh="{key} 应为大于或等于 0 的整数",
        en="{key} must be a whole number, 0 or more",
    ),
    "number_refused": Sentence(
        zh="该数值无法存储：不允许 NaN、无穷大或超长数字",
        en="This number cannot be stored: NaN, infinities and endless numbers are not allowed",
    ),
    "text_refused": Sentence(
        zh="文本中含有不允许的字符 {character}",
        en="The text holds the character {character}, which is not allowed",
    ),
    "parameter_not_a_number": Sentence(
        zh="查询参数 {parameter} 应为 0 到 {maximum} 之间的整数",
        en="The query parameter {parameter} must be a whole number from 0 to {maximum}",
    ),
    "parameter_not_uuid": Sentence(
        zh="查询参数 {parameter} 应为 UUID",
        en="The query parameter {parameter} must be a UUID",
    ),
    "upgrade_not_uuid": Sentence(
        zh="{key} 应为升级任务的 task_id（UUID 字符串）",
        en="{key} must be the task_id of an upgrade: a UUID as text",
    ),
    "ids_expected": Sentence(
        zh="{key} 应为编号（正整数）的数组，最多 10000 个",
        en="{key} must be an array of ids (whole numbers above 0), 10,000 at the most",
    ),
    "restore_of_nothing": Sentence(
        zh="请用 ids、model、field 或 upgrade 指明要恢复哪些值",
        en="Say which values to put back: by ids, model, field or upgrade",
    ),
    "parameter_not_a_moment": Sentence(
        zh="查询参数 {parameter} 应为 ISO 8601 时间，例如 2026-01-31T08:00:00Z",
        en="The query parameter {parameter} must be a moment in ISO 8601, like 2026-01-31T08:00:00Z",
    ),
    "parameter_refused": Sentence(
        zh="查询参数 {parameter} 中含有不允许的字符",
        en="The query parameter {parameter} holds a character that is not allowed",
    ),
    "backup_unfit": Sentence(
        zh="备份或备份存储存在问题",
        en="Something is wrong with the backup, or with the storage of backups",
    ),
    "not_signed_in": Sentence(
        zh="请先登录，或在 Authorization 请求头中提供令牌",
        en="Sign in, or send a token in the Authorization header",
    ),
    "credentials_refused": Sentence(
        zh="令牌无效，或该用户已停用",
        en="The token is not valid, or its user is inactive",
    ),
    "text_expected": Sentence(
        zh="{key} 应为非空文本",
        en="{key} must be a text that is not empty",
    ),
    "sign_in_refused": Sentence(
        zh="用户名或密码错误，或该用户已停用",
        en="The user name or the password is wrong, or the user is inactive",
    ),
    "too_many_attempts": Sentence(
        zh="登录失败次数过多，请在 {seconds} 秒后重试",
        en="Signing in has failed too often; try again in {seconds} s",
    ),
    "not_staff": Sentence(
        zh="仅限管理人员使用",
        en="Only staff may do this",
    ),
    "not_superuser": Sentence(
        zh="仅限超级用户使用：备份包含所有人的数据",
        en="Only superusers may do this: a backup holds everybody's data",
    ),
    "confirmation_mismatch": Sentence(
        zh="{key} 应与备份名称完全一致，以确认恢复",
        en="{key} must be the name of the backup, to confirm that it is to be restored",
    ),
    "csrf_refused": Sentence(
        zh="CSRF 校验失败，请刷新页面后重试",
        en="The CSRF check failed; reload the page and try again",
    ),
    "path_unknown": Sentence(
        zh="接口中没有地址 {path}；注意地址以斜杠结尾",
        en="There is nothing at {path}; mind that paths end in a slash",
    ),
    "method_not_allowed": Sentence(
        zh="此地址不支持 {method} 方法",
        en="The method {method} is not allowed here",
    ),
    "database_unavailable": Sentence(
        zh="数据库暂时无法访问，请稍后重试",
        en="The database cannot be reached at the moment; try again later",
    ),
}
