"""Founding, elections and democratic management in the demo, at every stage of their way."""

from __future__ import annotations

import random
from datetime import date, timedelta

from django.utils import timezone

from gonghui.kernel.base.identifiers import Sex, synthetic_resident_id
from gonghui.site.demo import cast
from gonghui.site.demo.stage import acting, days_ago, living_on, members_of, union_named
from gonghui.systems.mobilization.founding.actions import elections, preparations
from gonghui.systems.mobilization.founding.models import Election, Preparation
from gonghui.systems.mobilization.staff_congress import actions as staff

GIVEN = "晓建国文海春明志军丽华秀兰玉芳永强"
SURNAMES = "陶鲍凤章焦叶宁纪"


def prepare_unions() -> None:
    """Requests waiting, agreed to, and one founded with all its ballots."""
    day = days_ago(40)
    with living_on(day):
        founded = _ask("合肥井岗冷链物流有限公司", 46)
    with living_on(days_ago(36)):
        preparations.reply(founded, by=acting("jinggang-zhenzong"), document="井工〔2026〕21号")
    with living_on(days_ago(30)):
        _recruit(founded, 36, 0)
    with living_on(days_ago(20)):
        _elect(founded)
    with living_on(days_ago(12)):
        preparing = _ask("安徽蜀禾食品有限公司", 58)
    with living_on(days_ago(8)):
        preparations.reply(preparing, by=acting("jinggang-zhenzong"), document="井工〔2026〕24号")
        _recruit(preparing, 27, 100)
    with living_on(days_ago(2)):
        _ask("合肥云溪软件有限公司", 120)


def _ask(unit: str, employees: int) -> Preparation:
    return preparations.request(
        union_named(cast.STREET),
        by=acting("shushan-quzong"),
        name=f"{unit}工会委员会",
        kind="80",
        unit_name=unit,
        employees=employees,
        women=employees // 3,
        group="陶建国\n鲍秀兰",
        contact_name="陶建国",
        contact_phone="16455510001",
        address="合肥市蜀山区井岗镇",
    )


def _recruit(preparation: Preparation, count: int, first: int) -> None:
    lines = []
    for number in range(first, first + count):
        name = SURNAMES[number % 8] + GIVEN[number % 17] + GIVEN[(number * 5 + 3) % 17]
        born = date(1975, 1, 1) + timedelta(days=number * 97)
        document = synthetic_resident_id(
            random.Random(20261122 + number), "340104", born, Sex(str(1 + number % 2))
        )
        lines.append(f"{name} {document} 1645552{number:04d}")
    fresh = Preparation.objects.unscoped("the demo's own").get(pk=preparation.pk)
    preparations.recruit(fresh, by=acting("jinggang-zhenzong"), people="\n".join(lines))


def _elect(preparation: Preparation) -> None:
    by = acting("jinggang-zhenzong")
    fresh = Preparation.objects.unscoped("the demo's own").get(pk=preparation.pk)
    today = timezone.localdate()
    election = elections.convene(
        fresh, by=by, planned_on=today, years=3, assembly="members", place="公司会议室"
    )

    def now() -> Election:
        return Election.objects.unscoped("the demo's own").get(pk=election.pk)

    for office, seats, people in (
        ("committee", 5, "陶建国\n鲍秀兰 女\n凤文海\n章志军\n焦丽华 女\n叶永强"),
        ("chair", 1, "陶建国"),
        ("audit", 3, "宁春明\n纪玉芳 女\n叶海军\n章秀芳 女"),
        ("women", 3, "鲍秀兰 女\n焦丽华 女\n纪玉芳 女"),
    ):
        elections.nominate(
            now(), by=by, office=office, body="congress", seats=seats, candidates=people
        )
    elections.open_congress(
        now(),
        by=by,
        held_on=today,
        due=36,
        present=33,
        chaired_by="鲍秀兰",
        tellers="纪国华、宁文强",
    )
    for ballot in now().ballots.all():
        people = list(ballot.candidates.order_by("pk"))
        votes = {one.pk: max(31 - 2 * n, 8) for n, one in enumerate(people)}
        if len(people) > ballot.seats:
            votes[people[-1].pk] = 6
        elections.count(
            now(), by=by, ballot=ballot.pk, issued=33, returned=33, valid=32, votes=votes
        )
    elections.report(now(), by=by)
    elections.approve(now(), by=acting("shushan-quzong"), document="蜀工〔2026〕33号")


def run_congress() -> None:
    """A staff congress in its term, with a session, a proposal-free list, and publicity."""
    by = acting("jiceng-jingban")
    union = union_named(cast.FIRM)
    with living_on(days_ago(60)):
        congress = staff.begin(
            union,
            by=by,
            number=1,
            kind="delegates",
            employees=320,
            began_on=timezone.localdate(),
            years=3,
        )
        people = [member.name for member in members_of(union)[:36]]
        lines = [
            f"{name} {'装配' if n % 2 else '机加'}{n + 1}组 {'领导' if n < 5 else '一线'}"
            f"{' 女' if n % 3 == 0 else ''}"
            for n, name in enumerate(people)
        ]
        on = timezone.localdate()
        congress = staff.add_delegates(congress, by=by, elected_on=on, people="\n".join(lines))
        if len(people) >= 30:
            congress = staff.confirm(congress, by=by)
            staff.convene(
                congress,
                by=by,
                planned_on=on,
                place="职工之家",
                agenda="听取上年度工作报告\n【表决】职工奖惩办法\n【集体合同】集体合同草案",
            )
    with living_on(days_ago(3)):
        today = timezone.localdate()
        staff.make_public(
            union,
            by=by,
            title="今年职工福利经费使用情况",
            kind="interests",
            content="春节慰问 6.4 万元，生日蛋糕券 3.2 万元，夏送清凉 2.1 万元。",
            until=today + timedelta(days=14),
        )
