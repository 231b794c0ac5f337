"""What time does, quality checks, figures, and what the engine declares to others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gonghui.engines.casework import jobs
from gonghui.engines.casework.actions import knowledge, quality, replies, work
from gonghui.engines.casework.models import (
    Article,
    Case,
    CaseEvent,
    Citation,
    Clock,
    Phase,
    QualityCheck,
    Sample,
)
from gonghui.engines.casework.queries import desk, statistics
from gonghui.engines.casework.queries import knowledge as found_knowledge
from gonghui.engines.casework.rules import sampling
from gonghui.engines.casework.testing import complaint
from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.org.scoping import Scope, raise_wall

pytestmark = pytest.mark.django_db


def refused(code, run, *args, **given):
    with pytest.raises(Refusal) as found, transaction.atomic():
        run(*args, **given)
    assert found.value.code == code, found.value


def handled(kind, world, staff, union="shushan", **said):
    got = complaint(kind, world.province, **said)
    case = work.accept(got.case, by=staff["province"], category="pay", summary="反映欠薪")
    case = work.route(case, by=staff["province"], to=world.unions[union])
    return work.take(case, by=staff[union])


def answered(kind, world, staff, **said):
    case = handled(kind, world, staff, **said)
    replies.draft(case, by=staff["shushan"], text="好", outcome="solved")
    case = replies.submit(case, by=staff["shushan"])
    return replies.review(case, by=staff["shushan_chief"], send=True)


def fresh(case):
    raise_wall(Scope.everything())
    return Case.objects.unscoped("test").get(pk=case.pk)


def due(case, day):
    Clock.objects.filter(case=case, code="finish").update(due_on=day)
    Case.objects.unscoped("test").filter(pk=case.pk).update(due_on=day, rank_on=day)


def test_lights_are_told_once_each(kind, world, staff):
    today = timezone.localdate()
    green, yellow, red = (handled(kind, world, staff) for _ in range(3))
    due(green, add_workdays(today, 10))
    due(yellow, add_workdays(today, 2))
    due(red, today - timedelta(days=1))
    assert jobs.lights() == 2 and jobs.lights() == 0
    raise_wall(Scope.everything())
    told = dict(
        CaseEvent.objects.filter(moment__in=("yellow", "red")).values_list("case_id", "moment")
    )
    assert told == {yellow.pk: "yellow", red.pk: "red"}
    above = Todo.objects.get(kind="case.red", done_at=None)
    assert above.union_id == world.hefei.pk and "赵" not in above.title
    lanes = desk.counts(staff["shushan"], [kind])
    assert (lanes["all"], lanes["yellow"], lanes["red"], lanes["mine"]) == (3, 1, 1, 3)
    assert [row.pk for row in desk.queue(staff["shushan"], [kind]).rows] == [
        red.pk,
        yellow.pk,
        green.pk,
    ]
    due(yellow, today - timedelta(days=1))
    assert jobs.lights() == 1


def test_pages_of_a_queue_leave_nothing_out(kind, world, staff):
    cases = [handled(kind, world, staff) for _ in range(7)]
    for case in cases[:3]:
        due(case, timezone.localdate())
    seen, after = [], ""
    while True:
        page = desk.queue(staff["province"], [kind], after=after, limit=2)
        seen += [row.pk for row in page.rows]
        after = page.next
        if not after:
            break
    assert sorted(seen) == sorted(case.pk for case in cases) and len(set(seen)) == 7
    assert set(seen[:3]) == {case.pk for case in cases[:3]}
    refused("cursor", desk.queue, staff["province"], [kind], after="x.y")
    assert not desk.queue(staff["jinghu"], [kind]).rows


def test_answered_cases_close_when_nobody_says_a_word(kind, world, staff):
    old, new = answered(kind, world, staff), answered(kind, world, staff)
    long_ago = timezone.now() - timedelta(days=30)
    Case.objects.unscoped("test").filter(pk=old.pk).update(replied_at=long_ago)
    assert jobs.close_silent() == 1
    assert fresh(old).phase == Phase.CLOSED and fresh(new).phase == Phase.REPLIED


def test_late_answers_are_late(kind, world, staff):
    case = handled(kind, world, staff)
    Clock.objects.filter(case=case, code="finish").update(
        started_on=timezone.localdate() - timedelta(days=90)
    )
    replies.draft(case, by=staff["shushan"], text="好", outcome="solved")
    case = replies.submit(case, by=staff["shushan"])
    case = replies.review(case, by=staff["shushan_chief"], send=True)
    assert case.late is True


def test_quality_checks(kind, world, staff):
    for _ in range(3):
        case = answered(kind, world, staff)
        Case.objects.unscoped("test").filter(pk=case.pk).update(
            phase=Phase.CLOSED, closed_at=timezone.now()
        )
    today = timezone.localdate()
    chief = staff["hefei_chief"]
    span = {"kind": kind, "from_on": today, "until_on": today, "percent": 50}
    refused("forbidden", quality.draw, world.hefei, by=staff["shushan_chief"], **span)
    refused("percent", quality.draw, world.hefei, by=chief, **{**span, "percent": 0})
    refused(
        "span",
        quality.draw,
        world.hefei,
        by=chief,
        **{**span, "until_on": today.replace(year=2030)},
    )
    refused("none", quality.draw, world.wuhu, by=staff["wuhu_chief"], **span)
    sample = quality.draw(world.hefei, by=chief, **span)
    assert (sample.population, sample.size) == (3, 2)
    refused("drawn", quality.draw, world.hefei, by=chief, **span)
    points = {code: most for code, (_, most) in sampling.CRITERIA.items()}
    check = QualityCheck.objects.first()
    refused("forbidden", quality.check, check, by=staff["wuhu_chief"], points=points)
    refused("points", quality.check, check, by=chief, points={})
    bad = {**points, "secrecy": 0}
    refused("empty", quality.check, check, by=chief, points=bad)
    refused(
        "checked",
        quality.check,
        quality.check(check, by=chief, points=points),
        by=chief,
        points=points,
    )
    other = QualityCheck.objects.filter(checked_at=None).get()
    own = world.actor("兼任", (APPROVER, world.shushan), (HANDLER, world.shushan))
    Case.objects.unscoped("test").filter(pk=other.case_id).update(handler_id=own.user_id)
    raise_wall(Scope.everything())
    Sample.objects.unscoped("test").update(union=world.shushan, org_path=world.shushan.path)
    refused("own_work", quality.check, QualityCheck.objects.get(pk=other.pk), by=own, points=points)


def test_figures_agree_with_the_cases(kind, world, staff):
    first = answered(kind, world, staff)
    handled(kind, world, staff, union="jinghu", channel="letter")
    today = timezone.localdate()
    span = (today - timedelta(days=1), today)
    for by in statistics.BY:
        lines = statistics.table(staff["province"], [kind], *span, by=by)
        assert sum(line.received for line in lines) == 2
        assert sum(line.answered for line in lines) == 1
    cities = {
        line.title: line.received
        for line in statistics.table(staff["province"], [kind], *span, by="city")
    }
    assert cities == {world.hefei.name: 1, world.wuhu.name: 1}
    lines = statistics.table(staff["jinghu"], [kind], *span, by="channel")
    assert [(line.title, line.received) for line in lines] == [("信件", 1)]
    refused("by", statistics.table, staff["jinghu"], [kind], *span, by="name")
    refused("order", statistics.table, staff["jinghu"], [kind], *span[::-1])
    with CaptureQueriesContext(connection) as asked:
        statistics.table(staff["province"], [kind], *span)
    assert len(asked) == 1 and first.pk


def test_what_lies_above_the_counties_is_called_so(kind, world, staff):
    complaint(kind, world.province)
    today = timezone.localdate()
    for by, title in (("city", "省本级"), ("county", "省、市本级")):
        lines = statistics.table(staff["province"], [kind], today, today, by=by)
        assert [line.title for line in lines] == [title]


def published(world, staff, **words):
    soon = timezone.localdate() + timedelta(days=20)
    article = knowledge.draft(
        world.province,
        by=staff["province"],
        **{
            "title": "欠薪怎么办",
            "body": "可以申请支付令。",
            "source": "《劳动合同法》第三十条",
            "expires_on": soon,
            **words,
        },
    )
    knowledge.submit(article, by=staff["province"])
    return knowledge.publish(article, by=staff["province_chief"])


def test_only_articles_in_force_are_found_and_cited(kind, world, staff):
    article = published(world, staff)
    mine = staff["shushan"]
    assert [item.pk for item in found_knowledge.find("支付令", mine, "tellers")] == [article.pk]
    other = published(world, staff, title="疗休养", kinds=["wishes"])
    assert not found_knowledge.find("疗休养", mine, "tellers")
    assert found_knowledge.find("疗休养", mine, "wishes") == [other]
    case = handled(kind, world, staff)
    replies.draft(case, by=mine, text="可以申请支付令", outcome="explained", cites=[article.pk])
    assert Citation.objects.get().article_version.number == 1
    assert Article.objects.unscoped("test").get(pk=article.pk).used == 1
    assert jobs.expiring() == 2
    raise_wall(Scope.everything())
    assert Todo.objects.filter(kind="article.expiry", done_at=None).count() == 2
    Article.objects.unscoped("test").update(expires_on=timezone.localdate() - timedelta(days=1))
    assert not found_knowledge.find("支付令", mine, "tellers")
    refused(
        "expired",
        replies.draft,
        case,
        by=mine,
        text="可以",
        outcome="explained",
        cites=[article.pk],
    )


def test_tree_changes_take_cases_along(kind, world, staff):
    from gonghui.kernel.people.following import followers

    carried = {model._meta.label for model in followers()}
    assert {"casework.Case", "casework.Intake", "casework.Part", "casework.Article"} <= carried


def test_merged_records_of_a_person_keep_their_complaints():
    from gonghui.kernel.people.merging import pointers

    found = {(model._meta.label, column.attname) for model, column in pointers()}
    assert ("casework.Intake", "person_id") in found
    assert ("notify.TimelineLine", "person_id") in found
