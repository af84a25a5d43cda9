"""Sentences of `planning` about a model as a whole, its constraints and what the site registers."""

from lowcode_async.sentences.base import Sentence

SENTENCES: dict[str, Sentence] = {
    "model_removed_with_rows": Sentence(
        zh="删除模型 {model} 会丢失其中的 {count} 行数据",
        en="Deleting model {model} would lose its rows ({count})",
    ),
    "check_not_met": Sentence(
        zh="有 {count} 行不满足约束 {constraint}（字段：{fields}）",
        en="Rows do not meet the constraint {constraint} on {fields} ({count})",
    ),
    "set_not_unique": Sentence(
        zh="字段组合 {fields} 要求唯一（{constraint}），但有 {count} 行的值重复",
        en="{fields} are to be unique together ({constraint}), but rows have the same values ({count})",
    ),
    "operation_not_registered": Sentence(
        zh="此进程没有注册名为 '{name}' 的操作",
        en="This process has no operation registered as '{name}'",
    ),
    "operation_irreversible": Sentence(
        zh="操作 '{name}' 无法撤销，升级不能使用它",
        en="The operation '{name}' cannot be undone, so no upgrade can use it",
    ),
    "operation_with_conversion": Sentence(
        zh="MySQL 与 MariaDB 在转换或填充 {model} 的数据时锁定数据表，不能同时运行 {names}；请分两次升级",
        en="MySQL and MariaDB hold the table while values of {model} are converted or filled, so {names} "
        "cannot run then; make it two upgrades",
    ),
    "routed_elsewhere": Sentence(
        zh="模型 {model} 位于数据库 {database}，站点的数据库路由却要将升级后的它指向 {wanted}；模型不能换数据库",
        en="Model {model} is on the database {database}, and the site's routers would send it to {wanted} "
        "after this upgrade; a model stays on its database",
    ),
    "database_unknown": Sentence(
        zh="站点的数据库路由将模型 {model} 指向 {database}，但 DATABASES 中没有该数据库",
        en="The site's routers send model {model} to {database}, which is not in DATABASES",
    ),
    "relation_across_databases": Sentence(
        zh="字段 '{field}' 指向 {target}，它位于数据库 {other}，而模型位于 {database}；关联不能跨数据库",
        en="Field '{field}' points at {target} on the database {other}, and the model is on {database}; "
        "no relation leads from one database to another",
    ),
    "operation_elsewhere": Sentence(
        zh="{names} 不能在数据库 {database} 上运行：在 MySQL 与 MariaDB 上，函数必须与升级记录处于同一数据库才能保证只运行一次（模型 {model}）",
        en="{names} cannot run on the database {database}, where model {model} is: on MySQL and MariaDB a "
        "function is sure to run once only beside the records of upgrades",
    ),
    "name_too_long_elsewhere": Sentence(
        zh="名称 '{name}' 对数据库 {database} 来说过长，最多 {longest} 个字符",
        en="The name '{name}' is too long for the database {database}, which takes {longest} characters",
    ),
    "router_refused": Sentence(
        zh="站点的数据库路由不允许在 {database} 上更改模型 {model}",
        en="The site's routers do not let model {model} be changed on {database}",
    ),
    "nulls_filled": Sentence(
        zh="字段 '{field}' 改为不允许为空，没有值的行填入一次性默认值",
        en="Field '{field}' is to be required, and rows without a value get the one-off default",
    ),
    "finding_check": Sentence(
        zh="{count} 行不满足约束 '{field}'",
        en="{count} row(s) do not meet the constraint '{field}'",
    ),
    "finding_filled": Sentence(
        zh="字段 '{field}'：{count} 行没有值，将填入一次性默认值",
        en="Field '{field}': {count} row(s) have no value and get the one-off default",
    ),
    "finding_rows": Sentence(
        zh="{count} 行会随模型一起删除",
        en="{count} row(s) go with the model",
    ),
    "unforceable_check": Sentence(
        zh="有 {count} 行不满足约束 '{field}'，force 也无济于事：数据库不会接受",
        en="{count} row(s) do not meet the constraint '{field}', and force is of no use: the "
        "database would refuse them",
    ),
    "ordered_field_converted": Sentence(
        zh="order_with_respect_to 依赖字段 '{field}'，不能同时转换该字段；请先清除该选项",
        en="The order of rows hangs on field '{field}' (order_with_respect_to), so it cannot be "
        "converted; clear that option first",
    ),
    "rename_of_unknown_model": Sentence(
        zh="模型 {model} 由 {old} 改名而来，但没有名为 {old} 的模型",
        en="Model {model} is to be renamed from {old}, but there is no model {old}",
    ),
    "delete_of_unknown_model": Sentence(
        zh="要删除的模型 {model} 不存在",
        en="There is no model {model} to delete",
    ),
    "model_is_pointed_at": Sentence(
        zh="不能删除模型 {model}：{others} 仍有字段指向它",
        en="Model {model} cannot be deleted: fields of {others} point at it",
    ),
}
