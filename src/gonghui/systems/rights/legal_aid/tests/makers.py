"""One record of each resource of this package, and cases at their stages."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gonghui.engines.casework.testing import complaint
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.org.models import Union
from gonghui.kernel.testing.world import World
from gonghui.systems.rights.legal_aid.actions import (
    aid,
    lawyers,
    mediation,
    payouts,
    people,
    supervision,
)
from gonghui.systems.rights.legal_aid.actions.kinds import AID, MEDIATION, WATCH
from gonghui.systems.rights.legal_aid.models import (
    Aid,
    Assignment,
    Mediation,
    Payout,
    Practitioner,
    Watch,
)

SEEN = ("id", "relation", "claim")
EMPLOYER = "合肥井岗机电制造有限公司"
NAME = "赵明义"


def handler(world: World, union: Union) -> Actor:
    return world.actor("经办", (HANDLER, union))


def approver(world: World, union: Union) -> Actor:
    return world.actor("审批", (APPROVER, union))


def row_of(model: Any, case: Any) -> Any:
    with everywhere():
        return model.objects.unscoped("test").get(case=case)


def applied(world: World, union: Union, **said: Any) -> Aid:
    details = {"申请人类别": "农民工", "请求金额（元）": "12000"}
    got = complaint(
        AID,
        union,
        **{
            "category": "pay",
            "respondent_name": EMPLOYER,
            "channel": "counter",
            "details": details,
            "name": NAME,
            **said,
        },
    )
    return row_of(Aid, got.case)


def reviewing(world: World, union: Union, **said: Any) -> Aid:
    row = applied(world, union, **said)
    return aid.take_in(row, by=handler(world, row.union))


def screened(world: World, union: Union, **given: Any) -> Aid:
    row = reviewing(world, union, **given.pop("said", {}))
    facts = {"favourable": True, "finding": "拖欠工资属实", "materials": SEEN, **given}
    return aid.screen(row, by=handler(world, row.union), **facts)


def granted(world: World, union: Union, **given: Any) -> Aid:
    row = screened(world, union, **given)
    return aid.grant(row, by=approver(world, row.union), form="arbitration")


def person(world: World, union: Union, role: str = "lawyer", **given: Any) -> Practitioner:
    world.serial += 1
    today = timezone.localdate()
    return people.enter(
        union,
        by=handler(world, union),
        role=role,
        **{
            "name": "束文斌",
            "workplace": "安徽天柱律师事务所",
            "licence": f"1340120101{world.serial:07d}",
            "licence_until": today + timedelta(days=900),
            "checked_on": today - timedelta(days=60),
            "competence": [],
            **given,
        },
    )


def assigned(world: World, union: Union, **given: Any) -> Assignment:
    row = granted(world, union)
    found = person(world, row.union, **given)
    return lawyers.assign(row, by=handler(world, row.union), lawyer=found.pk)


def working(world: World, union: Union, **given: Any) -> Assignment:
    held = assigned(world, union, **given)
    return lawyers.answer(held, by=handler(world, held.union), accepts=True)


def concluded(world: World, union: Union, **given: Any) -> Aid:
    held = working(world, union, **given)
    lawyers.conclude(
        held,
        by=handler(world, held.union),
        result="won",
        recovered=Decimal(11000),
        summary="仲裁裁决支付工资",
    )
    return Aid.objects.unscoped("test").get(pk=held.aid_id)


def closed(world: World, union: Union, **given: Any) -> Aid:
    row = concluded(world, union, **given)
    return aid.close(row, by=approver(world, row.union))


def payout(world: World, union: Union) -> Payout:
    row = closed(world, union)
    made = payouts.draw_up(row.union, by=approver(world, row.union))
    if made.union_id != union.pk:
        # The generated suite asks for a record at a union; aid lies at its county.
        made.place_at(union)
        made.save()
    return made


def asked_mediation(world: World, union: Union, **said: Any) -> Mediation:
    got = complaint(
        MEDIATION,
        union,
        **{
            "category": "dismissal",
            "respondent_name": EMPLOYER,
            "channel": "counter",
            "name": NAME,
            "details": {"知道权利被侵害之日": "2026-05-06", "劳动关系存续": "否"},
            **said,
        },
    )
    return row_of(Mediation, got.case)


def sitting(world: World, union: Union, **said: Any) -> Mediation:
    row = asked_mediation(world, union, **said)
    by = handler(world, row.union)
    row = mediation.take_in(row, by=by)
    row = mediation.answer(row, by=by, agrees=True, answered_on=timezone.localdate())
    found = person(world, row.union, "mediator", workplace="蜀山区总工会")
    return mediation.appoint(row, by=by, mediator=found.pk)


def drafted(world: World, union: Union, **given: Any) -> Mediation:
    row = sitting(world, union)
    by = handler(world, row.union)
    mediation.sit(row, by=by, at=timezone.now(), place="调解室", minutes="双方陈述意见")
    facts: dict[str, Any] = {
        "terms": "一、用人单位支付经济补偿八千元。",
        "amount": Decimal(8000),
        "perform_by": timezone.localdate() + timedelta(days=20),
        **given,
    }
    return mediation.agree(row, by=by, **facts)


def signed(world: World, union: Union, **given: Any) -> Mediation:
    row = drafted(world, union, **given)
    today = timezone.localdate()
    return mediation.sign(row, by=handler(world, row.union), applicant_on=today, employer_on=today)


def clue(world: World, union: Union, **said: Any) -> Watch:
    got = complaint(
        WATCH,
        union,
        **{
            "category": "hours",
            "respondent_name": EMPLOYER,
            "channel": "phone",
            "secrecy": "confidential",
            "name": NAME,
            **said,
        },
    )
    return row_of(Watch, got.case)


def found(world: World, union: Union, **given: Any) -> Watch:
    row = clue(world, union)
    by = handler(world, row.union)
    row = supervision.take_in(row, by=by)
    team = [
        person(world, row.union, "supervisor", workplace="蜀山区总工会", name=name).pk
        for name in ("储晓燕", "盛晓兰")
    ]
    row = supervision.appoint(row, by=by, supervisors=team, plan="到单位查考勤和工资表")
    facts = {"violation": True, "finding": "每月加班超过五十小时", **given}
    return supervision.find(row, by=by, **facts)


def written(world: World, union: Union, kind: str = "opinion") -> Watch:
    row = found(world, union)
    supervision.write(row, by=handler(world, row.union), kind=kind)
    return Watch.objects.unscoped("test").get(pk=row.pk)


def delivered(world: World, union: Union, kind: str = "opinion", on: date | None = None) -> Watch:
    row = written(world, union, kind)
    supervision.issue(row, by=approver(world, row.union))
    supervision.deliver(
        row,
        by=handler(world, row.union),
        delivery="hand",
        delivered_on=on or timezone.localdate(),
        receipt="单位人事部门签收",
    )
    return Watch.objects.unscoped("test").get(pk=row.pk)


def _at(union: Union, row: Any) -> Any:
    """A row of a case, at the union the generated suite asks for."""
    with everywhere():
        row.place_at(union)
        row.save()
    return row


MAKERS = {
    "legal-aid": lambda world, union: _at(union, applied(world, union)),
    "mediations": lambda world, union: _at(union, asked_mediation(world, union)),
    "labour-watches": lambda world, union: _at(union, clue(world, union)),
    "legal-lawyers": lambda world, union: person(world, union, "lawyer"),
    "legal-mediators": lambda world, union: person(world, union, "mediator"),
    "legal-supervisors": lambda world, union: person(world, union, "supervisor"),
    "legal-payouts": payout,
}
