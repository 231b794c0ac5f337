"""Figures of the plan for charts and reports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.ui.datasets import Dataset, Dimension, Figure
from gonghui.systems.foundation.services.permissions import VIEW_PLAN
from gonghui.systems.foundation.services.queries import plan
from gonghui.systems.foundation.services.rules import progress


def functions(actor: Actor) -> Iterator[dict[str, Any]]:
    """Every function of the plan with how far it is; the same for every reader."""
    for item in plan.functions():
        done = item.state == progress.DONE
        yield {
            "chapter": item.system.chapter,
            "lead": item.system.lead,
            "system": f"{item.system.code} {item.system.name}",
            "state": item.state_title,
            "kind": "配套补充" if item.extra else "计划原文",
            "total": 1,
            "done": int(done),
            "partial": int(item.state == progress.PARTIAL),
            "open": int(item.state == progress.OPEN),
            "mobile": int(done and item.mobile),
        }


PLAN = Dataset(
    "plan",
    "计划功能",
    "网上工作行动计划的每项功能一行，状态由各系统的清单得出。",
    VIEW_PLAN,
    (
        Dimension("chapter", "章节"),
        Dimension("lead", "牵头部门"),
        Dimension("system", "系统"),
        Dimension("state", "状态"),
        Dimension("kind", "来源"),
    ),
    (
        Figure("total", "计划", "项"),
        Figure("done", "已实现", "项"),
        Figure("partial", "部分实现", "项"),
        Figure("open", "未开始", "项"),
        Figure("mobile", "手机可用", "项"),
        Figure("done_share", "实现率", "%", places=1, part="done", whole="total"),
        Figure("mobile_share", "手机可用率", "%", places=1, part="mobile", whole="done"),
    ),
    functions,
)
