"""Change the structure of live low-code models, remotely and safely, while everybody watches.

The public names. They are loaded when they are first asked for, since Django imports this package
before its apps are ready; nothing runs here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lowcode_async.definitions.field_types import FIELD_METADATA as FIELD_METADATA
    from lowcode_async.errors import BackupError as BackupError
    from lowcode_async.errors import BrokerUnavailable as BrokerUnavailable
    from lowcode_async.errors import CancelTooLate as CancelTooLate
    from lowcode_async.errors import DefinitionInvalid as DefinitionInvalid
    from lowcode_async.errors import LowcodeError as LowcodeError
    from lowcode_async.errors import ModelNotFound as ModelNotFound
    from lowcode_async.errors import PlanOutdated as PlanOutdated
    from lowcode_async.errors import Problem as Problem
    from lowcode_async.errors import RetryRefused as RetryRefused
    from lowcode_async.errors import RevertRefused as RevertRefused
    from lowcode_async.errors import UpgradeConflict as UpgradeConflict
    from lowcode_async.errors import UpgradeNotFound as UpgradeNotFound
    from lowcode_async.errors import VersionMovedOn as VersionMovedOn
    from lowcode_async.planning.registered import register_data_migration as register_data_migration
    from lowcode_async.planning.registered import register_operation as register_operation
    from lowcode_async.planning.registered import register_sql as register_sql
    from lowcode_async.runtime import aget_model as aget_model
    from lowcode_async.runtime import aget_models as aget_models
    from lowcode_async.runtime import generation_swapped as generation_swapped
    from lowcode_async.runtime import get_model as get_model
    from lowcode_async.runtime import get_models as get_models
    from lowcode_async.runtime import register as register
    from lowcode_async.upgrades.cancelling import acancel_upgrade as acancel_upgrade
    from lowcode_async.upgrades.cancelling import cancel_upgrade as cancel_upgrade
    from lowcode_async.upgrades.events import EventData as EventData
    from lowcode_async.upgrades.events import EventKind as EventKind
    from lowcode_async.upgrades.following import follow as follow
    from lowcode_async.upgrades.plans import aplan_upgrade as aplan_upgrade
    from lowcode_async.upgrades.plans import plan_upgrade as plan_upgrade
    from lowcode_async.upgrades.retrying import aretry_upgrade as aretry_upgrade
    from lowcode_async.upgrades.retrying import retry_upgrade as retry_upgrade
    from lowcode_async.upgrades.reverting import arevert_upgrade as arevert_upgrade
    from lowcode_async.upgrades.reverting import revert_upgrade as revert_upgrade
    from lowcode_async.upgrades.service import aget_upgrade as aget_upgrade
    from lowcode_async.upgrades.service import astart_upgrade as astart_upgrade
    from lowcode_async.upgrades.service import get_upgrade as get_upgrade
    from lowcode_async.upgrades.service import start_upgrade as start_upgrade

__version__ = "0.1.0"
"""The version of this package."""

_HOMES = {
    "BackupError": "errors",
    "BrokerUnavailable": "errors",
    "CancelTooLate": "errors",
    "DefinitionInvalid": "errors",
    "EventData": "upgrades.events",
    "EventKind": "upgrades.events",
    "FIELD_METADATA": "definitions.field_types",
    "LowcodeError": "errors",
    "ModelNotFound": "errors",
    "PlanOutdated": "errors",
    "Problem": "errors",
    "RetryRefused": "errors",
    "RevertRefused": "errors",
    "UpgradeConflict": "errors",
    "UpgradeNotFound": "errors",
    "VersionMovedOn": "errors",
    "acancel_upgrade": "upgrades.cancelling",
    "aget_model": "runtime",
    "aget_models": "runtime",
    "aget_upgrade": "upgrades.service",
    "aplan_upgrade": "upgrades.plans",
    "aretry_upgrade": "upgrades.retrying",
    "arevert_upgrade": "upgrades.reverting",
    "astart_upgrade": "upgrades.service",
    "cancel_upgrade": "upgrades.cancelling",
    "follow": "upgrades.following",
    "generation_swapped": "runtime",
    "get_model": "runtime",
    "get_models": "runtime",
    "get_upgrade": "upgrades.service",
    "plan_upgrade": "upgrades.plans",
    "register": "runtime",
    "register_data_migration": "planning.registered",
    "register_operation": "planning.registered",
    "register_sql": "planning.registered",
    "retry_upgrade": "upgrades.retrying",
    "revert_upgrade": "upgrades.reverting",
    "start_upgrade": "upgrades.service",
}
"""Where each public name lives."""

__all__ = [*_HOMES, "__version__"]  # noqa: PLE0604 - every key is a string


def __getattr__(name: str) -> Any:
    """Load a public name from where it lives."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
