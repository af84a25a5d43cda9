"""Sentences of `checks`, of `serving` and of the commands that serve."""

from lowcode_async.sentences.base import Sentence

SENTENCES: dict[str, Sentence] = {
    "serving": Sentence(
        zh="服务已启动：{url}（进程 {pid}，按 Ctrl+C 停止）",
        en="Serving at {url} (process {pid}, Ctrl+C stops it)",
    ),
    "serving_again": Sentence(
        zh="服务已重启：{url}（进程 {pid}，沿用原有监听端口）",
        en="Restarted, serving at {url} (process {pid}, on the same socket)",
    ),
    "cannot_listen": Sentence(
        zh="无法监听 {address}：{reason}。请换用其他端口（--port 或环境变量 PORT），或先停止占用该端口的程序。",
        en="Cannot listen on {address}: {reason}. Choose another port (--port, or the variable PORT), or stop the program that uses it.",
    ),
    "worker_not_needed": Sentence(
        zh="没有配置消息代理（REDIS_URL），升级由 Web 进程自己执行，这里无事可做，等待结束信号。",
        en="There is no message broker (REDIS_URL): the web process runs upgrades itself. Nothing to do here but to wait for the end.",
    ),
    "waiting_for_migrations": Sentence(
        zh="数据库还有未执行的迁移（{apps}），执行完后自动继续：python manage.py migrate",
        en="The database is not migrated yet ({apps}); going on as soon as it is: python manage.py migrate",
    ),
    "demo_in_debug_only": Sentence(
        zh="演示用户只能在调试模式下创建：请设置 DEBUG=1。生产环境请用 python manage.py createsuperuser 和 drf_create_token。",
        en="A demo user is made in debug only: set DEBUG=1. In production use python manage.py createsuperuser and drf_create_token.",
    ),
    "demo_made": Sentence(
        zh="已创建演示用户（管理员），密码和令牌只显示这一次。启动后可直接粘贴以下命令：",
        en="A demo user (staff) was made; password and token are shown this once. When the site is up, paste these lines:",
    ),
    "unready_database": Sentence(
        zh="数据库没有响应。请检查 DATABASE_URL 以及数据库服务是否正常。",
        en="The database does not answer. Check DATABASE_URL and the database server.",
    ),
    "unready_broker": Sentence(
        zh="消息代理没有响应。请检查 REDIS_URL 以及 Redis 服务是否正常。",
        en="The message broker does not answer. Check REDIS_URL and the Redis server.",
    ),
    "unready_channel_layer": Sentence(
        zh="Channels 通道层没有响应，实时进度无法推送。请检查 CHANNEL_LAYERS 以及 Redis 服务是否正常。",
        en="The channel layer does not answer, so live progress cannot be sent. Check CHANNEL_LAYERS and the Redis server.",
    ),
    "unready_worker": Sentence(
        zh="没有正在运行的 worker 进程，升级任务不会被执行。请启动 worker：python manage.py lowcode_worker。",
        en="No worker is alive, so upgrades would not run. Start one: python manage.py lowcode_worker.",
    ),
    "check_channel_layer_missing": Sentence(
        zh="没有配置 Channels 通道层，升级进度无法实时推送。",
        en="No channel layer is configured, so nobody can watch an upgrade live.",
    ),
    "check_channel_layer_missing_cure": Sentence(
        zh="请在 settings 的 CHANNEL_LAYERS 中配置 default：单进程用 lowcode_async.websocket.memory.InMemoryChannelLayer，多进程用 channels_redis.core.RedisChannelLayer。",
        en="Set CHANNEL_LAYERS['default']: lowcode_async.websocket.memory.InMemoryChannelLayer for one process, channels_redis.core.RedisChannelLayer for several.",
    ),
    "check_channel_layer_in_memory": Sentence(
        zh="通道层 {layer} 只在单个进程内有效，而 worker 是独立进程，它发出的进度到不了 Web 进程。",
        en="The channel layer {layer} ends at its process, but the worker is another one, so its progress reaches no client.",
    ),
    "check_channel_layer_in_memory_cure": Sentence(
        zh="请安装 lowcode-async[redis]，并将通道层改为 channels_redis.core.RedisChannelLayer；或设置 LOWCODE_EMBEDDED = True，改为单进程运行。",
        en="Install lowcode-async[redis] and use channels_redis.core.RedisChannelLayer; or set LOWCODE_EMBEDDED = True to run everything in one process.",
    ),
    "check_broker_missing": Sentence(
        zh="LOWCODE_EMBEDDED 为 False，但没有配置消息代理，升级任务无处可发。",
        en="LOWCODE_EMBEDDED is False, but there is no message broker to send upgrades to.",
    ),
    "check_broker_missing_cure": Sentence(
        zh="请设置 LOWCODE_BROKER_URL（例如 redis://localhost:6379/0）；或设置 LOWCODE_EMBEDDED = True，由服务进程自己执行升级。",
        en="Set LOWCODE_BROKER_URL (say redis://localhost:6379/0); or set LOWCODE_EMBEDDED = True, and the server runs upgrades itself.",
    ),
    "check_app_missing": Sentence(
        zh="INSTALLED_APPS 中缺少 {app}。",
        en="{app} is not in INSTALLED_APPS.",
    ),
    "check_app_missing_cure": Sentence(
        zh="请将 '{app}' 加入 INSTALLED_APPS，然后运行 python manage.py migrate。",
        en="Add '{app}' to INSTALLED_APPS, then run python manage.py migrate.",
    ),
    "check_asgi_application_missing": Sentence(
        zh="没有设置 ASGI_APPLICATION，lowcode_serve 不知道要运行什么。",
        en="ASGI_APPLICATION is not set, so lowcode_serve does not know what to serve.",
    ),
    "check_asgi_application_missing_cure": Sentence(
        zh="请设置 ASGI_APPLICATION，例如 'mysite.asgi.application'。",
        en="Set ASGI_APPLICATION, say 'mysite.asgi.application'.",
    ),
    "check_label_taken": Sentence(
        zh="应用 {app} 的标签是 'dynamic'，与动态模型的标签冲突。",
        en="The app {app} has the label 'dynamic', which is that of the dynamic models.",
    ),
    "check_label_taken_cure": Sentence(
        zh="请在 {app} 的 AppConfig 中改用其他 label。",
        en="Give {app} another label in its AppConfig.",
    ),
    "check_backup_folder_not_writable": Sentence(
        zh="备份目录 {folder} 不可写，升级会在备份阶段失败。",
        en="Backups cannot be written to {folder}, so upgrades would fail in their backup stage.",
    ),
    "check_backup_folder_not_writable_cure": Sentence(
        zh="请为运行服务的用户授予该目录的写权限，或换用其他目录（BACKUP_DIR 或 LOWCODE_BACKUP_DIR）。",
        en="Let the user that runs the site write there, or choose another folder (BACKUP_DIR, or LOWCODE_BACKUP_DIR).",
    ),
    "check_strategy_unknown": Sentence(
        zh="未知的重启策略 '{strategy}'。",
        en="There is no restart strategy '{strategy}'.",
    ),
    "check_strategy_unknown_cure": Sentence(
        zh="请将 LOWCODE_RESTART_STRATEGY 设为 reload、reexec 或 command。",
        en="Set LOWCODE_RESTART_STRATEGY to reload, reexec or command.",
    ),
    "check_command_missing": Sentence(
        zh="重启策略是 command，但没有设置重启命令。",
        en="The restart strategy is command, but there is no command.",
    ),
    "check_command_missing_cure": Sentence(
        zh="请设置 LOWCODE_RESTART_COMMAND，例如 ('systemctl', 'restart', 'mysite')。",
        en="Set LOWCODE_RESTART_COMMAND, say ('systemctl', 'restart', 'mysite').",
    ),
    "check_command_not_found": Sentence(
        zh="找不到重启命令 '{program}'。",
        en="The restart command '{program}' cannot be found.",
    ),
    "check_command_not_found_cure": Sentence(
        zh="请在 LOWCODE_RESTART_COMMAND 中写出程序的完整路径，并确认它可以执行。",
        en="Write the full path of the program in LOWCODE_RESTART_COMMAND, and make sure that it is executable.",
    ),
    "check_setting_invalid": Sentence(
        zh="设置 {setting} 的值 {value} 无效。",
        en="{value} is no valid value of {setting}.",
    ),
    "check_setting_invalid_cure": Sentence(
        zh="请对照文档 docs/reference/settings.md 检查它的类型和范围。",
        en="See docs/reference/settings.md for its type and range.",
    ),
    "check_secret_insecure": Sentence(
        zh="SECRET_KEY 为空或是公开的默认值，任何人都可以伪造会话。",
        en="SECRET_KEY is empty or a default that everybody knows, so anybody can forge a session.",
    ),
    "check_secret_insecure_cure": Sentence(
        zh="生产环境：请把环境变量 SECRET_KEY 设为一个随机值（可用 python -c 'import secrets; print(secrets.token_urlsafe(50))' 生成）。仅在本机试用：请设置 DEBUG=1，或直接运行 make run。",
        en="In production, set the variable SECRET_KEY to a random value (python -c 'import secrets; print(secrets.token_urlsafe(50))' makes one). To try things out on your own machine, set DEBUG=1, or just say make run.",
    ),
    "check_any_host": Sentence(
        zh="ALLOWED_HOSTS 包含 '*'，任何 Host 请求头都会被接受。",
        en="ALLOWED_HOSTS contains '*', so any Host header is taken for yours.",
    ),
    "check_any_host_cure": Sentence(
        zh="请将 ALLOWED_HOSTS 设为您的域名，例如 ALLOWED_HOSTS=example.com。",
        en="Set ALLOWED_HOSTS to your names, say ALLOWED_HOSTS=example.com.",
    ),
    "check_setting_unknown": Sentence(
        zh="没有名为 {setting} 的设置，它不起作用。",
        en="There is no setting {setting}; it does nothing.",
    ),
    "check_setting_unknown_cure": Sentence(
        zh="请检查拼写；全部设置见 docs/reference/settings.md。",
        en="Check its spelling; docs/reference/settings.md has them all.",
    ),
    "check_dump_tool_missing": Sentence(
        zh="找不到数据库 '{alias}' 的导出工具（{tools}），升级会在备份阶段失败。",
        en="The dump tool of the database '{alias}' ({tools}) cannot be found, so upgrades would fail in their backup stage.",
    ),
    "check_dump_tool_missing_cure": Sentence(
        zh="请安装数据库的客户端工具（Debian/Ubuntu：postgresql-client 或 mariadb-client），或在升级请求中使用 no_backup。",
        en="Install the database's client tools (postgresql-client or mariadb-client on Debian and Ubuntu), or ask for upgrades with no_backup.",
    ),
    "check_sqlite_not_wal": Sentence(
        zh="SQLite 数据库 '{alias}' 没有启用 WAL，写入时读取会被阻塞。",
        en="The SQLite database '{alias}' is not set to WAL, so a writer blocks all readers.",
    ),
    "check_sqlite_not_wal_cure": Sentence(
        zh="请在 DATABASES['{alias}']['OPTIONS'] 中设置 init_command: 'PRAGMA journal_mode=WAL'。",
        en="Set init_command to 'PRAGMA journal_mode=WAL' in DATABASES['{alias}']['OPTIONS'].",
    ),
    "check_sqlite_not_immediate": Sentence(
        zh="SQLite 数据库 '{alias}' 的事务不是 IMMEDIATE 模式，并发写入会报 'database is locked'。",
        en="Transactions of the SQLite database '{alias}' are not IMMEDIATE, so concurrent writers fail with 'database is locked'.",
    ),
    "check_sqlite_not_immediate_cure": Sentence(
        zh="请在 DATABASES['{alias}']['OPTIONS'] 中设置 transaction_mode: 'IMMEDIATE'。",
        en="Set transaction_mode to 'IMMEDIATE' in DATABASES['{alias}']['OPTIONS'].",
    ),
    "check_middleware_missing": Sentence(
        zh="MIDDLEWARE 中缺少 {name}。",
        en="{name} is not in MIDDLEWARE.",
    ),
    "check_middleware_missing_cure": Sentence(
        zh="请将 '{path}' 加入 MIDDLEWARE：LocaleMiddleware 让接口按 Accept-Language 返回中文或英文；GenerationMiddleware 让一次请求始终使用同一版本的模型。",
        en="Add '{path}' to MIDDLEWARE: LocaleMiddleware answers in the client's language, GenerationMiddleware keeps one request on one generation of the models.",
    ),
    "check_daphne_missing": Sentence(
        zh="INSTALLED_APPS 中缺少 daphne，开发服务器 runserver 不支持 WebSocket。",
        en="daphne is not in INSTALLED_APPS, so runserver speaks no WebSocket.",
    ),
    "check_daphne_missing_cure": Sentence(
        zh="请在 INSTALLED_APPS 中将 'daphne' 放在 'django.contrib.staticfiles' 之前，或使用 python manage.py lowcode_serve。",
        en="Put 'daphne' before 'django.contrib.staticfiles' in INSTALLED_APPS, or use python manage.py lowcode_serve.",
    ),
    "check_cache_in_memory": Sentence(
        zh="默认缓存 {backend} 不被各进程共享，而 worker 是独立进程：轮询的客户端看不到阶段进度，登录失败次数由每个进程各自统计。",
        en="The default cache {backend} ends at its process, but the worker is another one: clients that poll see no percent of a stage, and each process counts failed attempts to sign in by itself.",
    ),
    "check_cache_in_memory_cure": Sentence(
        zh="请在 settings 的 CACHES 中将 default 配置为所有进程共享的缓存，例如 django.core.cache.backends.redis.RedisCache。",
        en="Set CACHES['default'] to a cache that all processes share, such as django.core.cache.backends.redis.RedisCache.",
    ),
    "check_debug_on": Sentence(
        zh="DEBUG 已开启，出错页面会泄露代码和设置。",
        en="DEBUG is on, so error pages show code and settings.",
    ),
    "check_debug_on_cure": Sentence(
        zh="生产环境请设置 DEBUG=0。",
        en="Set DEBUG=0 in production.",
    ),
}
