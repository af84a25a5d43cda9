"""Sentences of `manage.py lowcode_check`: how the tables stand, and what was left in them."""

from lowcode_async.sentences.base import Sentence

SENTENCES: dict[str, Sentence] = {
    "inspected_sound": Sentence(
        zh="已检查 {count} 个模型，数据表均与定义一致",
        en="Models checked: {count}. Their tables are what their definitions say",
    ),
    "inspected_unsound": Sentence(
        zh="已检查 {count} 个模型，发现 {found} 处问题",
        en="Models checked: {count}. Problems found: {found}",
    ),
    "inspected_no_version": Sentence(
        zh="模型 {model} 缺少版本 {version} 的定义",
        en="model {model} is at version {version}, but the definition of that version is missing",
    ),
    "inspected_no_class": Sentence(
        zh="模型 {model} 的定义无法生成模型类（{detail}）；在修复之前，各进程会继续使用旧的模型类",
        en="the definition of model {model} makes no class ({detail}); until that is put right, "
        "processes go on with the classes they have",
    ),
    "inspected_no_target": Sentence(
        zh="模型 {model} 的关联字段指向不存在或无法生成的模型 {target}",
        en="a relation of model {model} points at {target}, which does not exist or makes no class",
    ),
    "inspected_replaced_column": Sentence(
        zh="数据表 {table} 的列 {column} 是版本 {version} 替换下来的旧列，当时未能删除，已无任何用途",
        en="column {column} of table {table} was replaced by version {version} and could not be "
        "dropped then; nothing uses it",
    ),
    "inspected_removed_column": Sentence(
        zh="数据表 {table} 的列 {column} 属于版本 {version} 已删除的字段，当时未能删除，已无任何用途",
        en="column {column} of table {table} belongs to a field that version {version} removed, and "
        "could not be dropped then; nothing uses it",
    ),
    "inspected_unfinished_column": Sentence(
        zh="数据表 {table} 的列 {column} 是升级到版本 {version} 时中断留下的，其中可能有原来的数据，"
        "删除前请先核对",
        en="column {column} of table {table} was left by an upgrade to version {version} that was "
        "interrupted; it may hold the values as they were, so look before you drop it",
    ),
    "inspected_clone_left": Sentence(
        zh="数据表 {table} 是检查时建立的空表，因进程被终止而遗留，可以删除",
        en="table {table} is an empty one that was made to compare with, and left by a process that "
        "was killed; it can be dropped",
    ),
    "inspected_mark_left": Sentence(
        zh="数据表 {table} 是升级在另一数据库留下的空白标记；没有升级在进行时可以删除",
        en="table {table} is an empty one by which an upgrade marks that this database has been changed; "
        "it can be dropped while no upgrade is under way",
    ),
    "inspected_touched_column": Sentence(
        zh="数据表 {table} 的列 {column} 标记升级逐批转换期间被写过的行；没有升级在进行时，下一次升级会删除它",
        en="column {column} of table {table} tells which rows are written while an upgrade converts them "
        "batch by batch; if no upgrade is under way, the next one drops it",
    ),
    "inspected_backfill_left": Sentence(
        zh="数据表 {table} 记录升级逐批转换时需要复查的行；没有升级在进行时，下一次升级会连同触发器一起删除它",
        en="table {table} lists rows that an upgrade has to look at again while it converts batch by batch; "
        "if no upgrade is under way, the next one drops it with its triggers",
    ),
    "inspected_move_left": Sentence(
        zh="数据表 {table} 属于升级逐批把行移到新表的过程；没有升级在进行时，下一次升级会连同触发器一起删除它",
        en="table {table} belongs to an upgrade that moves rows to a new table batch by batch; "
        "if no upgrade is under way, the next one drops it with its triggers",
    ),
    "inspected_table_left": Sentence(
        zh="数据表 {table} 不属于任何模型",
        en="table {table} belongs to no model",
    ),
    "inspected_under_way": Sentence(
        zh="模型 {model} 正在升级（任务 {task_id}），以上差异可能只是暂时的",
        en="model {model} is being upgraded (task {task_id}), so the differences may pass",
    ),
    "inspected_not_taken_back": Sentence(
        zh="模型 {model} 的升级（任务 {task_id}）失败后，有 {count} 个步骤未能撤销",
        en="an upgrade of model {model} failed (task {task_id}), and steps of it could not be taken "
        "back: {count}",
    ),
}
