"""The import line of the bench table; the measurement itself is bench_import.py."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROWS = os.environ.get("GONGHUI_BENCH_IMPORT_ROWS", "1000000")


def test_import(report: Any) -> None:
    script = Path(__file__).with_name("bench_import.py")
    done = subprocess.run(
        [sys.executable, script, "--rows", ROWS], stdout=subprocess.PIPE, text=True, check=True
    )
    found = json.loads(done.stdout.splitlines()[-1])
    report.add(
        f"导入 {int(ROWS):,} 行 csv：全程",
        found["path_seconds"],
        found["floor_seconds"],
        "≤ 2（速度不低于基准的 0.5）",
        "s",
    )
    report.note("导入：内存峰值", found["peak_mb"], f"≤ {found['peak_limit_mb']}", "MB")
    assert found["peak_mb"] <= found["peak_limit_mb"]
