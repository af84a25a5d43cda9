"""`manage.py lowcode_eject` writes what it is asked for, and nothing in the place of anything else."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from tests.databases import Database
from tests.integration.runtime.dynamic import definition, publish, text

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""What it writes does not depend on the database; that the app works does, and is tested elsewhere."""


@pytest.fixture(autouse=True)
def english(database: Database) -> Iterator[None]:
    """Tell in English, but where a test says otherwise."""
    with translation.override("en"):
        yield


def publish_models() -> None:
    publish(definition("Shop", title=text()))
    publish(
        definition("Product", shop={"type": "ForeignKey", "to": "Shop", "on_delete": "CASCADE"})
    )
    publish(definition("Photo", file={"type": "ImageField"}))


def eject(folder: Path, *names: str, app: str = "left", force: bool = False) -> list[str]:
    """Run the command; return the lines it has written."""
    output = io.StringIO()
    call_command(
        "lowcode_eject", *names, app=app, output=folder, force=force, stdout=output, no_color=True
    )
    return output.getvalue().replace(f"{folder}/", "").splitlines()


FILES = [
    "Written: left/__init__.py",
    "Written: left/apps.py",
    "Written: left/models.py",
    "Written: left/migrations/__init__.py",
    "Written: left/migrations/0001_initial.py",
]
NEXT = (
    "Next: add left to INSTALLED_APPS; on this database run manage.py migrate --fake left, on a new "
    "one manage.py migrate"
)


def test_all_models_are_ejected_if_none_is_named(tmp_path: Path) -> None:
    publish_models()
    pillow = "Photo: has an ImageField; install Pillow, or Django's checks will fail"
    assert eject(tmp_path) == [*FILES, pillow, NEXT]
    source = (tmp_path / "left" / "models.py").read_text()
    assert [each in source for each in ("Shop(", "Product(", "Photo(")] == [True] * 3


def test_models_that_come_along_are_told(tmp_path: Path) -> None:
    publish_models()
    told = "Ejected as well, since relations lead there: Shop"
    assert eject(tmp_path, "Product") == [*FILES, told, NEXT]


def test_models_that_stay_behind_are_told(tmp_path: Path) -> None:
    publish_models()
    told = (
        "Product: not ejected, though relations lead from there to ejected models. Their on_delete "
        "rules will not apply to rows that are deleted by the new classes, which have no way back to "
        "them"
    )
    assert eject(tmp_path, "Shop") == [*FILES, told, NEXT]


def test_it_speaks_the_active_language(tmp_path: Path) -> None:
    publish_models()
    with translation.override("zh-hans"):
        assert eject(tmp_path, "Product")[-2] == "一并导出被关联的模型：Shop"


def test_an_unknown_model_is_refused_with_names_like_it(tmp_path: Path) -> None:
    publish_models()
    with pytest.raises(CommandError, match="Product"):
        eject(tmp_path, "Produkt")
    assert list(tmp_path.iterdir()) == []


def test_without_models_there_is_nothing_to_eject(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nothing to eject"):
        eject(tmp_path)


def test_files_of_other_content_are_overwritten_by_force_alone(tmp_path: Path) -> None:
    publish_models()
    models = tmp_path / "left" / "models.py"
    models.parent.mkdir()
    models.write_text("mine")
    with pytest.raises(CommandError, match=r"already: models\.py\. Nothing was written"):
        eject(tmp_path)
    assert [each.name for each in models.parent.iterdir()] == ["models.py"]
    assert models.read_text() == "mine"
    assert eject(tmp_path, "Shop", force=True)[:5] == FILES
    assert "class Shop" in models.read_text()


def test_a_folder_with_later_migrations_is_never_overwritten(tmp_path: Path) -> None:
    publish_models()
    eject(tmp_path)
    (tmp_path / "left" / "migrations" / "0002_mine.py").touch()
    before = (tmp_path / "left" / "models.py").read_text()
    with pytest.raises(CommandError, match=r"0002_mine\.py"):
        eject(tmp_path, "Shop", force=True)
    assert (tmp_path / "left" / "models.py").read_text() == before


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    publish_models()
    (tmp_path / "left").write_text("a file")
    with pytest.raises(CommandError, match="cannot be written to"):
        eject(tmp_path)


@pytest.mark.parametrize(
    ("app", "told"),
    [
        ("Left", "cannot be the name of an app"),
        ("class", "cannot be the name of an app"),
        ("a.b", "cannot be the name of an app"),
        ("../up", "cannot be the name of an app"),
        ("auth", "is in INSTALLED_APPS"),
        ("dynamic", "is the label of the live models"),
        ("json", "There is a Python module called json"),
        ("sys", "There is a Python module called sys"),
    ],
)
def test_a_name_that_no_app_can_have_is_refused(app: str, told: str, tmp_path: Path) -> None:
    publish_models()
    with pytest.raises(CommandError, match=told):
        eject(tmp_path, app=app)
    assert list(tmp_path.iterdir()) == []
