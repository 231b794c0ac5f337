"""Legal aid, mediation and supervision of Shushan at their stages, with their registers."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gonghui.engines.casework.actions import after, intake
from gonghui.engines.casework.declaring import CaseKind
from gonghui.engines.casework.models import Intake
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.org.models import Union
from gonghui.site.demo import cast
from gonghui.site.demo.stage import DEMO, acting, days_ago, living_on, union_named
from gonghui.systems.rights.legal_aid.actions import (
    aid,
    lawyers,
    mediation,
    payouts,
    people,
    supervision,
)
from gonghui.systems.rights.legal_aid.actions.kinds import AID, MEDIATION, WATCH
from gonghui.systems.rights.legal_aid.models import Aid, Mediation, Practitioner, Watch

LAWYERS = (
    ("束文斌", "安徽天柱律师事务所", "13401201810234561", ["pay", "injury", "dismissal"]),
    ("盛晓兰", "安徽天柱律师事务所", "13401201911345672", []),
    ("洪立新", "安徽望江律师事务所", "13401200710456783", ["insurance", "dismissal"]),
)
MEDIATORS = (("储晓燕", "蜀山区总工会"), ("占国强", "蜀山区劳动争议调解中心"))
SUPERVISORS = (("胡月琴", "蜀山区总工会"), ("汪长江", "蜀山区总工会"))
CLAIMS = (
    ("pay", "合肥井岗机电制造有限公司", "农民工", "12600"),
    ("injury", "安徽庐阳建筑劳务有限公司", "农民工", "86000"),
    ("dismissal", "合肥望湖商贸有限公司", "职工", "31000"),
    ("insurance", "合肥大蜀山物业有限公司", "职工", ""),
    ("pay", "合肥科学岛餐饮管理有限公司", "农民工", "7400"),
)
NAMES = ("汪小霞", "周建军", "倪红", "宣志国", "丁晓梅", "吴长根", "方玉兰", "钱学文")
SEEN = ("id", "relation", "claim", "means")


def serve_all() -> None:
    """Registers, then aid, mediation and supervision, each at several stages."""
    county = union_named(cast.SHUSHAN)
    registered = _register(county)
    _aid(county, registered["lawyer"])
    _mediate(county, registered["mediator"])
    _watch(county, registered["supervisor"])


def _register(county: Union) -> dict[str, list[Practitioner]]:
    by = acting("shushan-shencha")
    today = timezone.localdate()
    common = {
        "licence_until": today + timedelta(days=700),
        "checked_on": today - timedelta(days=150),
        "most": 8,
    }
    found: dict[str, list[Practitioner]] = {"lawyer": [], "mediator": [], "supervisor": []}
    with living_on(days_ago(100), 9):
        for name, firm, licence, competence in LAWYERS:
            found["lawyer"].append(
                people.enter(
                    county,
                    by=by,
                    role="lawyer",
                    name=name,
                    workplace=firm,
                    licence=licence,
                    competence=competence,
                    **common,
                )
            )
        for role, listed in (("mediator", MEDIATORS), ("supervisor", SUPERVISORS)):
            for number, (name, place) in enumerate(listed, 1):
                found[role].append(
                    people.enter(
                        county,
                        by=by,
                        role=role,
                        name=name,
                        workplace=place,
                        licence=f"皖蜀{'调' if role == 'mediator' else '监'}第{2000 + number}号",
                        **common,
                    )
                )
        people.declare(found["lawyer"][2], by=by, kind="client", name="合肥大蜀山物业有限公司")
    return found


def _taken_in(
    kind: CaseKind, model: Any, county: Union, number: int, matter: str, employer: str, **said: Any
) -> Any:
    """A matter taken in at the counter; its row."""
    details = {key: value for key, value in said.pop("details", {}).items() if value}
    got = intake.register(
        kind,
        county,
        intake.Said(
            title=kind.service,
            text=f"在{employer}工作，多次要求单位解决，没有结果，请求工会帮助。",
            channel="counter",
            name=NAMES[number % len(NAMES)],
            mobile=f"1990000{4100 + number}",
            category=matter,
            respondent_name=employer,
            details=details,
            **said,
        ),
        by=acting("shushan-shencha"),
    )
    with everywhere():
        return model.objects.unscoped(DEMO).select_related("case", "union").get(case=got.case)


def _aid(county: Union, register: list[Practitioner]) -> None:
    handler, approver = acting("shushan-shencha"), acting("shushan-quzong")
    for number, (matter, employer, applicant, claimed) in enumerate(CLAIMS):
        with living_on(days_ago(60 - 12 * number), 9):
            row = _taken_in(
                AID,
                Aid,
                county,
                number,
                matter,
                employer,
                details={"申请人类别": applicant, "请求金额（元）": claimed},
            )
            if number == 4:
                continue
            row = aid.take_in(row, by=handler)
            row = aid.screen(
                row,
                by=handler,
                favourable=True,
                finding="劳动关系清楚，请求有依据，符合援助条件。",
                materials=SEEN,
                income=Decimal(1500),
            )
            if number == 3:
                continue
            row = aid.grant(row, by=approver, form="arbitration")
            held = lawyers.assign(row, by=handler, lawyer=register[0].pk)
            if number == 2:
                continue
            lawyers.answer(held, by=handler, accepts=True)
            held.refresh_from_db()
            lawyers.add_hearing(
                held,
                by=handler,
                at=timezone.now() + timedelta(days=20 if number else 1),
                forum="蜀山区劳动人事争议仲裁委员会",
                place="第二仲裁庭",
            )
        if number == 0:
            _finish(held, row)
    with living_on(days_ago(3), 15):
        payouts.draw_up(county, by=approver)


def _finish(held: Any, row: Aid) -> None:
    handler = acting("shushan-shencha")
    with living_on(days_ago(20), 10):
        for paper, title in (("documents", "仲裁申请书"), ("outcome", "仲裁裁决书")):
            lawyers.add_paper(held, by=handler, paper=paper, title=title)
        lawyers.conclude(
            held,
            by=handler,
            result="won",
            recovered=Decimal("12600"),
            summary="经开庭审理，裁决单位支付拖欠的工资。",
        )
        row.refresh_from_db()
        row = aid.close(row, by=acting("shushan-quzong"))
        with everywhere():
            thread = Intake.objects.unscoped(DEMO).get(case_id=row.case_id)
        after.rate(thread, by=intake.CODE_HOLDER, score=5)
        aid.archive(row, by=handler)


def _mediate(county: Union, register: list[Practitioner]) -> None:
    handler = acting("shushan-shencha")
    for number, employer in enumerate(("合肥望湖商贸有限公司", "合肥科学岛餐饮管理有限公司")):
        with living_on(days_ago(14 - 8 * number), 9):
            row = _taken_in(
                MEDIATION,
                Mediation,
                county,
                5 + number,
                "dismissal",
                employer,
                details={"请求金额（元）": "9000", "劳动关系存续": "否"},
            )
            row = mediation.take_in(row, by=handler)
            if number:
                continue
            today = timezone.localdate()
            row = mediation.answer(row, by=handler, agrees=True, answered_on=today)
            row = mediation.appoint(row, by=handler, mediator=register[0].pk)
            mediation.sit(
                row,
                by=handler,
                at=timezone.now(),
                place="区总工会调解室",
                minutes="双方陈述了意见，就经济补偿达成一致。",
            )
            row.refresh_from_db()
            row = mediation.agree(
                row,
                by=handler,
                terms="一、单位支付经济补偿八千元。\n二、双方再无其他劳动争议。",
                amount=Decimal(8000),
                perform_by=today + timedelta(days=30),
            )
            mediation.sign(row, by=handler, applicant_on=today, employer_on=today)


def _watch(county: Union, register: list[Practitioner]) -> None:
    handler, approver = acting("shushan-shencha"), acting("shushan-quzong")
    for number, employer in enumerate(("合肥大蜀山物业有限公司", "合肥井岗机电制造有限公司")):
        with living_on(days_ago(12 - 6 * number), 10):
            row = _taken_in(
                WATCH, Watch, county, 7 + number, "hours", employer, secrecy="confidential"
            )
            if number:
                continue
            row = supervision.take_in(row, by=handler)
            row = supervision.appoint(
                row,
                by=handler,
                supervisors=[one.pk for one in register],
                plan="到单位查阅考勤表和工资表，与职工座谈。",
            )
            row = supervision.find(
                row,
                by=handler,
                violation=True,
                finding="今年八月以来每月加班超过三十六小时，未足额支付加班工资。",
                people_count=42,
                amount=Decimal(96000),
            )
            supervision.write(row, by=handler, kind="opinion")
            supervision.issue(row, by=approver)
            supervision.deliver(
                row,
                by=handler,
                delivery="hand",
                delivered_on=timezone.localdate(),
                receipt="单位综合部签收",
            )
