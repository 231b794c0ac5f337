"""Charts and reports of the demo: the province's, a city's own and passed on, one undone."""

from __future__ import annotations

from dataclasses import replace

from gonghui.site.demo import cast
from gonghui.site.demo.stage import acting, days_ago, living_on, union_named
from gonghui.systems.foundation.components.actions import definitions as actions
from gonghui.systems.foundation.components.models import Audience
from gonghui.systems.foundation.components.queries.contents import Content
from gonghui.systems.foundation.components.rules.charting import REPORT, Spec


def draw_all() -> None:
    """Five definitions, from a month ago until today."""
    province, hefei = union_named(cast.PROVINCE), union_named(cast.HEFEI)
    chief, city = acting("anhui-jingban"), acting("hefei-shizong")
    with living_on(days_ago(32)):
        actions.save(
            province,
            by=chief,
            dataset="members",
            content=Content(
                "各市会员和女会员占比",
                "combo",
                Spec(("city",), ("members", "women_share")),
                Audience.BELOW,
            ),
        )
        actions.save(
            province,
            by=chief,
            dataset="members",
            content=Content(
                "会员构成表",
                REPORT,
                Spec(("city", "unit"), ("members", "men", "women", "retained", "women_share")),
                Audience.BELOW,
            ),
        )
    with living_on(days_ago(20)):
        joins = Content(
            "每月入会申请", "line", Spec(("month",), ("count",), "city"), Audience.UNION
        )
        made = actions.save(hefei, by=city, dataset="joins", content=joins)
    with living_on(days_ago(12)):
        wider = replace(joins, audience=Audience.BELOW)
        actions.change(made, by=city, content=wider, reason="开放给各县（市、区）")
        actions.change(
            made, by=city, content=replace(wider, kind="stacked"), reason="改成堆叠柱形图"
        )
        actions.undo(made, by=city)
        actions.save(
            hefei,
            by=city,
            dataset="wishes",
            content=Content(
                "职工最关心的事", "pareto", Spec(("category",), ("count",)), Audience.BELOW
            ),
        )
        actions.save(
            hefei,
            by=city,
            dataset="plan",
            content=Content(
                "各章节实现情况",
                "share",
                Spec(("chapter",), ("done", "partial", "open")),
                Audience.OWNER,
            ),
        )
