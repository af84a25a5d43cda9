"""Moving the rows of large tables on SQLite to new ones, while everybody goes on writing."""

from lowcode_async.migrating.moving.executor import Moving
from lowcode_async.migrating.moving.leftovers import sweep
from lowcode_async.migrating.moving.tables import MOVE

__all__ = ["MOVE", "Moving", "sweep"]
