"""The public names: which they are, that they can be had, that they are told and typed."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType

import pytest
from django.dispatch import Signal

import lowcode_async
from scripts import python_api_reference, reference

PUBLIC = [
    "BackupError",
    "BrokerUnavailable",
    "CancelTooLate",
    "DefinitionInvalid",
    "EventData",
    "EventKind",
    "FIELD_METADATA",
    "LowcodeError",
    "ModelNotFound",
    "PlanOutdated",
    "Problem",
    "RetryRefused",
    "RevertRefused",
    "UpgradeConflict",
    "UpgradeNotFound",
    "VersionMovedOn",
    "__version__",
    "acancel_upgrade",
    "aget_model",
    "aget_models",
    "aget_upgrade",
    "aplan_upgrade",
    "aretry_upgrade",
    "arevert_upgrade",
    "astart_upgrade",
    "cancel_upgrade",
    "follow",
    "generation_swapped",
    "get_model",
    "get_models",
    "get_upgrade",
    "plan_upgrade",
    "register",
    "register_data_migration",
    "register_operation",
    "register_sql",
    "retry_upgrade",
    "revert_upgrade",
    "start_upgrade",
]
TYPED = Path(__file__).parents[1] / "typing" / "public_api.py"


def test_the_public_names_are_these_and_no_others() -> None:
    assert sorted(lowcode_async.__all__) == PUBLIC
    assert dir(lowcode_async) == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_can_be_imported(name: str) -> None:
    found = getattr(lowcode_async, name)
    assert (
        inspect.isclass(found)
        or callable(found)
        or isinstance(found, str | Signal | MappingProxyType)
    )


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Upgrade'"):
        lowcode_async.Upgrade  # noqa: B018


def test_importing_the_package_loads_nothing_else() -> None:
    source = "import sys, lowcode_async; print([m for m in sys.modules if m.startswith('django')])"
    done = subprocess.run(
        [sys.executable, "-c", source],
        cwd=reference.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_told_once_in_the_reference(name: str) -> None:
    page = (reference.FOLDER / "python-api.md").read_text()
    assert page.count(f"\n### `{name}`\n") == 1
    assert [name for _, _, names in python_api_reference.SECTIONS for name in names].count(
        name
    ) == 1


@pytest.mark.parametrize(
    "name", [name for name in PUBLIC if callable(getattr(lowcode_async, name))]
)
def test_every_argument_is_told(name: str) -> None:
    """Those of an exception are ours to give; a twin refers to its sibling."""
    found = getattr(lowcode_async, name)
    told = inspect.getdoc(found) or ""
    assert told
    if not inspect.isfunction(found) or "see `" in told:
        return
    for parameter in inspect.signature(found).parameters:
        assert re.search(rf"^ +{parameter}: ", told, re.MULTILINE) or parameter in (
            "name",
            "task_id",
        )


def test_every_public_name_is_typed() -> None:
    assert (Path(lowcode_async.__file__).parent / "py.typed").exists()
    tree = ast.parse(TYPED.read_text())
    [imports] = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "lowcode_async"
    ]
    assert sorted(each.name for each in imports.names) == PUBLIC
