"""Sentences of `restarting`."""

from lowcode_async.sentences.base import Sentence

STAGE: dict[str, Sentence] = {
    "restart_unfinished": Sentence(
        zh="新的模型结构已经生效，但重启阶段未能完成（{detail}）；请查看工作进程日志，必要时手动重启服务",
        en="The new structure is in force, but the restart stage did not come to its end ({detail}). "
        "Look into the workers' logs, and restart the service by hand if need be",
    ),
}

RELOAD: dict[str, Sentence] = {
    "processes_not_reloaded": Sentence(
        zh="以下进程在 {seconds} 秒内未确认新的模型结构：{processes}。它们会在下一次请求时自行更新；"
        "如仍未更新，请检查这些进程能否连接数据库",
        en="These processes have not confirmed the new structure within {seconds} s: {processes}. "
        "They will follow with their next request; if not, check whether they reach the database",
    ),
}

REEXEC: dict[str, Sentence] = {
    "processes_not_restarted": Sentence(
        zh="以下服务进程在 {seconds} 秒内未完成重启：{processes}。新的模型结构已经生效；"
        "请确认它们由 python manage.py lowcode_serve 启动，必要时手动重启",
        en="These servers have not restarted within {seconds} s: {processes}. The new structure is "
        "in force; make sure that they run by python manage.py lowcode_serve, or restart them by hand",
    ),
}

COMMAND: dict[str, Sentence] = {
    "restart_command_not_begun": Sentence(
        zh="无法执行重启命令 {command}：{reason}。新的模型结构已经生效；"
        "请检查 LOWCODE_RESTART_COMMAND，并手动重启服务",
        en="The restart command {command} could not be executed: {reason}. The new structure is in "
        "force; check LOWCODE_RESTART_COMMAND, and restart the service by hand",
    ),
    "restart_command_timed_out": Sentence(
        zh="重启命令 {command} 在 {seconds} 秒内没有结束，已被终止。新的模型结构已经生效；"
        "请检查服务是否已重启。如果该命令会停止 worker 自身，请使用不等待的形式（如 systemctl --no-block restart）",
        en="The restart command {command} did not end within {seconds} s and was killed. The new "
        "structure is in force; see whether the service has restarted. A command that stops the "
        "worker itself must not wait for it (systemctl --no-block restart)",
    ),
    "restart_command_failed": Sentence(
        zh="重启命令 {command} 执行失败（退出码 {exit_code}）：{output}。新的模型结构已经生效；"
        "请根据输出修复问题，并手动重启服务",
        en="The restart command {command} failed with exit code {exit_code}: {output}. The new "
        "structure is in force; mend what the output tells, and restart the service by hand",
    ),
}

SENTENCES: dict[str, Sentence] = {**STAGE, **RELOAD, **REEXEC, **COMMAND}
