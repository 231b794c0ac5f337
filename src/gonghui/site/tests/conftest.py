import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from gonghui.site import environment
from gonghui.site.database import THROW_AWAY, Cluster, embedded_binaries


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder the database's user can reach; pytest's own is closed to it when we are root."""
    folder = Path(tempfile.mkdtemp(prefix="gonghui-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def cluster(open_folder: Path) -> Iterator[Cluster]:
    """A throw-away cluster that is not running yet."""
    made = Cluster(open_folder / "postgres", embedded_binaries(), "secret", dict(THROW_AWAY))
    yield made
    made.remove()


@pytest.fixture(scope="module")
def new_database() -> Iterator[Callable[..., str]]:
    """Make empty databases on the server the tests run on; gives their addresses."""
    from django.conf import settings

    facts = settings.DATABASES["default"]
    server = f"postgresql://{facts['USER']}:{facts['PASSWORD']}@{facts['HOST']}:{facts['PORT']}"
    made = []

    def make(options: str = "") -> str:
        name = f"site_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} {options}")
        made.append(name)
        return f"{server}/{name}"

    yield make
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        for name in made:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def gonghui(tmp_path_factory) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command-line tool on a database: `gonghui(url, "migrate", GONGHUI_VAR=…)`."""
    var = tmp_path_factory.mktemp("var")

    def run(url: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        dropped = ("DJANGO_SETTINGS_MODULE", "GONGHUI_DB_ROLE", "GONGHUI_KEYS", "GONGHUI_PROCESS")
        kept = {name: value for name, value in os.environ.items() if name not in dropped}
        return subprocess.run(
            [sys.executable, "-m", "gonghui.site.cli", *arguments],
            env=kept
            | {
                "DATABASE_URL": url,
                "GONGHUI_VAR": str(var),
                "PYTHONPATH": str(environment.root() / "src"),
            }
            | variables,
            capture_output=True,
            text=True,
            check=False,
        )

    return run
