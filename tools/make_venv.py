"""Make the virtual environment, also where Debian's python3-venv is not installed.

Runs on the system's Python with nothing but the standard library.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from importlib.util import find_spec
from pathlib import Path

from debian_packages import bring


def main(folder: Path) -> int:
    """Make `folder`; the exit code."""
    if find_spec("ensurepip") is not None:
        venv.create(folder, with_pip=True, clear=True)
        return 0
    print("系统没有 python3-venv，准备 pip……", flush=True)
    brought = bring(["python3-venv", "python3-pip-whl"])
    if find_spec("ensurepip") is not None:
        os.execv(sys.executable, [sys.executable, *sys.argv])
    venv.create(folder, with_pip=False, clear=True)
    wheel = next((brought / "usr/share/python-wheels").glob("pip-*.whl"))
    return subprocess.run(
        [folder / "bin/python", wheel / "pip", "install", "--quiet", "--no-index", wheel],
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
