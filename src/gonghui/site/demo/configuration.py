"""Settings of the demo: cities with values of their own, a trial, and a change that waits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from gonghui.activities.census.queries.campaign import TREND_DAYS
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.exchange.batches import FILE_MEGABYTES
from gonghui.kernel.jobs.standing import KEPT_DAYS
from gonghui.kernel.org.models import Union
from gonghui.kernel.ui.branding import HALL_NOTICE, HOTLINE
from gonghui.site.demo import cast
from gonghui.site.demo.stage import acting, days_ago, living_on, union_named
from gonghui.systems.foundation.config.actions.changes import Wanted, propose
from gonghui.systems.foundation.config.queries import QUOTA_COUNT
from gonghui.systems.mobilization.membership.actions.joining_access import (
    CHECKS_PER_ADDRESS,
    DRAFT_DAYS,
)

WUHU = "340200"


def tune() -> None:
    """A year of small changes, the last of which wait, run on trial or for their time."""
    province, hefei, wuhu = (union_named(name) for name in (cast.PROVINCE, cast.HEFEI, WUHU))
    chief, city = acting("anhui-xitong"), acting("hefei-xitong")
    with living_on(days_ago(200)):
        _set(province, chief, KEPT_DAYS, 60, "审计要求保留两个月以上的作业记录")
    with living_on(days_ago(120)):
        _set(hefei, city, HOTLINE, "0551-12351", "外地手机拨打需加区号")
        _set(wuhu, chief, HOTLINE, "0553-12351", "外地手机拨打需加区号")
    with living_on(days_ago(60)):
        _set(province, chief, DRAFT_DAYS, 45, "职工反映草稿清理太早")
        _set(hefei, city, TREND_DAYS, 90, "按季度看普查趋势")
    with living_on(days_ago(20)):
        _set(hefei, city, TREND_DAYS, 120, "延长到普查全程")
        words = "集中入会期间，井岗镇、三孝口街道现场办理。"
        _set(hefei, city, HALL_NOTICE, words, "十一月集中入会活动")
    with living_on(days_ago(2)):
        _set(
            province, chief, FILE_MEGABYTES, 512, "先在两市试行调低导入文件上限", gray=(hefei, wuhu)
        )
    later = timezone.now() + timedelta(days=9)
    _set(province, chief, QUOTA_COUNT, 300, "明年起放宽各市配额", effective_at=later)
    _set(province, chief, CHECKS_PER_ADDRESS, 600, "园区集中入会共用一个网络地址，现有次数不够")


def _set(union: Union, by: Actor, setting: Setting, value: Any, reason: str, **more: Any) -> None:
    propose(union, by=by, wanted=Wanted(setting, value, **more), reason=reason)
