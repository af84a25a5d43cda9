"""Sentences of `manage.py lowcode_eject`: leaving with models and migrations of one's own."""

from lowcode_async.sentences.base import Sentence

SENTENCES: dict[str, Sentence] = {
    "eject_nothing": Sentence(
        zh="没有动态模型，无可导出",
        en="There are no live models, so there is nothing to eject",
    ),
    "eject_app_invalid": Sentence(
        zh="{app} 不能用作应用名：请以小写字母开头，只用小写字母、数字和下划线，且不能是 Python 关键字",
        en="{app} cannot be the name of an app: begin with a lower-case letter, use only such letters, "
        "digits and underscores, and no keyword of Python",
    ),
    "eject_app_reserved": Sentence(
        zh="{app} 是动态模型专用的应用标签，请用 --app 另选名称",
        en="{app} is the label of the live models; choose another name by --app",
    ),
    "eject_app_installed": Sentence(
        zh="INSTALLED_APPS 中已有名为 {app} 的应用；请先将其移除，或用 --app 另选名称",
        en="An app called {app} is in INSTALLED_APPS; take it out first, or choose another name by --app",
    ),
    "eject_app_taken": Sentence(
        zh="已有名为 {app} 的 Python 模块（{place}），新应用将无法导入；请用 --app 另选名称",
        en="There is a Python module called {app} ({place}), which would hide the app or be hidden by "
        "it; choose another name by --app",
    ),
    "eject_files_exist": Sentence(
        zh="{folder} 中已有内容不同的文件：{files}。未写入任何文件；确定要覆盖请加 --force",
        en="Files of other content are in {folder} already: {files}. Nothing was written; --force "
        "overwrites them",
    ),
    "eject_migrations_exist": Sentence(
        zh="{folder} 中已有后续迁移：{files}。覆盖会使迁移历史无法衔接，因此即使加 --force 也不执行；"
        "请用 --output 另选目录",
        en="Migrations that follow the first one are in {folder}: {files}. They would no longer fit, "
        "so not even --force overwrites it; choose another folder by --output",
    ),
    "eject_unwritable": Sentence(
        zh="无法写入 {folder}：{reason}",
        en="{folder} cannot be written to: {reason}",
    ),
    "eject_written": Sentence(
        zh="已写入 {path}",
        en="Written: {path}",
    ),
    "eject_pulled_in": Sentence(
        zh="一并导出被关联的模型：{models}",
        en="Ejected as well, since relations lead there: {models}",
    ),
    "eject_left_behind": Sentence(
        zh="{models} 仍关联到所导出的模型，但未一并导出：经新模型类删除数据行时，不会处理它们的 on_delete 规则，"
        "反向访问也不可用",
        en="{models}: not ejected, though relations lead from there to ejected models. Their on_delete "
        "rules will not apply to rows that are deleted by the new classes, which have no way back to them",
    ),
    "eject_needs_pillow": Sentence(
        zh="{models} 含有 ImageField：请安装 Pillow，否则 Django 的系统检查不会通过",
        en="{models}: has an ImageField; install Pillow, or Django's checks will fail",
    ),
    "eject_elsewhere": Sentence(
        zh="{models} 不在 default 数据库中：请让站点的数据库路由也将新的模型类指向原来的数据库，并对该数据库执行 migrate --fake --database",
        en="{models}: not on the default database. Let the site's routers send the new classes where these "
        "were, and run migrate --fake with --database for it as well",
    ),
    "eject_next": Sentence(
        zh="接下来：将 {app} 加入 INSTALLED_APPS；在本数据库上执行 manage.py migrate --fake {app}，"
        "在新数据库上执行 manage.py migrate",
        en="Next: add {app} to INSTALLED_APPS; on this database run manage.py migrate --fake {app}, on "
        "a new one manage.py migrate",
    ),
}
