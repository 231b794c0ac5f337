"""Recusal and entitlement: who must leave a step to others, and is told so before signing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER, HANDLER, Permission
from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.process import cases, delegating, work
from gonghui.kernel.process.declaring import FLOWS
from gonghui.kernel.process.diagram import read
from gonghui.kernel.process.linting import led_to
from gonghui.kernel.process.tests import flows
from gonghui.kernel.process.tests.conftest import Office
from gonghui.kernel.process.tests.flows import arrows, diagram, effect, line, node
from gonghui.kernel.process.tests.flows import work as task

pytestmark = pytest.mark.django_db
TWO_STEPS = line(task("first"), task("second", at="county"), effect("save", "approve"))
DECIDE = Permission("test-process.decide", "批准测试事项", (APPROVER,))


@pytest.fixture
def once(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The test flow, each of whose steps another person signs."""
    strict = object.__new__(type(flows.REVIEW))
    strict.__dict__.update({**flows.REVIEW.__dict__, "once": True})
    monkeypatch.setitem(FLOWS, flows.REVIEW.code, strict)
    return strict


def change(flow: Any, **given: Any) -> None:
    flow.__dict__.update(given)


def test_nobody_signs_two_steps(office: Office, once: Any) -> None:
    both = office.person(
        "一人两岗", (APPROVER, office.world.factory), (APPROVER, office.world.shushan)
    )
    other = office.person("区审", (APPROVER, office.world.shushan))
    case = office.start(TWO_STEPS)
    work.decide(office.only(case, "first"), by=both, choice="agree")
    item = office.only(case, "second")
    for act in (
        lambda: work.claim(item, by=both),
        lambda: work.decide(item, by=both, choice="agree"),
        lambda: work.send_back(item, by=both, to="first", reason="再看一遍"),
    ):
        with pytest.raises(Forbidden) as refusal:
            act()
        assert refusal.value.code == "signed_before"
        assert "first" in refusal.value.message and refusal.value.remedy
    work.decide(item, by=other, choice="agree")
    case.refresh_from_db()
    assert case.state == "completed"


def test_where_only_the_first_holds_the_role_it_goes_further_up(office: Office, once: Any) -> None:
    only = office.person(
        "唯一审批人", (APPROVER, office.world.factory), (APPROVER, office.world.shushan)
    )
    above = office.person("市审", (APPROVER, office.world.hefei))
    case = office.start(TWO_STEPS)
    work.decide(office.only(case, "first"), by=only, choice="agree")
    item = office.only(case, "second")
    assert item.union == office.world.hefei
    work.decide(item, by=above, choice="agree")
    case.refresh_from_db()
    assert case.state == "completed"


def test_the_first_signs_again_what_was_sent_back(office: Office, once: Any) -> None:
    first = office.person("厂审", (APPROVER, office.world.factory))
    second = office.person("区审", (APPROVER, office.world.shushan))
    case = office.start(TWO_STEPS)
    work.decide(office.only(case, "first"), by=first, choice="agree")
    work.send_back(office.only(case, "second"), by=second, to="first", reason="请补充")
    work.decide(office.only(case, "first"), by=first, choice="agree")
    assert office.at(case) == ["second"]


def test_a_delegate_stands_for_the_one_who_signed(office: Office, once: Any) -> None:
    first = office.person("厂审", (APPROVER, office.world.factory))
    second = office.person("区审", (APPROVER, office.world.shushan))
    today = timezone.localdate()
    delegating.delegate(
        None,
        by=second,
        taker=first.user_id,
        valid_from=today,
        valid_to=today + timedelta(days=2),
        reason="出差",
    )
    case = office.start(TWO_STEPS)
    work.decide(office.only(case, "first"), by=first, choice="agree")
    with pytest.raises(Forbidden) as refusal:
        work.decide(office.only(case, "second"), by=first, choice="agree")
    assert refusal.value.code == "signed_before"


def test_nor_is_it_given_to_who_signed_before(office: Office, once: Any) -> None:
    first = office.person("厂审", (APPROVER, office.world.factory))
    second = office.person("区审", (APPROVER, office.world.shushan))
    case = office.start(TWO_STEPS)
    work.decide(office.only(case, "first"), by=first, choice="agree")
    item = office.only(case, "second")
    for act in (
        lambda: work.hand_over(item, by=second, user=first.user_id, reason="请代办"),
        lambda: work.add_signer(item, by=second, user=first.user_id, reason="一起看"),
    ):
        with pytest.raises(Refusal) as refusal:
            act()
        assert (refusal.value.code, refusal.value.field) == ("signed_before", "user")
        assert "厂审" in refusal.value.message


def test_whose_own_matter_it_is_signs_nothing(office: Office, once: Any) -> None:
    own = office.person("本人", (APPROVER, office.world.factory))
    above = office.person("区审", (APPROVER, office.world.shushan))
    change(once, parties=lambda subject: [own.user_id])
    case = office.start(TWO_STEPS)
    # The only approver of the factory is a party, so the county is asked.
    assert office.only(case, "first").union == office.world.shushan
    with pytest.raises(Forbidden):
        work.decide(office.only(case, "first"), by=own, choice="agree")
    work.decide(office.only(case, "first"), by=above, choice="agree")
    assert office.at(case) == ["second"]


def test_parties_named_as_signers_are_left_out(office: Office, once: Any) -> None:
    own = office.person("本人", (APPROVER, office.world.factory))
    other = office.person("同事", (APPROVER, office.world.factory))
    change(once, parties=lambda subject: [own.user_id])
    case = office.start(line(task("all", mode="all"), effect("save", "approve")))
    assert [item.assignee_id for item in office.open(case)] == [other.user_id]


def test_who_lacks_the_right_is_told_before_signing(office: Office, once: Any) -> None:
    effects = once.effects
    change(once, effects={**effects, "approve": replace(effects["approve"], needs=DECIDE)})
    clerk = office.person("经办", (HANDLER, office.world.factory))
    approver = office.person("厂审", (APPROVER, office.world.factory))
    case = office.start(line(task("first", role="handler"), effect("save", "approve")))
    item = office.only(case, "first")
    with pytest.raises(Forbidden) as refusal:
        work.decide(item, by=clerk, choice="agree")
    assert refusal.value.code == "not_entitled" and "批准测试事项" in refusal.value.message
    with pytest.raises(Refusal) as given:
        stranger = office.person("外人", (HANDLER, office.world.factory))
        work.hand_over(item, by=clerk, user=stranger.user_id, reason="请代办")
    assert (given.value.code, given.value.field) == ("not_entitled", "user")
    # Who may not decide may still give it to somebody who may.
    work.hand_over(item, by=clerk, user=approver.user_id, reason="须由审批人办理")
    work.decide(cases.items(case).get(pk=item.pk), by=approver, choice="agree")
    case.refresh_from_db()
    assert case.state == "completed"


def test_what_a_step_leads_to_ends_at_the_next_person() -> None:
    xml = diagram(
        node("startEvent", "start"),
        task("first"),
        node("exclusiveGateway", "which", default="which_again"),
        effect("save", "approve"),
        task("again"),
        effect("later", "approve"),
        node("endEvent", "end"),
        arrows(
            "start>first",
            "first>which",
            'which>save if choice == "agree"',
            "which>again",
            "save>end",
            "again>later",
            "later>end",
        ),
    )
    found = read(xml)
    assert [one.id for one in led_to(found, "first")] == ["save"]
    assert [one.id for one in led_to(found, "again")] == ["later"]
