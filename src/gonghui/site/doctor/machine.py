"""Checks of this machine: Python, packages, room, secrets, ports, and what the tests need."""

from __future__ import annotations

import os
import re
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

from gonghui.site import environment
from gonghui.site.doctor.findings import ERROR, NOTE, WARNING, Finding
from gonghui.site.runner.sole import read_facts

GIGABYTE = 2**30
LEAST_DISK, COMFORTABLE_DISK = 2 * GIGABYTE, 10 * GIGABYTE
LEAST_MEMORY, COMFORTABLE_MEMORY = GIGABYTE, 4 * GIGABYTE
OLDEST_PYTHON = (3, 11)


def python_version(version: tuple[int, ...] = sys.version_info[:3]) -> Iterator[Finding]:
    """Python 3.11 or newer."""
    if version[:2] < OLDEST_PYTHON:
        shown = ".".join(map(str, version))
        yield Finding(
            ERROR, f"Python {shown} 太旧，需要 3.11 以上。", "安装 python3.11 后重新运行 make run。"
        )


def packages(lock: Path | None = None) -> Iterator[Finding]:
    """Installed libraries are those of the lock."""
    lock = lock or environment.root() / "requirements.txt"
    if not lock.exists():
        return
    wrong = []
    for name, version in re.findall(r"^([\w.-]+)==([\w.+!-]+)", lock.read_text("utf-8"), re.M):
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            installed = "未安装"
        if installed != version:
            wrong.append(f"{name} 应为 {version}，实为 {installed}")
    if wrong:
        yield Finding(ERROR, "程序库与清单不符：" + "；".join(wrong) + "。", "运行 make install。")


def text_encoding() -> Iterator[Finding]:
    """File names and output can carry Chinese."""
    for what, encoding in (
        ("文件名", sys.getfilesystemencoding()),
        ("输出", sys.stdout.encoding or "utf-8"),
    ):
        if encoding.lower().replace("-", "") not in {"utf8", "gb18030"}:
            yield Finding(
                WARNING, f"{what}编码是 {encoding}，中文会出错。", "设置环境变量 LANG=C.UTF-8。"
            )


def disk(free: int | None = None) -> Iterator[Finding]:
    """Room where the platform writes. free: bytes."""
    folder = _existing(environment.var())
    if not os.access(folder, os.W_OK):
        yield Finding(ERROR, f"不能写入 {folder}。", "请把该目录交给当前用户，或换用户运行。")
    free = shutil.disk_usage(folder).free if free is None else free
    if free < COMFORTABLE_DISK:
        yield Finding(
            ERROR if free < LEAST_DISK else WARNING,
            f"{folder} 所在磁盘只剩 {free / GIGABYTE:.1f} GB。",
            "清理磁盘，或用环境变量 GONGHUI_VAR 指到更大的磁盘。",
        )


def memory(total: int | None = None) -> Iterator[Finding]:
    """Memory of the machine. total: bytes."""
    if total is None:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if total < COMFORTABLE_MEMORY:
        yield Finding(
            ERROR if total < LEAST_MEMORY else WARNING,
            f"内存只有 {total / GIGABYTE:.1f} GB，建议 4 GB 以上。",
            "增加内存，或用 GONGHUI_WEB_WORKERS=1 减少网页进程。",
        )


def secrets() -> Iterator[Finding]:
    """Secrets are there for us and for nobody else, and the sealing keys load."""
    folder = environment.var() / "secrets"
    if not folder.exists():
        if environment.is_embedded():
            yield Finding(NOTE, "密钥还没有生成。", "首次运行 make run 时自动生成。")
        return
    try:
        paths = [folder, *folder.rglob("*")]
    except PermissionError:
        yield Finding(ERROR, f"当前用户不能读取 {folder}。", "请用安装平台的用户运行。")
        return
    for path in paths:
        facts = path.stat()
        if stat.S_IMODE(facts.st_mode) & 0o077:
            mode = "700" if path.is_dir() else "600"
            yield Finding(ERROR, f"{path} 能被其他用户读取。", f"执行 chmod {mode} {path}")
        if os.geteuid() not in (0, facts.st_uid):
            yield Finding(
                ERROR, f"{path} 不属于当前用户。", f"用安装平台的用户运行，或执行 chown 更正 {path}"
            )
    yield from _keys(folder / "keys")


def _keys(default: Path) -> Iterator[Finding]:
    from gonghui.kernel.base.sealing import KEYS_VARIABLE, Keyring, SealingError

    folder = Path(os.environ.get(KEYS_VARIABLE) or default)
    try:
        Keyring.load(folder)
    except (SealingError, OSError) as trouble:
        yield Finding(
            ERROR,
            f"加密密钥目录 {folder} 不能使用：{trouble}",
            "从密钥备份恢复。密钥丢失后已加密的证件号和电话无法解开，切勿重新生成。",
        )


def port() -> Iterator[Finding]:
    """The web port is free, or ours."""
    wanted = int(os.environ.get("PORT") or 8000)
    if read_facts(environment.var() / "run").get("port") == wanted:
        return
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            yield Finding(
                WARNING,
                f"端口 {wanted} 已被其他程序占用，启动时会改用别的端口。",
                f"用 ss -ltnp 'sport = :{wanted}' 找到它，或用 PORT=… 指定端口。",
            )


def test_tools() -> Iterator[Finding]:
    """Chromium and Chinese fonts, which only `make test` needs."""
    missing = []
    if not (os.environ.get("GONGHUI_CHROMIUM") or shutil.which("chromium")):
        missing.append("chromium")
    if not _has_chinese_font():
        missing.append("fonts-noto-cjk")
    if missing:
        yield Finding(
            NOTE,
            f"没有 {'、'.join(missing)}，只影响浏览器测试。",
            f"make test 会自动准备；也可执行 apt-get install {' '.join(missing)}",
        )


def faces() -> Iterator[Finding]:
    """Chinese faces for documents: the owner's licensed ones, or Debian's free ones."""
    own = environment.var() / "fonts"
    suffixes = {".ttf", ".ttc", ".otf", ".otc"}
    if own.is_dir() and any(path.suffix.lower() in suffixes for path in own.rglob("*")):
        return
    places = (environment.var() / "debian/root/usr/share/fonts", Path("/usr/share/fonts"))
    if any(next(place.rglob("NotoSerifCJK*"), None) for place in places if place.is_dir()):
        yield Finding(
            NOTE,
            "公文以思源宋体、思源黑体代替仿宋_GB2312、方正小标宋等需授权的字体。",
            f"有授权的字体文件放到 {own} 即可使用。",
        )
        return
    yield Finding(
        WARNING,
        "没有中文字体，公文、证书和表单不能排版。",
        f"执行 apt-get install fonts-noto-cjk，或把字体文件放到 {own}",
    )


def _has_chinese_font() -> bool:
    try:
        listed = subprocess.run(
            ["fc-list", ":lang=zh-cn", "family"], capture_output=True, check=True, text=True
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return bool(listed.stdout.strip())


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


CHECKS: tuple[tuple[str, Callable[[], Iterator[Finding]]], ...] = (
    ("Python 版本", python_version),
    ("程序库", packages),
    ("文字编码", text_encoding),
    ("磁盘", disk),
    ("内存", memory),
    ("密钥", secrets),
    ("网页端口", port),
    ("排版字体", faces),
    ("测试工具", test_tools),
)
