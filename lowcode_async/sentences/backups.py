"""Sentences of `backups`."""

from lowcode_async.sentences.base import Sentence

SENTENCES: dict[str, Sentence] = {
    "backup_engine_unknown": Sentence(
        zh="不支持备份 {engine} 数据库；支持 SQLite、PostgreSQL 和 MySQL/MariaDB",
        en="Databases of type {engine} cannot be backed up; SQLite, PostgreSQL and MySQL/MariaDB can",
    ),
    "backup_tool_missing": Sentence(
        zh="找不到程序 {tool}，请在运行本服务的机器上安装 {package}，并确认它在 PATH 中",
        en="The program {tool} is missing; install {package} on the machine that runs this service, "
        "and make sure it is on the PATH",
    ),
    "backup_tool_older": Sentence(
        zh="{tool} 的版本（{version}）低于数据库服务器的版本（{server}），无法备份；请安装 "
        "postgresql-client {server} 或更高版本",
        en="{tool} {version} is older than the database server ({server}) and refuses to dump it; "
        "install postgresql-client {server} or newer",
    ),
    "backup_tool_failed": Sentence(
        zh="{tool} 执行失败（退出码 {exit_code}）：{detail}",
        en="{tool} failed (exit code {exit_code}): {detail}",
    ),
    "backup_incomplete": Sentence(
        zh="备份不完整：{tool} 的输出缺少结束标记",
        en="The backup is incomplete: the output of {tool} lacks its end mark",
    ),
    "backup_corrupt": Sentence(
        zh="备份未通过完整性检查：{detail}",
        en="The backup has failed its integrity check: {detail}",
    ),
    "backup_has_wal": Sentence(
        zh="{name} 旁边有尚未合并的 -wal 文件，这是数据库的原始拷贝而不是备份；"
        "请先用 SQLite 打开并合并，或改用真正的备份",
        en="{name} has a -wal file beside it that is not merged: a raw copy of a database, and no "
        "backup; open it with SQLite so that they are merged, or use a real backup",
    ),
    "backup_source_failed": Sentence(
        zh="读取数据库失败，无法备份：{detail}",
        en="The database could not be read for its backup: {detail}",
    ),
    "backup_schema_changed": Sentence(
        zh="备份期间表结构多次被修改，无法得到一致的备份，请稍后重试：{detail}",
        en="Tables were altered again and again during the backup, which would not have been "
        "consistent; try again later: {detail}",
    ),
    "backup_timeout": Sentence(
        zh="未能在 {seconds} 秒内完成，已中止；如数据量较大，请调大 LOWCODE_BACKUP_TIMEOUT",
        en="It took longer than {seconds} seconds and was stopped; if there is that much data, "
        "raise LOWCODE_BACKUP_TIMEOUT",
    ),
    "backup_no_space": Sentence(
        zh="磁盘空间不足：{folder} 需要约 {needed}，仅剩 {free}",
        en="Not enough disk space: about {needed} are needed in {folder}, {free} are free",
    ),
    "backup_disk_full": Sentence(
        zh="写入 {folder} 时磁盘空间或配额已用尽，未完成的文件已清除",
        en="The disk or its quota became full while writing to {folder}; "
        "the unfinished file has been removed",
    ),
    "backup_folder_unusable": Sentence(
        zh="无法使用文件夹 {folder}：{reason}",
        en="The folder {folder} cannot be used: {reason}",
    ),
    "backup_storage_failed": Sentence(
        zh="备份存储 {storage} 出错：{reason}",
        en="The storage of the backups, {storage}, has failed: {reason}",
    ),
    "backup_upload_incomplete": Sentence(
        zh="上传到备份存储 {storage} 的文件不完整：应为 {size} 字节，实际为 {stored} 字节",
        en="The upload to the storage {storage} is incomplete: {stored} of {size} bytes arrived",
    ),
    "backup_not_found": Sentence(
        zh="找不到备份 {name}",
        en="There is no backup {name}",
    ),
    "backup_checksum_mismatch": Sentence(
        zh="备份 {name} 的内容与备份时的记录不一致（SHA-256 应为 {expected}，实际为 {actual}），"
        "文件可能已损坏或被替换",
        en="The backup {name} is not what was recorded when it was made (SHA-256 {actual} instead "
        "of {expected}): the file may be damaged or replaced",
    ),
    "backup_checksum_unknown": Sentence(
        zh="数据库中没有备份 {name} 的校验记录，无法确认其内容未被改动（SHA-256 为 {actual}）；"
        "确认可信后，请加上 --accept-unknown-checksum 重试",
        en="No checksum of the backup {name} is on record, so nobody can tell whether it was "
        "changed (its SHA-256 is {actual}); if you trust it, add --accept-unknown-checksum",
    ),
    "backup_unrecognized": Sentence(
        zh="{name} 不是可识别的数据库备份",
        en="{name} is not a backup of any known database",
    ),
    "backup_wrong_engine": Sentence(
        zh="备份 {name} 来自 {engine} 数据库，不能恢复到 {database} 数据库",
        en="The backup {name} was taken from a {engine} database and cannot be restored into a "
        "{database} one",
    ),
    "restore_upgrade_running": Sentence(
        zh="模型 {model} 的升级任务 {task_id} 正在执行，请等它结束后再恢复备份",
        en="The upgrade {task_id} of the model {model} is at work; restore when it has ended",
    ),
    "restore_unmigrated": Sentence(
        zh="数据库“{database}”中有其他表，却没有本插件的表，无法先做安全备份；"
        "请先运行 manage.py migrate，或加上 --no-safety-backup",
        en='The database "{database}" has tables, but not those of this plugin, so its present '
        "state cannot be backed up; run manage.py migrate first, or add --no-safety-backup",
    ),
    "restore_failed": Sentence(
        zh="恢复失败，数据库保持原样：{detail}",
        en="The restore has failed, and the database is as it was: {detail}",
    ),
    "restore_failed_undone": Sentence(
        zh="恢复失败，已用安全备份 {safety} 还原到恢复之前的状态：{detail}",
        en="The restore has failed; the database was put back to where it was from the safety "
        "backup {safety}: {detail}",
    ),
    "restore_failed_halfway": Sentence(
        zh="恢复中途失败，数据库目前不完整！请排除原因后重新恢复一个备份（安全备份：{safety}）：{detail}",
        en="The restore has failed halfway, and the database is incomplete now! Remove the cause "
        "and restore a backup again (safety backup: {safety}): {detail}",
    ),
    "restore_locked": Sentence(
        zh="表一直被占用，未能开始恢复，数据库保持原样；请停止服务后重试：{detail}",
        en="The tables stayed in use, so nothing was restored and the database is as it was; stop "
        "the service and try again: {detail}",
    ),
    "restored_from_backup": Sentence(
        zh="数据库已恢复到备份 {backup}，此升级在备份时尚未完成，视为失败",
        en="The database was restored from the backup {backup}, which was made while this upgrade "
        "was under way; it counts as failed",
    ),
    "restored_behind_code": Sentence(
        zh="备份缺少 {count} 个迁移，请运行 manage.py migrate：{names}",
        en="The backup is {count} migrations behind the code; run manage.py migrate: {names}",
    ),
    "restored_ahead_of_code": Sentence(
        zh="备份中有 {count} 个当前代码没有的迁移，请确认代码版本：{names}",
        en="The backup has {count} migrations that the code does not know; is it the right version? "
        "{names}",
    ),
    "restored_not_reloaded": Sentence(
        zh="数据已恢复，但无法确认各进程是否已重新加载：{detail}",
        en="The data is restored, but nobody knows whether every process has reloaded: {detail}",
    ),
    "restored_elsewhere": Sentence(
        zh="只恢复了数据库 {database}，模型的定义保持现状；请运行 manage.py lowcode_check 核对",
        en="Only the database {database} was restored, and the definitions of models stay as they are; "
        "run manage.py lowcode_check to see whether they fit",
    ),
    "backup_of_another_database": Sentence(
        zh="备份 {name} 取自数据库 {database}，不能恢复到 {wanted}",
        en="The backup {name} was taken from the database {database} and cannot be restored to {wanted}",
    ),
    "restored_records_old": Sentence(
        zh="数据已恢复，但备份记录与进程记录停留在备份时的状态：{reason}",
        en="The data is restored, but the records of backups and processes are as old as the "
        "backup: {reason}",
    ),
    "restoration_under_way": Sentence(
        zh="正在恢复备份 {backup}（任务 {restoration_id}），请等它结束后再试",
        en="The backup {backup} is being restored (restoration {restoration_id}); try again when "
        "that has ended",
    ),
    "restoration_not_found": Sentence(
        zh="找不到恢复任务 {restoration_id}",
        en="There is no restoration {restoration_id}",
    ),
    "restoration_unreadable": Sentence(
        zh="无法读取恢复任务的记录（格式 {format}）",
        en="The record of the restoration cannot be read (format {format})",
    ),
    "restoration_started": Sentence(
        zh="备份恢复已启动",
        en="The restoration has been started",
    ),
    "restoration_not_begun": Sentence(
        zh="没有工作进程接手，恢复未开始，数据库保持原样；请检查工作进程后重新恢复 {backup}",
        en="No worker took the restoration up, and the database is as it was; look after the "
        "workers, then restore {backup} again",
    ),
    "restoration_interrupted": Sentence(
        zh="恢复尚未改动数据库就中断了，数据库保持原样；可以重新恢复 {backup}",
        en="The restoration was interrupted before it changed anything; restore {backup} again",
    ),
    "restoration_interrupted_whole": Sentence(
        zh="恢复中断。数据库要么完全是恢复前的状态，要么完全是备份 {backup} 的状态，不会介于两者之间；"
        "请检查后重新恢复。恢复前的状态保存在安全备份 {safety} 中",
        en="The restoration was interrupted. The database is either wholly as it was, or wholly as it "
        "is in {backup}, and nothing in between: look, and restore again. The state before is in "
        "the safety backup {safety}",
    ),
    "restoration_interrupted_incomplete": Sentence(
        zh="恢复中断，此类数据库无法整体回滚，目前可能不完整！请在服务器上运行 manage.py lowcode_restore，"
        "恢复安全备份 {safety} 或重新恢复 {backup}，并加上 --accept-unknown-checksum",
        en="The restoration was interrupted, and this kind of database cannot take it back: it may be "
        "incomplete now! On the server, run manage.py lowcode_restore with the safety backup "
        "{safety}, or with {backup} again, and --accept-unknown-checksum",
    ),
    "restoration_interrupted_restored": Sentence(
        zh="备份 {backup} 已恢复，但工作进程在等待各进程重新加载时中断；请查看进程页。"
        "恢复前的状态保存在安全备份 {safety} 中",
        en="The backup {backup} is restored, but the worker died while it waited for the processes to "
        "reload; see the page of processes. The state before is in the safety backup {safety}",
    ),
    "restoration_broke": Sentence(
        zh="恢复时发生内部错误（阶段：{stage}），详情见服务器日志；安全备份：{safety}",
        en="Something broke in the stage {stage} of the restoration; the server's log tells more. "
        "Safety backup: {safety}",
    ),
    "restore_question": Sentence(
        zh="将用备份 {name} 覆盖数据库“{database}”的全部内容，备份之后的更改都会丢失。输入 yes 继续：",
        en='The backup {name} will replace everything in the database "{database}"; whatever was '
        "changed since will be lost. Type yes to go on: ",
    ),
    "restore_cancelled": Sentence(
        zh="已取消，数据库未更改",
        en="Cancelled; the database was not touched",
    ),
    "restore_safety": Sentence(
        zh="恢复前的状态已备份为 {name}",
        en="The state before the restore is kept as {name}",
    ),
    "restore_done": Sentence(
        zh="已从备份 {name} 恢复",
        en="Restored from the backup {name}",
    ),
    "restore_none": Sentence(
        zh="{storage} 中没有备份",
        en="There are no backups in {storage}",
    ),
    "restore_name_required": Sentence(
        zh="请给出备份名称或文件路径；用 --list 查看现有备份",
        en="Give the name of a backup or the path of a file; --list shows what there is",
    ),
}
