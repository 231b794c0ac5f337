"""From the draft to the number: every step, every refusal, two at once, a killed transaction."""

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import threading
from datetime import date

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gonghui.kernel.access.actor import platform
from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.identity.stepup import StepUp
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.process import cases
from gonghui.kernel.testing import world as world_module
from gonghui.systems.office.circulation.actions import chain, drafting, register
from gonghui.systems.office.circulation.models import Number
from gonghui.systems.office.circulation.queries import desk
from gonghui.systems.office.circulation.queries import outgoing as queries
from gonghui.systems.office.circulation.tests import makers
from gonghui.systems.office.circulation.tests.conftest import make_office

pytestmark = pytest.mark.django_db


def test_a_draft_needs_a_mark_of_the_organ(world):
    clerk = world.actor("拟稿", (HANDLER, world.wuhu))
    with pytest.raises(Refusal) as refused:
        drafting.draft(world.wuhu, by=clerk, kind="notice", title="某通知", body="x")
    assert refused.value.field == "series"


def test_what_is_classified_is_never_stored(office):
    with pytest.raises(Refusal) as refused:
        office.draft(body="机密★三年\n正文")
    assert refused.value.code == "classified"
    document = office.draft()
    with pytest.raises(Refusal):
        drafting.edit(document, by=office.drafter, title="（秘密）某通知")
    with pytest.raises(Refusal):
        chain.review(office.submitted(), by=office.reviewer, text="密级：秘密")


def test_another_text_is_another_version_with_who_and_when(office):
    document = office.draft()
    drafting.edit(document, by=office.drafter, to="各市总工会")
    document.refresh_from_db()
    assert document.revision == 1
    drafting.edit(
        document, by=office.drafter, body="为做好普查，现通知如下：\n一、高度重视。", remark="精简"
    )
    found = queries.trace(type(document).objects.unscoped("test").get(pk=document.pk))
    assert [item.number for item in found] == [2, 1]
    assert (
        found[0].by == "拟稿"
        and found[0].remark == "精简"
        and found[0].removed == len("\n二、按时报送。")
    )
    with pytest.raises(Forbidden):
        drafting.edit(document, by=office.reviewer, body="x")


def test_a_draft_is_not_sent_in_before_it_is_whole(office):
    document = office.draft(title="关于普查", to="")
    with pytest.raises(Refusal) as refused:
        office.submitted(document=document)
    assert "文种" in refused.value.message and "主送机关" in refused.value.message
    assert "第九条" in refused.value.rule


@pytest.mark.parametrize("who", ["drafter", "leader_reviews", "stranger", "no_signer"])
def test_who_may_take_part(office, who):
    document = office.draft()
    stranger = office.world.actor("外人", (HANDLER, office.world.wuhu))
    parts = {
        "drafter": (office.drafter.user_id, office.leader.user_id),
        "leader_reviews": (office.leader.user_id, office.leader.user_id),
        "stranger": (stranger.user_id, office.leader.user_id),
        "no_signer": (office.reviewer.user_id, office.first.user_id),
    }[who]
    with pytest.raises(Refusal):
        chain.submit(document, by=office.drafter, reviewer=parts[0], signer=parts[1])


def test_review_countersign_by_two_sign_takes_the_number(office):
    document = office.submitted(office.first, office.second)
    assert desk.step_title(document) == "核稿"
    with pytest.raises(Forbidden):
        chain.sign(document, by=office.leader)
    with pytest.raises(Forbidden):
        chain.review(document, by=office.first)
    document = chain.review(document, by=office.reviewer, text="可以")
    assert desk.step_title(document) == "会签"
    document = chain.countersign(document, by=office.second, text="同意")
    with pytest.raises(Forbidden):
        chain.countersign(document, by=office.second)
    assert desk.step_title(document) == "会签"
    document = chain.countersign(document, by=office.first)
    assert desk.step_title(document) == "签发"
    document = chain.sign(document, by=office.leader)
    year = timezone.localdate().year
    assert document.state == "signed" and document.number_text == f"合工发〔{year}〕1号"
    assert [said.verdict for said in desk.opinions(document)] == [
        "送审",
        "核稿通过",
        "会签同意",
        "会签同意",
        "签发",
    ]
    assert cases.of(document).state == "completed"
    assert Todo.objects.filter(
        kind=chain.SEALING, assignee_user_id=office.drafter.user_id, done_at=None
    ).exists()
    with pytest.raises(Conflict):
        chain.sign(document, by=office.leader)


def test_the_reviewer_changes_the_text_and_it_shows(office):
    document = office.submitted()
    drafting.edit(document, by=office.reviewer, body="核稿改过的正文。")
    found = queries.trace(document)
    assert found[0].by == "核稿" and found[0].step == "核稿"
    with pytest.raises(Forbidden):
        drafting.edit(document, by=office.drafter, body="抢改")


def test_a_document_goes_back_to_any_step_and_comes_again(office):
    document = office.submitted(office.first)
    document = chain.countersign(chain.review(document, by=office.reviewer), by=office.first)
    document = chain.send_back(document, by=office.leader, to="review", reason="数字不实")
    assert desk.step_title(document) == "核稿"
    document = chain.send_back(document, by=office.reviewer, to="draft", reason="请重拟")
    assert desk.step_title(document) == "拟稿" and document.state == "under_way"
    drafting.edit(document, by=office.drafter, body="改好的正文。")
    document = office.submitted(office.second, document=document)
    document = chain.review(document, by=office.reviewer)
    with pytest.raises(Forbidden):
        chain.countersign(document, by=office.first)
    document = chain.countersign(document, by=office.second)
    assert chain.sign(document, by=office.leader).state == "signed"
    with pytest.raises(Refusal):
        chain.send_back(office.submitted(), by=office.reviewer, to="sign", reason="越级")


def test_withdrawn_it_is_a_draft_again_without_a_number(office):
    document = office.submitted()
    with pytest.raises(Forbidden):
        chain.withdraw(document, by=office.reviewer, reason="不该我撤")
    document = chain.withdraw(document, by=office.drafter, reason="还要修改")
    assert document.state == "draft"
    document = chain.review(office.submitted(document=document), by=office.reviewer)
    assert chain.sign(document, by=office.leader).number.serial == 1


def test_signers_are_added_and_removed(office):
    document = office.submitted(office.first)
    document = chain.add_signer(document, by=office.reviewer, user=office.second.user_id)
    document = chain.review(document, by=office.reviewer)
    with pytest.raises(Conflict):
        chain.add_signer(document, by=office.first, user=office.second.user_id)
    document = chain.countersign(document, by=office.first)
    assert desk.step_title(document) == "会签"
    third = office.world.actor("会签丙", (HANDLER, office.union))
    document = chain.add_signer(document, by=office.second, user=third.user_id)
    document = chain.remove_signer(document, by=office.second, user=third.user_id, reason="出差")
    document = chain.countersign(document, by=office.second)
    assert desk.step_title(document) == "签发"


def test_signing_asks_who_one_is(office):
    from dataclasses import replace

    document = chain.review(office.submitted(), by=office.reviewer)
    with pytest.raises(StepUp):
        chain.sign(document, by=replace(office.leader, verified_at=None))
    assert not Number.objects.unscoped("test").exists()


def test_another_county_is_refused(office):
    document = office.draft()
    other = office.world.actor("外人", (HANDLER, office.world.wuhu), (APPROVER, office.world.wuhu))
    for act in (
        lambda: drafting.edit(document, by=other, body="x"),
        lambda: chain.review(document, by=other),
        lambda: chain.sign(document, by=other),
        lambda: chain.void(document, by=other, reason="随便"),
    ):
        with pytest.raises(Forbidden):
            act()


def test_a_voided_number_stays_with_its_reason_and_is_not_used_again(office):
    first = office.signed()
    with pytest.raises(Refusal):
        chain.void(first, by=office.leader, reason="错")
    voided = chain.void(first, by=office.leader, reason="内容有误，重新发文")
    assert voided.state == "void"
    second = office.signed()
    rows = list(Number.objects.unscoped("test").order_by("serial"))
    assert [(row.serial, row.state) for row in rows] == [(1, "voided"), (2, "taken")]
    assert rows[0].reason and second.number.serial == 2
    assert queries.gaps_of(rows) == {}
    with pytest.raises(Conflict):
        register.void(rows[0], "再作废一次", by=office.leader)


def test_each_organ_mark_and_year_counts_for_itself(office):
    letters = makers.series(office.world, office.union, "合工函")
    other = makers.series(office.world, office.world.wuhu, "芜工发")
    main = makers.series(office.world, office.union, "合工发")
    by = platform("测试")
    taken = [
        register.take(mark, "某", day, by=by).text
        for mark, day in (
            (main, date(2026, 12, 31)),
            (main, date(2027, 1, 1)),
            (letters, date(2026, 12, 31)),
            (other, date(2026, 12, 31)),
            (main, date(2026, 12, 31)),
        )
    ]
    assert taken == [
        "合工发〔2026〕1号",
        "合工发〔2027〕1号",
        "合工函〔2026〕1号",
        "芜工发〔2026〕1号",
        "合工发〔2026〕2号",
    ]


def test_a_mark_belongs_to_one_organ(office):
    with pytest.raises(Conflict):
        register.open_series(
            office.world.wuhu,
            by=office.world.actor("芜湖", (APPROVER, office.world.wuhu)),
            prefix="合工发",
        )
    with pytest.raises(Refusal):
        register.open_series(office.union, by=office.leader, prefix="abc")


@pytest.fixture
def kept():
    """A mark that other connections see; gone afterwards."""
    with transaction.atomic():
        world = world_module.build()
        mark = makers.series(world, world.hefei, "合工试")
    yield mark
    with transaction.atomic():
        raise_wall(Scope.everything())


def _take(mark, results, stop=None):
    try:
        with transaction.atomic():
            raise_wall(Scope.everything())
            number = register.take(mark, "某", date(2026, 11, 20), by=platform("测试"))
            if stop is not None:
                stop(connection.connection.info.backend_pid)
            results.append(number.serial)
    except OperationalError:
        results.append("killed")
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_and_one_killed_between_leave_no_gap(kept):
    results: list = []
    ready, go = threading.Event(), threading.Event()

    def die(pid):
        ready.set()
        go.wait(20)
        connection.cursor().execute("SELECT 1")

    pids: list = []
    first = threading.Thread(
        target=_take, args=(kept, results, lambda pid: (pids.append(pid), die(pid)))
    )
    first.start()
    assert ready.wait(20)
    others = [threading.Thread(target=_take, args=(kept, results)) for _ in range(2)]
    for thread in others:
        thread.start()
    # The first has its number but not committed: its process is lost, as with kill -9.
    connection.cursor().execute("SELECT pg_terminate_backend(%s)", [pids[0]])
    go.set()
    for thread in [first, *others]:
        thread.join(30)
    assert sorted(map(str, results)) == ["1", "2", "killed"]
    serials = Number.objects.unscoped("test").order_by("serial").values_list("serial", flat=True)
    assert list(serials) == [1, 2]


years = itertools.count(2027)


@pytest.mark.django_db(transaction=True)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    plans=st.lists(
        st.lists(st.sampled_from(["take", "fail", "void"]), max_size=5), min_size=2, max_size=3
    )
)
def test_numbers_have_no_gap_and_no_double_whoever_takes_them_at_once(kept, plans):
    """Some keep their number, some fail after taking it, some void it: the register is whole."""
    day = date(next(years), 6, 1)
    by, kept_ones, faults = platform("测试"), [], []

    def follow(plan):
        try:
            for what in plan:
                with contextlib.suppress(Lost), transaction.atomic():
                    raise_wall(Scope.everything())
                    number = register.take(kept, "某", day, by=by)
                    if what == "fail":
                        raise Lost
                    kept_ones.append((number.serial, what))
                if what == "void":
                    with transaction.atomic():
                        raise_wall(Scope.everything())
                        register.void(number, "收文单位有误", by=by)
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=follow, args=(plan,)) for plan in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not faults
    rows = Number.objects.unscoped("test").filter(year=day.year).order_by("serial")
    states = {row.serial: row.state for row in rows}
    assert list(states) == list(range(1, len(kept_ones) + 1))
    assert states == {serial: "voided" if what == "void" else "taken" for serial, what in kept_ones}
    assert all(row.reason for row in rows if row.state == "voided")


class Lost(Exception):
    """Whatever happens after a number was taken."""


SIGNER = """
import sys, time
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from django.utils import timezone
from gonghui.kernel.access.loading import actor_of
from gonghui.kernel.identity.models import User
from gonghui.systems.office.circulation.actions import chain, register
from gonghui.systems.office.circulation.models import Outgoing
take = register.take
def slowly(*args, **facts):
    found = take(*args, **facts)
    print("here", flush=True)
    time.sleep(60)
    return found
register.take = slowly
leader = User.objects.get(pk=int(sys.argv[3]))
by = actor_of(leader, timezone.localdate(), request_id="test", verified_at=timezone.now())
chain.sign(Outgoing.objects.unscoped("test").get(pk=int(sys.argv[2])), by=by)
"""


@pytest.mark.django_db(transaction=True)
def test_a_process_killed_between_signature_and_number_leaves_neither():
    with transaction.atomic():
        world = world_module.build()
        office = make_office(world)
        document = chain.review(office.submitted(), by=office.reviewer)
    command = [sys.executable, "-c", SIGNER, connection.settings_dict["NAME"]]
    command += [str(document.pk), str(office.leader.user_id)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None and child.stdout.readline() == "here\n"
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    document.refresh_from_db()
    document.__dict__.pop("_open_items", None)
    assert document.state == "under_way" and document.number_id is None
    assert not Number.objects.unscoped("test").exists()
    assert desk.step_title(document) == "签发"
    document = chain.sign(document, by=office.leader)
    assert document.number.serial == 1
    assert cases.of(document).state == "completed"
    with pytest.raises(Conflict):
        chain.sign(document, by=office.leader)
    assert Number.objects.unscoped("test").count() == 1
