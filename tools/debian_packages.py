"""Brings Debian packages by name: installed as root, unpacked under var/debian as a plain user.

Standard library only; it also runs before there is a virtual environment. A plain user's copies
come through apt with state folders of its own, with every library the machine lacks.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
FOLDER = Path(os.environ.get("GONGHUI_VAR") or HERE / "var") / "debian"
UNPACKED = FOLDER / "root"
DPKG_STATUS = Path("/var/lib/dpkg/status")
# libatomic1 is what the program that drives the browser is linked with.
FOR_TESTS = ("chromium", "fonts-noto-cjk", "libatomic1", "postgresql-15")


class Unavailable(Exception):
    """The packages could not be brought; the text says why, in Chinese."""


@dataclass(frozen=True)
class TestTools:
    """Where the programs of the browser tests and the second PostgreSQL are.

    driver: starts the program that drives the browser, where it needs unpacked libraries.
    node: Node.js, for the outside applications of the tests; npm: the words that start npm.
    """

    chromium: Path
    postgres: Path
    library_path: str
    driver: Path | None = None
    node: str = "node"
    npm: tuple[str, ...] = ("npm",)


def bring(names: list[str]) -> Path:
    """Make packages usable; the root folder they are found under, "/" when installed."""
    if all(_is_installed(name) for name in names):
        return Path("/")
    if os.geteuid() == 0:
        _install(names)
        return Path("/")
    _unpack(names)
    return UNPACKED


def test_tools() -> TestTools:
    """Chromium with Chinese fonts, PostgreSQL 15, Node.js with npm. Raises Unavailable.

    npm is brought only where there is none; it comes with Node.js.
    """
    names = list(FOR_TESTS)
    own = shutil.which("node") is not None and shutil.which("npm") is not None
    root = bring(names if own else [*names, "npm"])
    if root == Path("/"):
        return TestTools(Path("/usr/bin/chromium"), Path("/usr/lib/postgresql/15/bin"), "")
    postgres = root / "usr/lib/postgresql/15/bin"
    if not postgres.exists():
        postgres = Path("/usr/lib/postgresql/15/bin")
    driver = _driver_starter()
    found = TestTools(_chromium_starter(), postgres, _library_path(), driver)
    if own or driver is None:
        return found
    # Debian's Node.js finds parts of itself by their place in an installed system, so the one
    # that comes with the browser's driver runs Debian's npm.
    starter = _starter("node", driver, {"NODE_PATH": root / "usr/share/nodejs"})
    program = root / "usr/share/nodejs/npm/bin/npm-cli.js"
    return replace(found, node=str(driver), npm=(str(starter), str(program)))


def _is_installed(name: str) -> bool:
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Status}", name], capture_output=True, text=True, check=False
    )
    return asked.stdout.startswith("install ok installed")


def _install(names: list[str]) -> None:
    print(f"安装 Debian 软件包 {' '.join(names)} ……", flush=True)
    # Debian would make and start a PostgreSQL cluster of its own; we start ours.
    variables = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    no_cluster = Path("/etc/postgresql-common/createcluster.conf")
    if not no_cluster.exists():
        no_cluster.parent.mkdir(exist_ok=True)
        no_cluster.write_text("create_main_cluster = false\n")
    _apt(["update"], variables)
    _apt(["install", "-y", "--no-install-recommends", *names], variables)


def _unpack(names: list[str]) -> None:
    done = FOLDER / "done"
    have = set(done.read_text().split()) if done.exists() else set()
    missing = [name for name in names if name not in have and not _is_installed(name)]
    if not missing:
        return
    print(f"下载 Debian 软件包 {' '.join(missing)} 到 {FOLDER} ……", flush=True)
    state, cache = FOLDER / "apt/state", FOLDER / "apt/cache"
    for folder in (state / "lists/partial", cache / "archives/partial", UNPACKED):
        folder.mkdir(parents=True, exist_ok=True)
    own = [
        *("-o", f"Dir::State={state}"),
        *("-o", f"Dir::State::status={DPKG_STATUS}"),
        *("-o", f"Dir::Cache={cache}"),
        *("-o", "Debug::NoLocking=true"),
        *("-o", "APT::Sandbox::User="),
    ]
    variables = os.environ | {"LC_ALL": "C.UTF-8"}
    _apt([*own, "update"], variables)
    _apt([*own, "install", "-y", "--no-install-recommends", "--download-only", *missing], variables)
    for package in sorted((cache / "archives").glob("*.deb")):
        subprocess.run(["dpkg", "-x", package, UNPACKED], check=True)
        package.unlink()
    done.write_text("\n".join(sorted(have | set(names))) + "\n")


def _apt(arguments: list[str], variables: dict[str, str]) -> None:
    log = FOLDER / "apt.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        done = subprocess.run(
            ["apt-get", "-q", *arguments], env=variables, stdout=output, stderr=output, check=False
        )
    if done.returncode:
        end = "\n".join(log.read_text("utf-8", "replace").splitlines()[-8:])
        raise Unavailable(f"apt-get 失败，日志 {log} 的末尾：\n{end}")


def _library_path() -> str:
    """Every folder with libraries below /usr/lib and /lib of the unpacked packages.

    Libraries private to a package lie in a folder of its own, which the library that wants them
    names by its place in an installed system.
    """
    found = {library.parent for top in ("usr/lib", "lib") for library in _libraries(top)}
    return ":".join(str(folder) for folder in sorted(found))


def _libraries(top: str) -> Iterator[Path]:
    for depth in ("", "*/", "*/*/"):
        yield from (UNPACKED / top).glob(f"{depth}lib*.so*")


def _chromium_starter() -> Path:
    """A script that starts the unpacked Chromium with its own libraries and fonts."""
    program = UNPACKED / "usr/lib/chromium/chromium"
    if not program.exists():
        program = Path("/usr/lib/chromium/chromium")
    fonts = FOLDER / "fonts.conf"
    fonts.write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n'
        f"<dir>/usr/share/fonts</dir><dir>{UNPACKED}/usr/share/fonts</dir>\n"
        f"<cachedir>{FOLDER}/fontcache</cachedir>\n</fontconfig>\n"
    )
    return _starter("chromium", program, {"FONTCONFIG_FILE": fonts})


def _driver_starter() -> Path | None:
    """A script that starts Playwright's own Node.js with the unpacked libraries."""
    found = find_spec("playwright")
    if found is None or not found.submodule_search_locations:
        return None
    return _starter("driver", Path(found.submodule_search_locations[0]) / "driver/node", {})


def _starter(name: str, program: Path, variables: dict[str, Path]) -> Path:
    """A script in FOLDER that runs a program with the unpacked libraries."""
    exports = {"LD_LIBRARY_PATH": _library_path(), **variables}
    lines = [f'export {key}="{value}"' for key, value in exports.items()]
    starter = FOLDER / name
    starter.write_text("\n".join(["#!/bin/sh", *lines, f'exec "{program}" "$@"', ""]))
    starter.chmod(0o755)
    return starter


if __name__ == "__main__":
    try:
        print(test_tools() if len(sys.argv) == 1 else bring(sys.argv[1:]))
    except Unavailable as trouble:
        sys.exit(str(trouble))
