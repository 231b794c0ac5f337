"""Nodes: every process, the revision it works with, and what it was started with."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.config.deployment import VARIABLES
from gonghui.kernel.config.memory import DATABASE, DECLARED, SNAPSHOT
from gonghui.kernel.ui import components as ui
from gonghui.systems.foundation.config import queries
from gonghui.systems.foundation.config.permissions import VIEW_SETTINGS

PROCESSES = {
    "web": "网页服务",
    "realtime": "实时消息",
    "worker": "后台任务",
    "carriers": "模拟短信中心",
}
SOURCES = {DATABASE: "数据库", SNAPSHOT: "本地快照", DECLARED: "程序默认"}
TITLES = {**VARIABLES, "python": "运行环境版本"}


def nodes(request: HttpRequest) -> HttpResponse:
    """Every process that reported within a day."""
    actor: Actor = request.actor
    actor.require(VIEW_SETTINGS)
    found = queries.nodes()
    living = [item for item in found if not item.stale]
    context = {
        "table": _table(found),
        "count": len(found),
        "as_of": timezone.now(),
        "stats": [
            ui.Stat("配置版本", queries.revision()),
            ui.Stat("在线节点", len(living), "个"),
            ui.Stat("失联节点", len(found) - len(living), "个"),
            ui.Stat("落后节点", sum(item.behind > 0 for item in living), "个"),
        ],
        "deployment": _deployment(living),
        "back_url": reverse("config"),
    }
    return render(request, "configuration/nodes.html", context)


def _table(found: list[queries.Standing]) -> ui.Table:
    columns = [
        ui.Column("进程", "title"),
        ui.Column("状态", "state"),
        ui.Column("主机"),
        ui.Column("进程号", "number"),
        ui.Column("配置版本", "number"),
        ui.Column("配置来源"),
        ui.Column("最近报到", "code"),
        ui.Column("启动时间", "code"),
        ui.Column("读取的配置项", "number"),
    ]
    rows = [
        ui.Row(
            item.node.name,
            [
                PROCESSES.get(item.node.process, item.node.process),
                _state(item),
                format_html("<code>{}</code>", item.node.host),
                str(item.node.pid),
                str(max(item.node.number, 0)),
                SOURCES.get(item.node.source, item.node.source),
                timezone.localtime(item.node.seen_at).strftime("%m-%d %H:%M:%S"),
                timezone.localtime(item.node.started_at).strftime("%m-%d %H:%M:%S"),
                str(len(item.node.reads)),
            ],
        )
        for item in found
    ]
    return ui.Table("节点", columns, rows)


def _state(item: queries.Standing) -> object:
    if item.stale:
        return ui.pill("失联", "stop")
    if item.behind:
        return ui.pill(f"落后 {item.behind} 版", "wait")
    if item.apart:
        return ui.pill("部署参数不一致", "wait")
    return ui.pill("一致", "good")


def _deployment(living: list[queries.Standing]) -> ui.Table:
    """The deployment parameters of the living, by kind of process, with those that differ."""
    rows = []
    for process, title in PROCESSES.items():
        nodes = [item.node for item in living if item.node.process == process]
        for name in sorted({key for node in nodes for key in node.deployment}):
            values = sorted({node.deployment.get(name, "（未设）") for node in nodes})
            same = ui.pill("一致", "good") if len(values) == 1 else ui.pill("不一致", "wait")
            rows.append(
                ui.Row(
                    f"{process}-{name}", [TITLES.get(name, name), title, "；".join(values), same]
                )
            )
    columns = [
        ui.Column("部署参数", "title"),
        ui.Column("进程"),
        ui.Column("取值"),
        ui.Column("各节点", "state"),
    ]
    return ui.Table("部署参数", columns, rows)
