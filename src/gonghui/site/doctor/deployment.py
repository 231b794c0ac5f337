"""Checks of how this installation is put to work: what would make it easy to break into."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from gonghui.site import environment
from gonghui.site.doctor.findings import ERROR, NOTE, WARNING, Finding

LOOPBACK = {"127.0.0.1", "localhost", "::1", "[::1]"}
SHORTEST_KEY = 32


def exposure(variables: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Reached from outside: TLS, host names, proxies, limits, the key of signatures."""
    hosts = {host.strip() for host in variables.get("GONGHUI_HOSTS", "").split(",") if host.strip()}
    outside = bool(hosts - LOOPBACK) or variables.get("GONGHUI_BIND", "127.0.0.1") not in LOOPBACK
    secure = variables.get("GONGHUI_HTTPS") == "1"
    if "*" in hosts:
        yield Finding(ERROR, "GONGHUI_HOSTS 为 *，任何主机名都会被应答。", "写明对外使用的主机名。")
    if outside and not hosts - LOOPBACK:
        yield Finding(
            WARNING,
            "网页服务对外监听，却只应答本机主机名。",
            "用 GONGHUI_HOSTS 写明对外使用的主机名。",
        )
    if outside and not secure:
        yield Finding(
            ERROR,
            "对外提供服务却没有启用 https，密码和个人信息会明文传输。",
            "在前置代理上配置证书，并设置 GONGHUI_HTTPS=1。",
        )
    if secure and not variables.get("GONGHUI_PROXIES"):
        yield Finding(
            WARNING,
            "没有说明前置代理的地址，日志和频率限制看到的都是代理的地址。",
            "设置 GONGHUI_PROXIES，如 127.0.0.1。",
        )
    if variables.get("GONGHUI_RATES") == "off":
        yield Finding(
            ERROR if outside else NOTE,
            "访问频率限制已关闭（GONGHUI_RATES=off）。",
            "性能测量以外请去掉这个环境变量。",
        )
    key = variables.get("GONGHUI_SECRET_KEY", "")
    if key and len(key) < SHORTEST_KEY:
        yield Finding(
            ERROR if outside else WARNING,
            f"签名密钥 GONGHUI_SECRET_KEY 不足 {SHORTEST_KEY} 个字符，可能被猜出。",
            "换成随机生成的长密钥；换后所有人要重新登录。",
        )


def settings_in_use(variables: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """The settings module is the one meant for serving, without debugging."""
    module = variables.get("DJANGO_SETTINGS_MODULE", "")
    if module.endswith(".test"):
        yield Finding(
            WARNING,
            "正在使用测试设置：密码散列很弱，频率限制关闭。",
            "去掉环境变量 DJANGO_SETTINGS_MODULE。",
        )
    if variables.get("DJANGO_DEBUG", "") not in {"", "0"}:
        yield Finding(NOTE, "环境变量 DJANGO_DEBUG 不起作用，调试始终关闭。", "可以去掉它。")


def keys_folder(variables: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Sealing keys kept elsewhere, and what is stored, are closed to others."""
    folders = [Path(variables["GONGHUI_KEYS"])] if variables.get("GONGHUI_KEYS") else []
    for folder in [*folders, environment.var() / "files", environment.var() / "log"]:
        if not folder.exists():
            continue
        mode = stat.S_IMODE(folder.stat().st_mode)
        if folder in folders and mode & 0o077:
            yield Finding(
                ERROR, f"密钥目录 {folder} 能被其他用户读取。", f"执行 chmod -R go= {folder}"
            )
        elif mode & 0o002:
            yield Finding(WARNING, f"{folder} 能被任何用户写入。", f"执行 chmod o-w {folder}")


CHECKS: tuple[tuple[str, Callable[[], Iterator[Finding]]], ...] = (
    ("对外安全", exposure),
    ("运行设置", settings_in_use),
    ("目录权限", keys_folder),
)
