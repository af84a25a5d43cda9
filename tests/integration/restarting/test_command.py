"""The strategy ``command``: the operator's program, run once, whatever it does."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import override_settings

from lowcode_async.models import Upgrade
from lowcode_async.restarting import RestartOutcome, RestartRequest, get_strategy
from lowcode_async.runtime.processes import report_now
from lowcode_async.sentences import sentence

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def upgrade() -> Upgrade:
    return await Upgrade.objects.acreate(model_name="Product", definition={})


async def command(upgrade: Upgrade, *argv: str, **settings: Any) -> RestartOutcome:
    await upgrade.arefresh_from_db()
    request = RestartRequest(
        upgrade_id=upgrade.pk, generation=0, model_name="Product", handover=upgrade.handover
    )
    with override_settings(LOWCODE_RESTART_COMMAND=argv, **settings):
        strategy = get_strategy("command", swap=report_now)
        return await strategy.restart(request, progress=lambda percent: None)


def python(source: str) -> tuple[str, str, str]:
    return sys.executable, "-c", source


def only(outcome: RestartOutcome) -> Mapping[str, Any]:
    (warning,) = outcome.warnings
    for language in ("zh", "en"):
        assert sentence(warning["code"], warning["params"], language)  # type: ignore[arg-type]
    return warning


async def test_command_is_run_with_its_arguments_and_no_shell(
    upgrade: Upgrade, tmp_path: Path
) -> None:
    file = tmp_path / "a file; $HOME"
    assert await command(upgrade, "touch", str(file)) == RestartOutcome()
    assert file.exists()


async def test_command_that_fails_is_quoted(upgrade: Upgrade) -> None:
    source = "import sys; print('x' * 2000, flush=True); print('no such unit', file=sys.stderr); sys.exit(4)"
    warning = only(await command(upgrade, *python(source)))
    assert warning["code"] == "restart_command_failed"
    assert warning["params"]["exit_code"] == 4
    assert warning["params"]["output"].endswith("no such unit")
    assert len(warning["params"]["output"]) == 500


async def test_program_that_does_not_exist_is_named(upgrade: Upgrade) -> None:
    warning = only(await command(upgrade, "no-such-program"))
    assert warning["code"] == "restart_command_not_begun"
    assert "no-such-program" in warning["params"]["command"]


async def test_no_command_at_all_is_told(upgrade: Upgrade) -> None:
    assert only(await command(upgrade))["code"] == "restart_command_not_begun"


async def test_command_that_takes_too_long_is_killed_with_its_children(
    upgrade: Upgrade, tmp_path: Path
) -> None:
    file = tmp_path / "pid"
    script = f"sleep 600 & echo $! > {file}; wait"
    warning = only(await command(upgrade, "sh", "-c", script, LOWCODE_RESTART_TIMEOUT=0.5))
    assert (warning["code"], warning["params"]["seconds"]) == ("restart_command_timed_out", 0.5)
    pid = int(file.read_text())
    for _ in range(1000):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            os.kill(pid, 0)
        except (ProcessLookupError, FileNotFoundError):
            return
        if state == "Z":
            return
        await asyncio.sleep(0.05)
    pytest.fail("the child of the command lives on")


async def test_command_that_was_begun_is_not_begun_again(upgrade: Upgrade, tmp_path: Path) -> None:
    file = tmp_path / "count"
    argv = ("sh", "-c", f"echo run >> {file}")
    await command(upgrade, *argv)
    assert await command(upgrade, *argv) == RestartOutcome()
    assert file.read_text() == "run\n"


async def test_that_it_begins_is_written_down_before(upgrade: Upgrade, tmp_path: Path) -> None:
    file = tmp_path / "go"
    running = asyncio.create_task(
        command(upgrade, *python(f"import os\nwhile not os.path.exists({str(file)!r}): pass"))
    )

    @sync_to_async
    def written() -> bool:
        return Upgrade.objects.get(pk=upgrade.pk).handover is not None

    while not running.done() and not await written():
        await asyncio.sleep(0.01)
    assert not running.done()
    file.touch()
    assert await running == RestartOutcome()


async def test_processes_reload_before_the_command(upgrade: Upgrade, tmp_path: Path) -> None:
    order: list[str] = []
    file = tmp_path / "ran"

    def swap() -> int:
        order.append("command" if file.exists() else "reload")
        return report_now()

    request = RestartRequest(upgrade_id=upgrade.pk, generation=0, model_name="Product")
    with override_settings(LOWCODE_RESTART_COMMAND=("touch", str(file))):
        await get_strategy("command", swap=swap).restart(request, progress=lambda percent: None)
    assert order == ["reload"]
    assert file.exists()
