"""Halls of the province and two cities with content of their own; a proxy; ratings."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from gonghui.kernel.base.workdays import add_workdays, next_workday
from gonghui.kernel.notify import timeline
from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.kernel.people import persons
from gonghui.kernel.people.models import Person
from gonghui.site.demo import cast
from gonghui.site.demo.stage import DEMO, acting, days_ago, living_on, union_named
from gonghui.systems.service.hall.actions import bookings, own, pieces
from gonghui.systems.service.hall.models import Proxy

PIECES = (
    (
        cast.PROVINCE,
        ("anhui-jingban", "anhui-shenpi"),
        "banner",
        "网上入会，扫码就办",
        "扫单位的二维码，三分钟提交，批准后手机上领会员卡。",
        "/hall/services/joining/",
    ),
    (
        cast.PROVINCE,
        ("anhui-jingban", "anhui-shenpi"),
        "notice",
        "说说您想要的服务",
        "点菜单征集正在进行，支持多的心愿先答复。",
        "/hall/services/wish/",
    ),
    (
        cast.HEFEI,
        ("anhui-jingban", "hefei-shizong"),
        "banner",
        "合肥职工疗休养路线公布",
        "今年增加三条省内路线，由所在工会组织报名。",
        "",
    ),
    (
        cast.SHUSHAN,
        ("shushan-shencha", "shushan-quzong"),
        "notice",
        "井岗镇职工服务站周六照常开放",
        "上午九时到下午五时，可办入会、转会和会员卡打印。",
        "",
    ),
)


def open_halls() -> None:
    """What a worker finds in the hall besides their own matters."""
    for place, (writer, publisher), kind, title, text, link in PIECES:
        by, other = acting(writer), acting(publisher)
        with living_on(days_ago(6), 9):
            made = pieces.draft(
                union_named(place),
                by=by,
                kind=kind,
                title=title,
                text=text,
                link=link,
                starts_on=timezone.localdate(),
                ends_on=timezone.localdate() + timedelta(days=90),
            )
        with living_on(days_ago(5), 15):
            pieces.publish(made, by=other)
    _consent()
    _rate("huiyuan")
    _book()


def _consent() -> None:
    """The member's account may hand matters in for the firm's approver, who agreed."""
    agent, principal = acting("huiyuan"), acting("jiceng-shenpi")
    with wall_at(Scope.everything()):
        person = Person.objects.unscoped(DEMO).get(pk=principal.person_id)
        number = persons.reveal(person)["document_number"]
    with living_on(days_ago(12), 20):
        own.ask_proxy(
            by=agent,
            now=timezone.now(),
            name=person.name,
            document_number=number,
            relation="同事",
            services=[],
            until=timezone.localdate() + timedelta(days=180),
            words="",
        )
    with living_on(days_ago(11), 8), wall_at(Scope.everything()):
        proxy = Proxy.objects.get(principal_person_id=person.pk)
        own.answer_proxy(proxy, by=principal, agreed=True)


def _book() -> None:
    """The member asked for a time at the counter, and for a visit to a colleague's mother."""
    worker, counter = acting("huiyuan"), acting("shushan-quzong")
    centre = union_named(cast.SHUSHAN)
    asked = {"by": worker, "person_id": worker.person_id, "channel": "web"}
    with living_on(days_ago(4), 10):
        soon = next_workday(timezone.localdate() + timedelta(days=1))
        made = bookings.book(
            centre,
            **asked,
            title="会员卡",
            service="member-card",
            words="卡面姓名有误，想当面核对。",
            day=soon,
            half="am",
        )
    with living_on(days_ago(4), 15):
        bookings.agree(made, by=counter, day=soon, half="am", said="一楼三号窗口。")
    with living_on(days_ago(1), 16):
        later = add_workdays(timezone.localdate(), 3)
        bookings.book(
            centre,
            **asked,
            title="其他事",
            words="母亲行动不便，想请工会上门看看能申请什么帮扶。",
            way="home",
            address="合肥市蜀山区井岗镇菊园小区 3 幢 502 室",
            day=later,
            half="pm",
        )


def _rate(username: str) -> None:
    """The settled matters of an account, rated."""
    actor = acting(username)
    with wall_at(Scope.everything()):
        person = Person.objects.unscoped(DEMO).select_related("union").get(pk=actor.person_id)
        lines = [line for line in timeline.matters(person.pk) if line.settled]
    for line in lines[:2]:
        own.rate(
            None,
            by=actor,
            line=line,
            union=person.union,
            service="",
            title=line.service,
            score=5,
            words="办得快，进度看得见。",
        )
