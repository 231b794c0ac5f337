"""What a kind may say of itself: repeated clocks, its own rights, work without a post, a panel."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.template import Template
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gonghui.engines.casework import jobs
from gonghui.engines.casework.actions import after, clocks, intake, replies, work
from gonghui.engines.casework.declaring import Begin, ClockRule, Moment, Panel, Until
from gonghui.engines.casework.models import Case, CaseEvent, Channel, Clock, Intake
from gonghui.engines.casework.parameters import (
    ACCEPT_DAYS,
    EXTENSION_DAYS,
    FINISH_DAYS,
    PART_WORKDAYS,
)
from gonghui.engines.casework.queries import cases, statistics
from gonghui.engines.casework.rules.clocks import Unit
from gonghui.engines.casework.testing import complaint, on_trial
from gonghui.engines.casework.tests import kinds
from gonghui.kernel.access.actor import platform
from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.scoping import Scope, raise_wall

pytestmark = pytest.mark.django_db
HEARD: dict[Moment, dict] = {}
LAWYERS: set[int] = set()


def heard(moment):
    def hook(case, *, by, **facts):
        HEARD[moment] = facts

    return hook


def panel(case, actor):
    words = Template("{{ values.words }}")
    return Panel("本业务", words, {"words": f"承办{case.handler_name}"})


@pytest.fixture(scope="module")
def kind():
    """The trial kind with every option."""
    with on_trial():
        yield kinds.declare(
            clocks=(
                ClockRule(
                    "finish",
                    "办结",
                    FINISH_DAYS,
                    Unit.CALENDAR,
                    begin=Begin.ACCEPTED,
                    until=Until.REPLIED,
                    extension=EXTENSION_DAYS,
                ),
                ClockRule(
                    "letter",
                    "答复监督文书",
                    ACCEPT_DAYS,
                    Unit.CALENDAR,
                    begin=Begin.ASKED,
                    until=Until.TOLD,
                    repeats=True,
                ),
                ClockRule(
                    "call_back",
                    "回访",
                    PART_WORKDAYS,
                    Unit.WORK,
                    begin=Begin.REPLIED,
                    until=Until.CALLED_BACK,
                    pausable=False,
                ),
            ),
            hooks={moment: heard(moment) for moment in (Moment.DECLINED, Moment.EXTENDED)},
            rights={"pause": "handle"},
            assigned=lambda case, actor: actor.user_id in LAWYERS,
            assigned_may=("ask", "step"),
            panel=panel,
        )


def refused(code, run, *args, **given):
    with pytest.raises(Refusal) as found, transaction.atomic():
        run(*args, **given)
    assert found.value.code == code, found.value


def handled(kind, world, staff, **said):
    got = complaint(kind, world.province, **said)
    case = work.accept(got.case, by=staff["province"], category="pay", summary="反映欠薪")
    case = work.route(case, by=staff["province"], to=world.shushan)
    return work.take(case, by=staff["shushan"]), got.intake


def answered(kind, world, staff):
    case, first = handled(kind, world, staff)
    replies.draft(case, by=staff["shushan"], text="好", outcome="solved")
    case = replies.submit(case, by=staff["shushan"])
    return replies.review(case, by=staff["shushan_chief"], send=True), first


def fresh(case):
    raise_wall(Scope.everything())
    return Case.objects.unscoped("test").get(pk=case.pk)


def test_a_clock_that_repeats_runs_again_after_it_was_met(kind, world, staff):
    case, _ = handled(kind, world, staff)
    today = timezone.localdate()
    first = clocks.start(case, "letter", on=today)
    assert clocks.start(case, "letter", on=today).pk == first.pk
    clocks.meet(case, "letter", on=today)
    second = clocks.start(case, "letter", on=today + timedelta(days=3))
    assert second.pk != first.pk and second.round == first.round == case.round
    rows = Clock.objects.filter(case=case, code="letter").order_by("pk")
    assert [row.met_on for row in rows] == [today, None]
    with pytest.raises(IntegrityError), transaction.atomic():
        Clock.objects.create(
            case=case,
            code="letter",
            title="x",
            unit="work",
            days=1,
            started_on=today,
            round=case.round,
        )
    assert [clock.pk for clock, _, _ in cases.lights(case) if clock.code == "letter"] == [
        first.pk,
        second.pk,
    ]


def test_a_clock_that_does_not_repeat_stays_met(kind, world, staff):
    case, _ = handled(kind, world, staff)
    today = timezone.localdate()
    before = Clock.objects.get(case=case, code="finish")
    clocks.meet(case, "finish", on=today)
    assert clocks.start(case, "finish", on=today).pk == before.pk
    assert Clock.objects.filter(case=case, code="finish").count() == 1


def test_a_clock_begins_with_the_answer_and_ends_with_the_call_back(kind, world, staff):
    case, first = answered(kind, world, staff)
    today = timezone.localdate()
    clock = Clock.objects.get(case=case, code="call_back")
    due = add_workdays(today, PART_WORKDAYS.on(today))
    assert (clock.started_on, clock.due_on, case.due_on) == (today, due, due)
    assert case.late is False
    after.call_back(first, by=staff["shushan"], reached=False)
    assert Clock.objects.get(pk=clock.pk).met_on is None
    after.call_back(first, by=staff["shushan"], reached=True, score=5)
    clock.refresh_from_db()
    assert clock.met_on == today and fresh(case).due_on is None


def test_a_missed_call_back_lights_up_and_a_rating_of_all_is_one(kind, world, staff):
    case, first = answered(kind, world, staff)
    yesterday = timezone.localdate() - timedelta(days=1)
    Clock.objects.filter(case=case, code="call_back").update(due_on=yesterday)
    assert jobs.lights() == 1
    raise_wall(Scope.everything())
    assert CaseEvent.objects.filter(case=case, moment="red").exists()
    after.rate(first, by=intake.CODE_HOLDER, score=4)
    assert Clock.objects.get(case=case, code="call_back").met_on == timezone.localdate()


def test_hooks_hear_the_reason(kind, world, staff):
    got = complaint(kind, world.province)
    work.decline(got.case, by=staff["province"], reason="请向仲裁委申请", rule="某条")
    assert HEARD[Moment.DECLINED] == {"reason": "请向仲裁委申请", "rule": "某条"}
    case, _ = handled(kind, world, staff)
    due = Clock.objects.get(case=case, code="finish").due_on
    clocks.ask_extension(case, by=staff["shushan"], days=5, reason="等候鉴定")
    clocks.decide_extension(case, by=staff["shushan_chief"], grant=True)
    facts = HEARD[Moment.EXTENDED]
    assert facts["reason"] == "等候鉴定" and facts["clock"].due_on > due


def test_the_handler_pauses_where_the_kind_says_so(kind, world, staff):
    case, _ = handled(kind, world, staff)
    refused("forbidden", clocks.pause, case, by=staff["shushan_chief"], reason="等补正材料")
    case = clocks.pause(case, by=staff["shushan"], reason="等补正材料")
    assert case.paused_on == timezone.localdate() and case.due_on is None


def test_rights_are_given_away_within_the_desk_alone():
    for rights in ({"pause": "submit"}, {"rate": "handle"}):
        with on_trial(), pytest.raises(ValueError, match="no verb of the desk"):
            kinds.declare(code="others", prefix="QT", rights=rights)
    with on_trial(), pytest.raises(ValueError, match="no verb"):
        kinds.declare(code="others", prefix="QT", assigned_may=("fly",))


def test_somebody_without_a_post_works_on_what_was_given_to_them(kind, world, staff):
    lawyer = world.actor("言律师", person=world.person(world.mill, "言律师"))
    case, first = handled(kind, world, staff)
    refused("forbidden", cases.get, case.number, lawyer)
    refused("forbidden", intake.ask, first, by=lawyer, text="请补充合同")
    LAWYERS.add(lawyer.user_id)
    try:
        face = cases.face(cases.get(case.number, lawyer), lawyer)
        assert face.can("ask") and face.can("step") and not face.can("draft")
        assert face.people[0].name == "赵**"
        intake.ask(first, by=lawyer, text="请补充合同")
        case = work.step(case, by=lawyer, step="visiting", text="约见", public=True)
        refused("forbidden", replies.draft, case, by=lawyer, text="好", outcome="solved")
        refused("forbidden", work.hand_over, case, by=lawyer, user_id=1, reason="交接")
        entry = Entry.objects.filter(action="tellers.step").latest("pk")
        assert (entry.actor_id, entry.actor_name) == (lawyer.user_id, "言律师")
        raise_wall(Scope.everything())
        case = work.name_respondent(case, by=staff["shushan"], union=world.factory)
        own = world.actor("本单位律师", (HANDLER, world.factory))
        LAWYERS.add(own.user_id)
        refused("forbidden", cases.get, case.number, own)
        refused("interest", intake.ask, first, by=own, text="请补充")
    finally:
        LAWYERS.clear()
    row = Intake.objects.unscoped("test").get(pk=first.pk)
    assert [line.text.reveal() for line in row.lines.all()] == ["请补充合同"]


def test_nobody_works_on_their_own_matter_without_a_post_either(kind, world, staff):
    person = world.person(world.mill, "言律师")
    lawyer = world.actor("言律师", person=person)
    got = complaint(kind, world.province, by=lawyer, channel="web")
    LAWYERS.add(lawyer.user_id)
    try:
        refused("own", intake.ask, got.intake, by=lawyer, text="请补充")
    finally:
        LAWYERS.clear()


@pytest.mark.parametrize("channel", ["weibo", "app"])
def test_weibo_and_the_app_are_channels_of_the_complainant(kind, world, staff, channel):
    said = intake.Said("", "单位欠薪", channel=channel, secrecy="confidential", contact="@某人")
    got = intake.submit(kind, world.province, said, by=platform("接入"))
    assert got.case.channel == got.intake.channel == channel
    today = timezone.localdate()
    lines = statistics.table(staff["province"], [kind], today, today, by="channel")
    assert [line.title for line in lines] == [Channel(channel).label]


def test_the_page_has_a_place_for_the_system(kind, world, staff):
    case, _ = handled(kind, world, staff)
    address = reverse("casework:case", args=[case.number])
    with_panel = page_of(staff["shushan"], address)
    assert "本业务" in with_panel and f"承办{case.handler_name}" in with_panel


def page_of(actor, address):
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    answer = client.get(address)
    assert answer.status_code == 200
    raise_wall(Scope.everything())
    return answer.content.decode()


def test_an_approver_is_needed_where_the_kind_says_nothing(world, staff):
    with on_trial():
        other = kinds.declare(code="plain", prefix="PT")
        case, _ = handled(other, world, staff)
        refused("forbidden", clocks.pause, case, by=staff["shushan"], reason="等补正材料")
        chief = world.actor("区审批二", (APPROVER, world.shushan))
        assert clocks.pause(case, by=chief, reason="等补正材料").paused_on
