"""Sentences about the run of an upgrade."""

from lowcode_async.sentences.base import Sentence

SENTENCES: dict[str, Sentence] = {
    "upgrade_succeeded": Sentence(
        zh="模型 {model} 升级成功",
        en="Model {model} was upgraded",
    ),
    "definition_invalid": Sentence(
        zh="模型定义有 {count} 处问题",
        en="The definition has {count} problem(s)",
    ),
    "upgrade_running": Sentence(
        zh="模型 {model} 正在升级中（任务 {task_id}），请等待其结束后再提交",
        en="Model {model} is being upgraded (task {task_id}); wait for it to end, then try again",
    ),
    "upgrade_cancelled": Sentence(
        zh="模型 {model} 的升级已取消，数据库保持原样",
        en="The upgrade of model {model} was cancelled; the database is as it was",
    ),
    "upgrade_will_be_cancelled": Sentence(
        zh="模型 {model} 的升级正在取消，最迟在 {stage} 阶段结束时停止",
        en="The upgrade of model {model} is being cancelled; it ends with stage {stage} at the latest",
    ),
    "cancel_too_late": Sentence(
        zh="模型 {model} 的升级已无法取消（阶段 {stage}，状态 {state}）",
        en="The upgrade of model {model} can no longer be cancelled (stage {stage}, state {state})",
    ),
    "retry_refused": Sentence(
        zh="只能重试失败或已取消的升级，而模型 {model} 的这次升级状态为 {state}",
        en="Only an upgrade that failed or was cancelled can be retried; this one of model {model} is "
        "{state}",
    ),
    "upgrade_not_found": Sentence(
        zh="没有编号为 {task_id} 的升级任务",
        en="There is no upgrade {task_id}",
    ),
    "broker_unavailable": Sentence(
        zh="消息队列或工作进程不可用，升级未启动；请检查 Redis 与工作进程后重试",
        en="No worker can be reached and nothing was started; check Redis and the worker, then retry",
    ),
    "model_not_found": Sentence(
        zh="没有名为 {model} 的模型",
        en="There is no model {model}",
    ),
    "worker_lost": Sentence(
        zh="{stage} 阶段连续 {attempts} 次被中断（工作进程或数据库连接丢失），升级已终止；请查看工作进程日志",
        en="Stage {stage} was interrupted {attempts} times in a row (a worker or the database was "
        "lost); the upgrade was ended. Look into the workers' logs",
    ),
    "internal_error": Sentence(
        zh="{stage} 阶段出现内部错误，升级已终止；详情见工作进程日志",
        en="Stage {stage} broke; the upgrade was ended. The worker's log has the details",
    ),
    "try_again": Sentence(
        zh="暂时无法完成该阶段，将自动重试",
        en="The stage cannot be done at the moment; it will be tried again",
    ),
    "model_moved_on": Sentence(
        zh="模型 {model} 已是版本 {found}，而本次升级基于版本 {expected}；请基于最新定义重新提交",
        en="Model {model} is at version {found}, but this upgrade starts from {expected}; post it "
        "again on top of the newest definition",
    ),
    "version_moved_on": Sentence(
        zh="模型 {model} 当前为版本 {found}，而请求基于版本 {expected}；请基于最新定义重新提交",
        en="Model {model} is at version {found}, but the request builds on {expected}; post it again "
        "on top of the newest definition",
    ),
    "lost_restored_already": Sentence(
        zh="该值已经恢复过",
        en="The value has been put back already",
    ),
    "lost_field_gone": Sentence(
        zh="模型或字段已不存在；撤销删除它的升级可恢复字段及其值",
        en="There is no such model or field any more; reverting the upgrade that removed it brings the "
        "field back with its values",
    ),
    "lost_not_a_value": Sentence(
        zh="这是一条关联或一整行，只能通过撤销升级恢复",
        en="It is a link or a whole row; it comes back by reverting the upgrade",
    ),
    "lost_row_gone": Sentence(
        zh="该行已被删除",
        en="The row has been deleted",
    ),
    "lost_row_edited": Sentence(
        zh="该行的值在升级之后被修改过；如需覆盖，请加 overwrite",
        en="The value of the row has been edited since; say overwrite to replace it",
    ),
    "lost_does_not_fit": Sentence(
        zh="字段现在的类型无法原样存储该值",
        en="The field, as it is now, cannot hold the value as it was",
    ),
    "lost_target_gone": Sentence(
        zh="该值指向的行已不存在",
        en="The row that the value points at is gone",
    ),
    "lost_refused": Sentence(
        zh="数据库拒绝写入该值，例如因为它必须唯一",
        en="The database refused the value, perhaps since it must be unique",
    ),
    "lost_values_purged": Sentence(
        zh="已清除 {count} 个过期的保留值",
        en="Lost values deleted: {count}",
    ),
    "revert_done_already": Sentence(
        zh="该升级已被撤销（任务 {task_id}）",
        en="This upgrade has been reverted already, by {task_id}",
    ),
    "revert_after_rename": Sentence(
        zh="模型 {model} 引用的另一个模型在此之后改了名，无法撤销",
        en="A model that {model} points at has been renamed since; this cannot be reverted",
    ),
    "revert_refused": Sentence(
        zh="该升级无法撤销",
        en="The upgrade cannot be reverted",
    ),
    "revert_still_running": Sentence(
        zh="升级任务 {task_id} 尚未结束，无法撤销",
        en="The upgrade {task_id} is still under way; it cannot be reverted",
    ),
    "revert_of_failed": Sentence(
        zh="升级任务 {task_id} 已失败，没有改变任何内容，无需撤销",
        en="The upgrade {task_id} has failed and changed nothing; there is nothing to revert",
    ),
    "revert_changed_nothing": Sentence(
        zh="升级任务 {task_id} 没有改变模型，无需撤销",
        en="The upgrade {task_id} did not change the model; there is nothing to revert",
    ),
    "revert_not_newest": Sentence(
        zh="只能撤销模型 {model} 的最近一次升级；请先撤销升级任务 {task_id}",
        en="Only the newest change of model {model} can be reverted; revert {task_id} first",
    ),
    "plan_outdated": Sentence(
        zh="预览已过期：模型 {model} 的定义或数据在预览之后发生了变化，请查看新的预览后再提交",
        en="The plan is outdated: the definition or the data of model {model} changed after it was "
        "made; look at a new plan, then post again",
    ),
    "plan_unknown": Sentence(
        zh="没有编号为 {plan_id} 的预览，它可能已过期；请重新预览",
        en="There is no plan {plan_id}, or it has expired; make a new one",
    ),
    "plan_of_another_definition": Sentence(
        zh="该预览针对的是另一份模型定义；请提交与预览时相同的定义，或重新预览",
        en="This plan was made for another definition; post the same one, or make a new plan",
    ),
    "estimate_measured": Sentence(
        zh="按该表 {sample} 行样本在本数据库上的实测耗时，按比例推算到 {rows} 行；不含等待锁的时间",
        en="Measured on this database with a copy of {sample} of the table's rows and scaled to "
        "{rows}; the wait for locks is not in it",
    ),
    "estimate_without_keys": Sentence(
        zh="按该表 {sample} 行样本在本数据库上的实测耗时，按比例推算到 {rows} 行；不含等待锁和检查外键的时间",
        en="Measured on this database with a copy of {sample} of the table's rows and scaled to "
        "{rows}; the wait for locks and the check of foreign keys are not in it",
    ),
    "estimate_nobody_waits": Sentence(
        zh="该表（{rows} 行）的写入无需等待",
        en="Nobody who writes to the table ({rows} rows) has to wait",
    ),
    "estimate_moves": Sentence(
        zh="该表（{rows} 行）分批移到新表，其间每次写入最多等待约 0.1 秒",
        en="The rows of the table ({rows}) move to a new one batch by batch; a write waits a tenth of a second at the most, about",
    ),
    "estimate_impossible": Sentence(
        zh="无法估算：这些操作不能在样本上完成（该表共 {rows} 行）",
        en="Not known: the operations cannot be carried out on a sample (the table has {rows} rows)",
    ),
    "lock_not_granted": Sentence(
        zh="等待表 {table} 的锁超过 {seconds} 秒（占用者：{holders}），升级已终止，数据库保持原样",
        en="The lock of table {table} was not granted within {seconds} s (held by {holders}); the "
        "upgrade was ended and the database is as it was",
    ),
    "waiting_for_lock": Sentence(
        zh="正在等待表 {table} 的锁（占用者：{holders}）",
        en="Waiting for the lock of table {table} (held by {holders})",
    ),
    "database_refused": Sentence(
        zh="数据库拒绝了操作“{operation}”：{detail}；数据库保持原样",
        en="The database refused '{operation}': {detail}. The database is as it was",
    ),
    "not_taken_back": Sentence(
        zh="升级中断后未能完全恢复原表（{detail}）；请运行 manage.py lowcode_check 查看差异，"
        "必要时用升级前的备份恢复",
        en="The table could not be taken back wholly ({detail}); run manage.py lowcode_check to see "
        "the differences, and restore the backup if need be",
    ),
    "lost_more_than_told": Sentence(
        zh="校验之后又写入了数据：'{name}' 实际有 {count} 个值被改变或移除，校验时为 {foreseen} 个；原值均已保留",
        en="Rows were written after the check: {count} values of '{name}' were changed or removed where {foreseen} "
        "had been counted; all of them are kept aside",
    ),
    "cleanup_unfinished": Sentence(
        zh="升级已生效，但旧列未能清理（{detail}）；运行 manage.py lowcode_check 查看遗留内容",
        en="The upgrade is in force, but what it replaced could not be dropped ({detail}); "
        "manage.py lowcode_check shows what is left",
    ),
}
