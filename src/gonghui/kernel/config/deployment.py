"""Deployment parameters (部署参数): what each machine is given before it starts.

They differ from settings in that a change needs a restart; each process reports them, so that a
machine set otherwise than the others is seen. None of these holds a secret.
"""

from __future__ import annotations

import os
import platform

VARIABLES = {
    "GONGHUI_HOSTS": "接受的主机名",
    "GONGHUI_ORIGINS": "可信来源",
    "GONGHUI_HTTPS": "经由加密连接",
    "GONGHUI_BIND": "监听地址",
    "GONGHUI_WEB_WORKERS": "网页进程数",
    "GONGHUI_POOL": "数据库连接数",
    "GONGHUI_WORKER_JOBS": "同时执行的作业数",
}


def facts() -> dict[str, str]:
    """The parameters of this process as they were given; left out where not given."""
    found = {name: os.environ[name] for name in VARIABLES if os.environ.get(name)}
    return {**found, "python": platform.python_version()}
