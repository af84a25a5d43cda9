"""Sentences about the dashboard."""

from lowcode_async.sentences.base import Sentence

SENTENCES: dict[str, Sentence] = {
    "dashboard_missing": Sentence(
        zh="控制台尚未构建。\n在源码目录中运行 make run（需要 Node 20.19，或 22.12 及以上版本）即可构建；"
        "从 PyPI 安装的软件包已包含控制台。\n接口不受影响：/lowcode/api/",
        en="The dashboard has not been built.\nIn a checkout, make run builds it (it needs Node 20.19, or "
        "22.12 and newer); a package from PyPI has it inside.\nThe API works without: /lowcode/api/",
    ),
}
