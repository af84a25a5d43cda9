"""Converting large tables while everybody goes on writing."""

from lowcode_async.migrating.backfilling.executor import Backfilling
from lowcode_async.migrating.backfilling.leftovers import sweep
from lowcode_async.migrating.backfilling.touched import TOUCHED
from lowcode_async.migrating.backfilling.triggers import STALE

__all__ = ["STALE", "TOUCHED", "Backfilling", "sweep"]
