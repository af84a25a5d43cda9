"""What the README and the documentation tell people to type does what they say."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from tests.acceptance import tours
from tests.acceptance.processes import ROOT
from tests.acceptance.site import NO_TLS, Mode, Site, StartSite
from tests.servers.base import free_port, wait_for

PAGES = tours.pages_with_tours(ROOT)
REMEMBERED = {
    "TASK_ID": rf'"task_id": ?"({tours.UUID})"',
    "TOKEN": r"^Generated token (\w+) for user",
}
"""Variables that are taken from what a command prints."""


class Visitor:
    """Somebody who goes through a page from its top, and types what it says."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = dict(environment)
        self._last: tours.Block | None = None
        self._output = ""
        self._served: subprocess.Popen[bytes] | None = None

    def go(self, block: tours.Block) -> None:
        """Do what a block says."""
        match block.language, block.title:
            case "bash", "tour":
                self._last, self._output = block, self._bash(block.text)
            case "json", "answer":
                self._expect(json.loads(block.text))
            case "python", "shell":
                self._output = self._run(
                    "python", "manage.py", "shell", "-v", "0", "-c", block.text
                )
            case "text", "output":
                assert tours.lines_in_order(block.text.splitlines(), self._output), self._output
            case "python", name if name.startswith("at the end of "):
                with (self._folder / name.removeprefix("at the end of ")).open("a") as file:
                    file.write(block.text)
            case "python", name if name.endswith(".py"):
                (self._folder / name).write_text(block.text)
            case "console", "tour":
                for command, lines in tours.commands_of(block.text):
                    self._output = self._bash(command)
                    assert tours.lines_in_order(lines, self._output), self._output
            case "console", "serve":
                [(command, _)] = tours.commands_of(block.text)
                self._serve(command)

    def leave(self) -> None:
        """End what was started."""
        if self._served is not None:
            os.killpg(self._served.pid, signal.SIGTERM)
            try:
                self._served.wait(60)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._served.pid, signal.SIGKILL)

    def _serve(self, command: str) -> None:
        with (self._folder / "served.log").open("wb") as log:
            self._served = subprocess.Popen(
                ["bash", "-c", f"exec {command}"],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        served = self._served

        def ask() -> None:
            httpx.get(f"{self._environment['SITE']}/", timeout=10, verify=NO_TLS)

        wait_for(ask, seconds=90, alive=lambda: served.poll() is None, pause=0.1)

    def _expect(self, expected: object) -> None:
        assert self._last is not None, "an answer without a command"
        repeatable = " -d" not in self._last.text

        def look() -> None:
            assert self._last is not None
            if repeatable:
                self._output = self._bash(self._last.text)
            assert tours.matches(expected, tours.parse_answer(self._output)), self._output

        wait_for(look, seconds=90 if repeatable else 0, pause=0.2)

    def _bash(self, command: str) -> str:
        return self._run("bash", "-euo", "pipefail", "-c", command)

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            command,
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, f"{command[-1]}\n{done.stdout}{done.stderr}"
        for name, pattern in REMEMBERED.items():
            if found := re.search(pattern, done.stdout, re.MULTILINE):
                self._environment[name] = found[1]
        return done.stdout


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_page_does_what_it_says(page: Path, start_site: StartSite, tmp_path: Path) -> None:
    folder = tmp_path / "visitor"
    folder.mkdir()
    environment = (
        _nothing_yet(tmp_path)
        if tours.makes_its_site(page)
        else _checkout(folder, start_site("sqlite", Mode.EMBEDDED))
    )
    visitor = Visitor(folder, environment)
    try:
        for block in tours.blocks_of(page):
            try:
                visitor.go(block)
            except AssertionError as error:
                raise AssertionError(f"{page.name}, line {block.line}: {error}") from error
    finally:
        visitor.leave()


def _checkout(folder: Path, site: Site) -> dict[str, str]:
    """Put into a folder what one has beside a running site; return the environment."""
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "manage.py").symlink_to(ROOT / "manage.py")
    site.backups.mkdir(exist_ok=True)
    (folder / "backups").symlink_to(site.backups)
    return {**site.environment, "SITE": site.base_url, "TOKEN": site.token}


def _nothing_yet(home: Path) -> dict[str, str]:
    """Return the environment of somebody who has installed this package, and has no site."""
    port = free_port()
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": str(ROOT),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PORT": str(port),
        "SITE": f"http://127.0.0.1:{port}",
    }
