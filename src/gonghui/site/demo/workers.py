"""Professional union workers of county and street, and members' corrections of their data."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from gonghui.kernel.base.identifiers import Sex, synthetic_resident_id
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.kernel.people.models import Membership
from gonghui.site.demo import cast
from gonghui.site.demo.stage import DEMO, acting, days_ago, living_on, members_of, union_named
from gonghui.site.demo.unions import SEED
from gonghui.site.demo.upkeep import paper
from gonghui.systems.mobilization.membership.actions import corrections, organisers
from gonghui.systems.mobilization.membership.jobs.organisers import remind_contracts

# Name, sex, post, days in service, days until the contract ends, certificate.
CREW = (
    ("方雪莹", "2", "organiser", 1400, 20, "社会工作者职业资格（初级）"),
    ("章明亮", "1", "organiser", 900, 55, ""),
    ("储文娟", "2", "service", 620, 400, "社会工作者职业资格（中级）"),
    ("江海涛", "1", "rights", 1900, 210, "法律职业资格"),
    ("鲍晓燕", "2", "finance", 300, 800, "初级会计"),
    ("束云飞", "1", "office", 150, 930, ""),
)


def employ() -> None:
    """Workers of 蜀山区 and 井岗镇: some contracts near their end, one off duty."""
    rng = random.Random(SEED + 11)
    street = union_named(cast.STREET)
    served = list(
        Union.objects.unscoped(DEMO).filter(parent=street, status="active").order_by("pk")[:8]
    )
    for number, (name, sex, post, served_for, left, certificate) in enumerate(CREW):
        hired = timezone.localdate() - timedelta(days=served_for)
        born = date(1990, 2, 3) + timedelta(days=rng.randrange(2500))
        union = street if number % 2 else union_named(cast.SHUSHAN)
        with living_on(max(days_ago(served_for - 2), days_ago(700)), 10):
            made = organisers.register(
                union,
                by=acting("jinggang-zhenzong" if number % 2 else "shushan-quzong"),
                name=name,
                document_number=synthetic_resident_id(rng, cast.SHUSHAN, born, Sex(sex)),
                mobile=f"16495{number:06d}",
                post=post,
                hired_on=hired,
                contract_from=hired,
                contract_to=timezone.localdate() + timedelta(days=left),
                certificate=certificate,
                certificate_number=f"SW{hired.year}{number:05d}" if certificate else "",
                certified_on=hired if certificate else None,
                serves=served[number : number + 3] if number % 2 else (),
            )
        by = acting("jinggang-zhenzong" if number % 2 else "shushan-quzong")
        with living_on(days_ago(90), 10) as day:
            organisers.train(made, by=by, title="工会组织员业务培训", on=day, hours=Decimal("16"))
        if served_for > 600:
            year = timezone.localdate().year - 1
            grade = ("excellent", "competent")[number % 2]
            organisers.assess(made, by=by, year=year, grade=grade, remark="工作认真负责")
        if number == len(CREW) - 1:
            with living_on(days_ago(30), 10) as day:
                organisers.leave(made, by=by, left_on=day, left_reason="resigned")
    remind_contracts()


def correct() -> None:
    """Wrong names and numbers members and their union have asked to put right."""
    firm = union_named(cast.FIRM)
    crew = members_of(firm)[60:]
    handler, approver = acting("jiceng-jingban"), acting("jiceng-shenpi")
    worker = acting("huiyuan")
    with wall_at(Scope.everything()):
        own = Membership.objects.unscoped(DEMO).get(person_id=worker.person_id)
    with living_on(days_ago(4), 12):
        corrections.request(
            own,
            by=worker,
            name="查语桐",
            reason="户籍登记姓名已变更",
            evidence=paper("户口簿"),
        )
    with living_on(days_ago(2), 12):
        _rename(crew[0], handler, "身份证件上的名字与登记不同")
    with living_on(days_ago(33), 12):
        good = _rename(crew[1], handler, "录入时写错了字")
    with living_on(days_ago(31), 12):
        corrections.approve(good, by=approver, opinion="已核对身份证件")
    with living_on(days_ago(26), 12):
        poor = _rename(crew[2], handler, "本人要求使用曾用名")
    with living_on(days_ago(25), 12):
        corrections.refuse(poor, by=approver, reason="会籍应使用证件上的姓名")


def _rename(member: Membership, by, reason: str):
    return corrections.request(
        member, by=by, name=member.name[0] + "文清", reason=reason, evidence=paper("身份证件")
    )
