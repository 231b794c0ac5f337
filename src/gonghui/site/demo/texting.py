"""Short messages of the demo: routes, wording, budgets, a month of sending, texts of people.

What a carrier would have answered is said through the same functions a link calls.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from gonghui.kernel.access.actor import platform
from gonghui.kernel.org.models import Union
from gonghui.site.demo import cast
from gonghui.site.demo.stage import acting, days_ago, living_on, union_named
from gonghui.systems.media.short_messages.actions import (
    batches,
    carrying,
    expanding,
    messages,
    money,
    people,
    receiving,
    routes,
    wording,
)
from gonghui.systems.media.short_messages.actions.receiving import Arrived
from gonghui.systems.media.short_messages.models import (
    Audience,
    Batch,
    Budget,
    Incoming,
    Route,
    Signature,
)
from gonghui.systems.media.short_messages.rules.billing import month_of
from gonghui.systems.media.short_messages.rules.states import Part

OFFICE = platform("演示数据")
READING = "{姓名}您好，职工书屋读书分享会定于本周六上午9时在工人文化宫举行，欢迎参加。"
WARMTH = "{姓名}您好，冬季送温暖走访即日起开始，有困难请告诉所在工会或拨打12351。"
RAIN = "气象台发布暴雨红色预警，请户外作业职工立即停工避险，注意用电安全。"


def text_people() -> None:
    """Everything the desk of messages shows."""
    province = union_named(cast.PROVINCE)
    with living_on(days_ago(70), 9):
        mobile, other = _routes(province)
        signature = _wording(province)
        office, rights = _budgets(province)
        audience = _audience(province)
    with living_on(days_ago(36), 10):
        _sent(province, "读书分享会", "notice", READING, signature, office, audience, mobile)
    with living_on(days_ago(6), 10):
        _sent(province, "送温暖走访", "notice", WARMTH, signature, rights, audience, mobile)
        _sent(province, "暴雨停工提示", "emergency", RAIN, signature, office, audience, other)
    with living_on(days_ago(1), 16):
        _heard(mobile)
    _waiting(province, signature, office, audience)
    _bills()


def _routes(province: Union) -> tuple[Route, Route]:
    first = routes.open_route(
        province,
        by=OFFICE,
        code="mobile-smpp",
        name="省移动短信中心",
        protocol="smpp",
        number="12351",
        account="gonghui",
        secret="sim12345",
        carriers=["mobile", "broadnet"],
        payloads=["sms"],
        price=Decimal("0.040"),
        rank=1,
    )
    second = routes.open_route(
        province,
        by=OFFICE,
        code="all-cmpp",
        name="三网合一网关",
        protocol="cmpp3",
        number="10612351",
        account="901234",
        secret="sim12345",
        carriers=["mobile", "unicom", "telecom", "broadnet"],
        payloads=["sms"],
        price=Decimal("0.045"),
        rank=2,
    )
    routes.open_route(
        province,
        by=OFFICE,
        code="media",
        name="多媒体消息网关",
        protocol="gateway",
        number="12351",
        carriers=["mobile", "unicom", "telecom", "broadnet"],
        payloads=["mms", "wap", "j2me", "brew"],
        price=Decimal("0.300"),
        rank=5,
    )
    return first, second


def _wording(province: Union) -> Signature:
    writer, leader = acting("anhui-jingban"), acting("anhui-shenpi")
    signature = wording.make_signature(
        province, by=writer, text="安徽工会", ground="安徽省总工会规范简称"
    )
    signature = wording.decide_signature(signature, by=leader, grant=True)
    for name, category, body in (
        ("活动通知", "notice", READING),
        ("送温暖走访", "notice", WARMTH),
        ("生日祝福", "care", "{姓名}您好，工会祝您生日快乐、工作顺利、阖家幸福。"),
    ):
        made = wording.make_template(province, by=writer, name=name, category=category, body=body)
        wording.decide_template(made, by=leader, grant=True)
    wording.make_template(
        province,
        by=writer,
        name="满意度回访",
        category="survey",
        body="{姓名}您好，请对工会服务打分，回复1满意、2一般、3不满意。",
    )
    for text, action, variants in (
        ("赌博", "stop", "du bo\n贝者博"),
        ("刷单", "stop", "shua dan"),
        ("投票", "look", ""),
    ):
        wording.add_word(province, by=leader, text=text, action=action, variants=variants)
    return signature


def _budgets(province: Union) -> tuple[Budget, Budget]:
    leader = acting("anhui-shenpi")
    return (
        money.open_budget(province, by=leader, department="办公室", cap=Decimal(2000)),
        money.open_budget(province, by=leader, department="权益保障部", cap=Decimal(500)),
    )


def _audience(province: Union) -> Audience:
    firm = union_named(cast.FIRM)
    return people.keep_audience(
        province,
        by=acting("anhui-jingban"),
        name="徽泰智能在籍会员",
        resource="memberships",
        query=f"status=active&under={firm.pk}",
    )


def _sent(
    province: Union,
    title: str,
    category: str,
    text: str,
    signature: Signature,
    budget: Budget,
    audience: Audience,
    route: Route,
) -> None:
    """A batch from writing to its receipts; a few phones are off."""
    writer, leader = acting("anhui-jingban"), acting("anhui-shenpi")
    batch = batches.write(
        province,
        by=writer,
        title=title,
        category=category,
        signature=signature,
        budget=budget,
        text=text,
        audience=audience,
    )
    batches.submit(batch, by=writer)
    batches.decide(batch, by=leader, grant=True, opinion="同意发送。")
    while expanding.expand(batch.pk):
        pass
    for carrier in Route.objects.unscoped("the demo's own routes").filter(payloads=["sms"]):
        _carried(carrier)
    Batch.objects.unscoped("the demo's own batch").filter(pk=batch.pk).update(
        state="done", ended_at=timezone.now()
    )


def _carried(route: Route) -> None:
    """What the carrier of a route answered and reported."""
    while ready := carrying.claim(route, 200):
        carrying.answered(
            route,
            [
                carrying.Answer(part.submit_id, Part.ACCEPTED, f"{part.submit_id:08x}")
                for part in ready
            ],
        )
        carrying.reported(
            route,
            [
                carrying.Report(
                    f"{part.submit_id:08x}",
                    "UNDELIV" if part.submit_id % 29 == 0 else "DELIVRD",
                    part.mobile,
                )
                for part in ready
            ],
        )


def _heard(route: Route) -> None:
    """Texts of people: a question, a refusal, an answer, one in danger that was reached."""
    texts = (
        ("13805510001", "请问会员服务卡丢了怎么补办"),
        ("13805510002", "TD"),
        ("13805510003", "收到"),
        ("13805510004", "最近压力太大真的不想活了"),
    )
    pks = receiving.take_in(route, [Arrived(mobile, "12351", text) for mobile, text in texts])
    receiving.acknowledged(pks)
    for pk in pks:
        receiving.handle(pk)
    rows = {row.pk: row for row in Incoming.objects.unscoped("the demo's own").filter(pk__in=pks)}
    handler = acting("anhui-jingban")
    receiving.close(rows[pks[2]], by=handler, reason="无需答复")
    receiving.settle_alarm(
        rows[pks[3]],
        by=handler,
        reached=True,
        text="已电话联系本人，家属陪同，转市总工会心理援助站跟进。",
    )
    receiving.close(rows[pks[3]], by=handler, reason="已转心理援助站")
    _carried(route)


def _waiting(province: Union, signature: Signature, budget: Budget, audience: Audience) -> None:
    """A draft, one that waits for a decision, one set for the day after tomorrow."""
    writer = acting("anhui-jingban")
    common = {"by": writer, "signature": signature, "budget": budget, "audience": audience}
    batches.write(
        province,
        title="职工运动会报名",
        category="notice",
        text="职工运动会开始报名，请到服务大厅网上报名。",
        **common,
    )
    pending = batches.write(
        province,
        title="满意度调查",
        category="survey",
        text="{姓名}您好，请对工会服务打分，回复1满意、2一般、3不满意。",
        scheduled_at=timezone.now() + timedelta(days=2),
        **common,
    )
    batches.submit(pending, by=writer)
    messages.send(
        province,
        by=writer,
        mobile="13805510009",
        category="notice",
        signature=signature,
        budget=budget,
        text="您申请的场地已预留，请于周五前确认。",
        at=timezone.now() + timedelta(days=1),
    )


def _bills() -> None:
    """Bills of the months that are over."""
    today = timezone.localdate()
    month = month_of(today)
    for _ in range(2):
        month = month_of(month - timedelta(days=1))
        money.issue_all(month)
