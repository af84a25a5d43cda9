"""The rows of the plugin, and nothing but rows: what they mean is told where they are used."""

from lowcode_async.models.keeping import Backup, LostValue
from lowcode_async.models.processes import Counter, Process
from lowcode_async.models.upgrades import PlannedUpgrade, Upgrade, UpgradeEvent
from lowcode_async.models.versions import DynamicModel, SchemaVersion

__all__ = [
    "Backup",
    "Counter",
    "DynamicModel",
    "LostValue",
    "PlannedUpgrade",
    "Process",
    "SchemaVersion",
    "Upgrade",
    "UpgradeEvent",
]
