"""`make dev` starts its command again whenever a source file changes."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.services.process import Process
from tests.test_architecture import ROOT

COMMAND = "import signal; print('started', flush=True); signal.pause()"


def test_a_changed_template_starts_the_command_again(tmp_path: Path) -> None:
    template = tmp_path / "templates" / "page.html"
    template.parent.mkdir()
    template.write_text("<p>before</p>")
    command = [sys.executable, ROOT / ".ci" / "reload.py", sys.executable, "-c", COMMAND]
    process = Process("reload", command, log=tmp_path / "reload.log", cwd=tmp_path)
    process.wait_until(lambda: process.output().count("started") == 1)
    template.write_text("<p>afterwards</p>")
    process.wait_until(lambda: process.output().count("started") == 2)
    assert "templates/page.html changed" in process.output()
    (template.parent / "more.html").write_text("")
    process.wait_until(lambda: process.output().count("started") == 3)
    assert process.stop() == 0
