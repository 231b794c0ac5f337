import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from gonghui.site import environment


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("GONGHUI_VAR", str(tmp_path / "var"))


def test_a_secret_is_made_once_and_only_its_owner_reads_it():
    first = environment.secret("signing")
    path = environment.var() / "secrets" / "signing"
    assert len(first) >= 32
    assert environment.secret("signing") == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert os.listdir(path.parent) == ["signing"]


def test_two_starts_at_once_agree_on_one_secret():
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(_in_a_process, range(8)))
    assert len(made) == 1


def _in_a_process(_number: int) -> str:
    import subprocess
    import sys

    return subprocess.run(
        [sys.executable, "-c", "from gonghui.site.environment import secret; print(secret('s'))"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(environment.root() / "src")},
    ).stdout


def test_what_is_set_already_wins(monkeypatch):
    monkeypatch.setenv("GONGHUI_SECRET_KEY", "given")
    environment.prepare()
    assert os.environ["GONGHUI_SECRET_KEY"] == "given"
    assert not (environment.var() / "secrets").exists()
