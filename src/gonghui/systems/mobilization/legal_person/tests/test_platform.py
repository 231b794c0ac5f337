"""The issuing platform down, slow, lying, repeating: no wrong code, and the queue drains itself."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.identifiers import parse_uscc
from gonghui.kernel.notify.models import Todo
from gonghui.systems.mobilization.legal_person.actions import codes, platform
from gonghui.systems.mobilization.legal_person.jobs.codes import outcome_of
from gonghui.systems.mobilization.legal_person.models import (
    Application,
    Certificate,
    CodeAnswer,
    CodeRequest,
    LegalPerson,
    State,
    UnionCode,
)
from gonghui.systems.mobilization.legal_person.rules import procedures as rules
from gonghui.systems.mobilization.legal_person.tests import makers
from gonghui.systems.mobilization.legal_person.tests.platform_outside import simulated

pytestmark = pytest.mark.django_db
BAD = (
    "down",
    "silent",
    "garbled",
    "pending",
    "wrong_check",
    "wrong_region",
    "wrong_name",
    "wrong_range",
    "wrong_key",
    "ghost",
)


@pytest.fixture
def waiting(world):
    """A range filed and three unions whose registration was approved."""
    makers.code_range(world, world.shushan)
    return [makers.coding(world, union) for union in (world.factory, world.shop, world.jinggang)]


def codes_known():
    return list(UnionCode.objects.unscoped("test").order_by("id"))


def assert_nothing(applications) -> None:
    """No code, no legal person, no certificate: 等待外部赋码."""
    assert not codes_known()
    assert not LegalPerson.objects.unscoped("test").exists()
    assert not Certificate.objects.unscoped("test").exists()
    for application in applications:
        application.union.refresh_from_db()
        assert application.union.uscc == ""
        found = Application.objects.unscoped("test").get(pk=application.pk)
        assert found.state == State.CODING and found.get_state_display() == "等待外部赋码"


def assert_all(applications, outside) -> None:
    """Every union has a code of its own that the platform keeps under its name."""
    kept = outside.codes()
    found = {code.union_id: code for code in codes_known()}
    assert len(found) == len(applications) == len({code.uscc for code in found.values()})
    for application in applications:
        code = found[application.union_id]
        assert kept[code.uscc] == {"name": application.name, "state": "in_use"}
        assert parse_uscc(code.uscc).region == "340104"
        application.union.refresh_from_db()
        assert application.union.uscc == code.uscc
        for certificate in Certificate.objects.unscoped("test").filter(application=application):
            assert certificate.code_id == code.pk
        assert Application.objects.unscoped("test").get(pk=application.pk).state == "certifying"


def test_well(waiting, outside, turn):
    turn()
    assert_all(waiting, outside)
    assert Certificate.objects.unscoped("test").count() == 6


@pytest.mark.parametrize("mood", BAD)
def test_nothing_while_it_fails_and_everything_by_itself_after(waiting, outside, turn, mood):
    outside.become(mood)
    for _ in range(3):
        turn()
    assert_nothing(waiting)
    assert CodeAnswer.objects.exclude(outcome="allotted").count() >= 3
    outside.become("well")
    # Only one of them has to be due: its good answer wakes the others.
    first = CodeRequest.objects.unscoped("test").order_by("id").first()
    CodeRequest.objects.unscoped("test").filter(pk=first.pk).update(
        next_at=timezone.now(), leased_until=None
    )
    turn(soon=False)
    assert_all(waiting, outside)


def test_slow_is_waited_for(waiting, outside, turn):
    outside.become("slow")
    turn()
    assert_all(waiting, outside)


def test_allotted_but_the_answer_lost_gives_the_same_code_later(waiting, outside, turn):
    outside.become("forgetful")
    turn()
    assert_nothing(waiting)
    given = set(outside.codes())
    outside.become("well")
    turn()
    assert_all(waiting, outside)
    assert given and given <= {code.uscc for code in codes_known()}
    assert len(outside.codes()) == 3


def test_the_same_code_for_all_is_taken_once(waiting, outside, turn):
    """The platform repeats a code it keeps under another name: every later answer is refused."""
    turn_first = waiting[0]
    CodeRequest.objects.unscoped("test").exclude(application=turn_first).update(
        next_at=timezone.now() + timezone.timedelta(hours=1)
    )
    turn(soon=False)
    assert len(codes_known()) == 1
    outside.become("doubling")
    for _ in range(3):
        turn()
    assert len(codes_known()) == 1
    outside.become("well")
    turn()
    assert_all(waiting, outside)


def test_a_code_of_the_register_is_refused_even_if_the_platform_swears(
    world, waiting, outside, turn, monkeypatch
):
    """It says it, keeps it and confirms it; our own register still says no, cancelled or not."""
    turn()
    old = codes_known()[0]
    old.state = "cancelled"
    old.save()
    with outside.state() as known:
        known["codes"][old.uscc] = {"name": world.mill.name, "state": "in_use"}
    request = makers.code_request(world, world.factory_b)
    taken = codes.claim(timezone.now())
    codes.settle(taken, codes.Outcome("allotted", "", old.uscc), timezone.now())
    request.refresh_from_db()
    assert request.state == "waiting" and "不能再次赋给" in request.trouble
    assert CodeAnswer.objects.get(request=request).outcome == "rejected"


@pytest.mark.parametrize("cancelled", [False, True])
def test_a_code_given_to_another_is_refused_though_the_platform_rewrites_its_books(
    world, waiting, outside, turn, cancelled
):
    turn()
    old = codes_known()
    if cancelled:
        UnionCode.objects.unscoped("test").update(state="cancelled")
    outside.become("stolen")
    made = makers.coding(world, world.factory_b, registrar=world.shushan)
    for _ in range(3):
        turn()
    assert [code.uscc for code in codes_known()] == [code.uscc for code in old]
    request = CodeRequest.objects.unscoped("test").get(application=made)
    assert request.rejected == 3 and "不能再次赋给" in request.trouble
    assert Certificate.objects.unscoped("test").filter(application=made).count() == 0
    outside.become("well")
    turn()
    found = UnionCode.objects.unscoped("test").get(union=world.factory_b)
    assert found.uscc not in {code.uscc for code in old}


def test_a_code_another_union_has_in_the_tree_is_refused(world, waiting, outside, turn):
    """The register does not know it, the grass-roots record does."""
    turn()
    makers.code_request(world, world.factory_b)
    taken = codes.claim(timezone.now())
    world.mill.uscc = simulated.code_of("81", "340104", "MC000777")
    world.mill.save()
    codes.settle(taken, codes.Outcome("allotted", "", world.mill.uscc), timezone.now())
    request = CodeRequest.objects.unscoped("test").get(pk=taken.pk)
    assert request.state == "waiting" and "已登记在" in request.trouble
    assert len(codes_known()) == 3


def test_a_notice_only_has_the_question_asked_at_once(waiting, outside, turn):
    """It comes twice, and with a code of its own; nothing in it is believed."""
    outside.become("pending")
    turn()
    outside.become("well")
    rows = CodeRequest.objects.unscoped("test")
    rows.update(next_at=timezone.now() + timezone.timedelta(hours=1))
    first = rows.get(application=waiting[0])
    lie = {"uscc": simulated.code_of("81", "340104", "MC000999"), "state": "allotted"}
    for _ in range(2):
        answer = Client(enforce_csrf_checks=True).post(
            f"/hooks/legal-codes/{first.asked_key}/", lie, content_type="application/json"
        )
        assert answer.status_code == 204
    assert_nothing(waiting)
    assert rows.filter(next_at__lte=timezone.now()).count() == 1
    turn(soon=False)
    assert_all(waiting, outside)
    assert lie["uscc"] not in {code.uscc for code in codes_known()}
    before = CodeAnswer.objects.count()
    answer = Client().post(f"/hooks/legal-codes/{first.asked_key}/")
    assert answer.status_code == 204 and turn(soon=False) == 0
    assert CodeAnswer.objects.count() == before and len(codes_known()) == 3
    for key in (f"{first.key}-2", "x", f"{first.key}"):
        assert Client().post(f"/hooks/legal-codes/{key}/").status_code == 404
    assert Client().get(f"/hooks/legal-codes/{first.asked_key}/").status_code == 405


@pytest.mark.parametrize(
    "said",
    [
        {"state": "allotted", "uscc": "81\x00340104\ud800", "serial": "\x00" * 900},
        {"state": "allotted", "uscc": {"a": 1}, "name": [1], "key": None},
        {"state": "refused", "reason": "\x00" * 5 + "否" * 5000},
        {"state": ["allotted"]},
        None,
    ],
)
def test_strange_answers_are_kept_as_text_and_stop_nobody(
    waiting, outside, turn, said, monkeypatch
):
    monkeypatch.setattr(platform, "ask", lambda **asked: said)
    assert turn() == 3
    assert not codes_known() and not Certificate.objects.unscoped("test").exists()
    assert CodeAnswer.objects.count() == 3


def test_the_database_itself_holds_one_row_a_code_and_a_certificate_its_code(world, waiting):
    code = makers.union_code(world, world.mill)
    with pytest.raises(IntegrityError), transaction.atomic():
        makers.union_code(world, world.factory_b, uscc=code.uscc)
    assert not Certificate._meta.get_field("code").null


def test_without_a_range_on_file_no_code_is_taken(world, outside, turn):
    made = makers.coding(world, world.factory)
    turn()
    assert_nothing([made])
    by = world.actor("核准", (APPROVER, world.shushan))
    codes.file_range(
        world.shushan,
        by=by,
        prefix="81340104",
        first="MC000000",
        last="MCYYYYYY",
        document="号段通知",
    )
    with pytest.raises(Refusal, match="重叠"):
        codes.file_range(
            world.shushan,
            by=by,
            prefix="81340104",
            first="MCYYYYYY",
            last="MD000000",
            document="号段通知",
        )
    with pytest.raises(Refusal, match="行政区划应为"):
        codes.file_range(
            world.shushan,
            by=by,
            prefix="81340103",
            first="MC000000",
            last="MC000001",
            document="号段通知",
        )
    turn(soon=False)
    assert_all([made], outside)


def test_nobody_answering_is_probed_by_one_request_at_a_time(waiting, outside, turn):
    outside.become("down")
    assert turn() == 1
    with outside.state() as known:
        assert known["asked"] == 1
    assert turn(soon=False) == 0


def test_a_lie_is_told_to_the_registrar_and_told_no_more_once_true(world, waiting, outside, turn):
    outside.become("wrong_check")
    turn()
    todos = Todo.objects.filter(kind="legal.code", done_at=None)
    assert todos.count() == 3 and set(todos.values_list("union_id", flat=True)) == {
        world.shushan.pk
    }
    outside.become("well")
    turn()
    assert not todos.exists()


def test_who_stands_by_a_lie_is_asked_a_new_question(waiting, outside, turn):
    """The platform repeats the same impossible answer to the same question."""
    turn()
    with outside.state() as known:
        known["keys"] = {}
    outside.become("wrong_range")
    request = CodeRequest.objects.unscoped("test").first()
    assert request.round == 1
    taken = codes.Taken(
        request.pk, timezone.now(), "allot", request.asked_key, "", "", "", (), (), "", ""
    )
    CodeRequest.objects.unscoped("test").filter(pk=request.pk).update(
        state="waiting", leased_until=taken.lease
    )
    for expected in (1, 2):
        CodeRequest.objects.unscoped("test").filter(pk=request.pk).update(leased_until=taken.lease)
        codes.settle(taken, codes.Outcome("rejected", "不可信", "X" * 18), timezone.now())
        request.refresh_from_db()
        assert request.round == expected


def test_declined_waits_for_a_person(world, waiting, outside, turn):
    outside.become("declining")
    turn()
    assert_nothing(waiting)
    requests = CodeRequest.objects.unscoped("test")
    assert set(requests.values_list("state", flat=True)) == {"declined"}
    outside.become("well")
    assert turn() == 0
    by = world.actor("审查", (HANDLER, world.shushan))
    for request in requests:
        codes.again(request, by=by)
    turn()
    assert_all(waiting, outside)
    with pytest.raises(Conflict, match="已经赋码"):
        codes.again(requests.first(), by=by)


def test_two_answers_to_one_question_make_one_code(waiting, outside, turn):
    """A lease ran out while the platform was slow: both workers come back with the answer."""
    first = codes.claim(timezone.now())
    second = codes.claim(timezone.now() + codes.LEASE * 2)
    while second.pk != first.pk:
        second = codes.claim(timezone.now() + codes.LEASE * 2)
    one, other = outcome_of(first), outcome_of(second)
    assert one.uscc == other.uscc
    codes.settle(first, one, timezone.now())
    codes.settle(second, other, timezone.now())
    assert len(codes_known()) == 1
    assert Certificate.objects.unscoped("test").count() == 2


def test_cancelled_codes_are_told_to_the_platform_and_never_return(world, waiting, outside, turn):
    turn()
    application = waiting[0]
    Application.objects.unscoped("test").filter(pk=application.pk).update(state="done")
    outside.become("down")
    made = makers.approved(world, world.factory, rules.CANCEL)
    turn()
    code = UnionCode.objects.unscoped("test").get(union=world.factory)
    assert made.state == State.DONE and code.state == "cancelled" and code.cancel_told_at is None
    outside.become("well")
    turn()
    code.refresh_from_db()
    assert code.cancel_told_at is not None
    assert outside.codes()[code.uscc]["state"] == "cancelled"
    makers.coding(world, world.factory)
    turn()
    rows = UnionCode.objects.unscoped("test").filter(union=world.factory)
    assert rows.count() == 2 and rows.get(state="in_use").uscc != code.uscc
