import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

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
