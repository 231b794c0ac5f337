"""Halls of the province and two cities with content of their own; a proxy; ratings."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from gonghui.kernel.notify import timeline
from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.kernel.people import persons
from gonghui.kernel.people.models import Person
from gonghui.site.demo import cast
from gonghui.site.demo.stage import DEMO, acting, days_ago, living_on, union_named
from gonghui.systems.service.hall.actions import own, pieces
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
    with living_on(days_ago(11), 8):
        proxy = Proxy.objects.get(principal_person_id=person.pk)
        own.answer_proxy(proxy, by=principal, agreed=True)


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
