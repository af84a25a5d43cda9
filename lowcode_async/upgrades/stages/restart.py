"""Fourth stage: every process comes to serve the new structure."""

from __future__ import annotations

from lowcode_async import conf
from lowcode_async.models import Counter
from lowcode_async.restarting import RestartRequest, get_strategy
from lowcode_async.runtime.processes import report_now
from lowcode_async.upgrades import counters
from lowcode_async.upgrades.work import StageResult, Work


async def restart(work: Work) -> StageResult:
    """Restart by the site's strategy; whoever does not follow in time is named in a warning.

    The change is in force when this stage begins, so it never fails the upgrade.
    """
    strategy = get_strategy(conf.current().restart_strategy, swap=report_now)
    generation = await work.in_thread(counters.value, Counter.Name.GENERATION)
    outcome = await strategy.restart(
        RestartRequest(
            upgrade_id=work.upgrade.pk,
            model_name=work.upgrade.model_name,
            generation=generation,
            handover=work.upgrade.handover,
        ),
        progress=work.progress,
    )
    return StageResult(
        payload={"strategy": conf.current().restart_strategy, "generation": generation},
        warnings=tuple(outcome.warnings),
        handover=outcome.handover,
    )
