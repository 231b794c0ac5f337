"""Notices of three levels, records followed and changed since, and dates in calendars."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils import timezone

from gonghui.kernel.access.actions import label_of, place_of
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.resource.declaration import RESOURCES
from gonghui.site.demo import cast
from gonghui.site.demo.stage import DEMO, acting, days_ago, living_on, union_named
from gonghui.systems.portal.desk.actions import notices, own
from gonghui.systems.portal.desk.models import Notice

CENSUS = """各市总工会，各省属产业工会：

为做好今年的会员实名制数据普查，现将有关事项通知如下：

1. 各级工会在**截止日期前**完成数据核对，重点核对证件号码、用工形式和所在单位；
2. 跨单位重复的人员，由现所在单位提出，上级工会认定；
3. 网上入会申请在五个工作日内办结，超期的由上级工会代为办理。

任务和进度见[普查看板](/census/)。联系人：组织部 程立新。"""
MEETING = """各基层工会：

定于事项日期当天上午九时，在区总工会三楼会议室召开换届选举业务培训会。

- 参加人员：任期将于半年内届满的工会负责人、经办人
- 请携带：会员（代表）名册、经费审查材料
- 不能参加的，请提前一天告知

停车位有限，请尽量乘坐公共交通。"""
HEAT = """今年高温天气延续时间较长，请各基层工会督促单位落实高温津贴和作业时间调整，
慰问情况于月底前报镇总工会。"""
SERVICE = """平台将于本周六 22:00 至次日 2:00 升级，其间可以查询，不能提交。

已经填写的内容会自动保存为草稿，升级后可以继续。"""


def fill_desks() -> None:
    """What a cadre finds on the desk besides the to-dos."""
    _notices()
    _follows()
    _appointments()


def _notices() -> None:
    province, hefei = union_named(cast.PROVINCE), union_named(cast.HEFEI)
    shushan, street = union_named(cast.SHUSHAN), union_named(cast.STREET)
    handler, approver = acting("anhui-jingban"), acting("anhui-shenpi")
    today = timezone.localdate()
    with living_on(days_ago(9), 9):
        first = _draft(province, handler, "关于做好会员实名制数据普查的通知", CENSUS, 60, must=True)
    with living_on(days_ago(8), 10):
        first = notices.publish(first, by=approver)
        notices.pin(first, by=approver)
    with living_on(days_ago(2), 15):
        notices.publish(_draft(province, handler, "平台周末升级安排", SERVICE, 10), by=approver)
    city, county = acting("hefei-shizong"), acting("shushan-quzong")
    with living_on(days_ago(3), 11):
        notices.publish(
            _draft(
                shushan,
                county,
                "换届选举业务培训会",
                MEETING,
                20,
                event_on=add_workdays(today, 3),
                must=True,
            ),
            by=county,
        )
    own.confirm(Notice.objects.unscoped(DEMO).get(title="换届选举业务培训会"), county.user_id or 0)
    with living_on(days_ago(1), 16):
        notices.draft(
            hefei,
            by=city,
            title="关于报送本年度经费收支情况的通知",
            body="请各县（市、区）总工会于月底前报送。",
            starts_on=today,
            ends_on=today + timedelta(days=30),
            roles=["handler", "approver"],
        )
        _draft(street, acting("jinggang-zhenzong"), "做好高温天气职工慰问工作", HEAT, 15)


def _draft(union, by: Actor, title: str, body: str, days: int, must=False, event_on=None) -> Notice:
    today = timezone.localdate()
    return notices.draft(
        union,
        by=by,
        title=title,
        body=body,
        starts_on=today,
        ends_on=today + timedelta(days=days),
        must_read=must,
        event_on=event_on,
    )


def _follows() -> None:
    """The first records of some lists; one of them has changed since."""
    for username, codes in (
        ("shushan-quzong", ("union-changes", "transfers", "unions", "campaigns")),
        ("jiceng-jingban", ("transfers", "memberships")),
        ("hefei-shizong", ("union-changes", "quotas")),
    ):
        actor = acting(username)
        for code in codes:
            resource = RESOURCES[code]
            rows = resource.base().within(actor.scope(resource.view)).order_by("-pk")
            record = rows.first()
            if record is None:
                continue
            mark = own.follow(
                actor.user_id or 0,
                code,
                record._meta.label_lower,
                str(record.pk),
                label_of(record),
                place_of(record),
            )
            latest = Entry.objects.filter(pk=mark.seen_entry).first()
            if code == codes[0] and latest is not None:
                mark.seen_entry = latest.pk - 1
                mark.save(update_fields=["seen_entry"])


def _appointments() -> None:
    today = timezone.localdate()
    for username, days, title, at in (
        ("shushan-quzong", 1, "与区人社局会商农民工欠薪线索", time(14, 30)),
        ("shushan-quzong", 2, "走访快递行业工会联合会", time(9, 0)),
        ("shushan-quzong", 6, "准备季度工作例会材料", None),
        ("jiceng-jingban", 1, "新入职职工入会宣讲", time(16, 0)),
        ("hefei-shizong", 3, "全市组织工作调度会", time(9, 30)),
    ):
        day = add_workdays(today, days)
        begins = timezone.make_aware(datetime.combine(day, at or time(8, 30)))
        values = {"title": title, "day": day, "at": at, "remind_at": begins - timedelta(hours=1)}
        own.plan(acting(username).user_id or 0, values)
