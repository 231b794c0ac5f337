"""Gateways and signers by decision tables, which a union may change without a new diagram."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER
from gonghui.kernel.process import cases, trial, work
from gonghui.kernel.process.declaring import FLOWS, Flow
from gonghui.kernel.process.publishing import faults_of
from gonghui.kernel.process.tests import flows
from gonghui.kernel.process.tests.conftest import Office
from gonghui.kernel.process.tests.flows import ROUTES, arrows, diagram, node
from gonghui.kernel.process.tests.flows import work as task
from gonghui.kernel.rules.models import TableVersion, VersionState
from gonghui.kernel.rules.tables import Content, Line

ROUTED = diagram(
    node("startEvent", "start"),
    task("check"),
    node("exclusiveGateway", "gate", default="gate_last"),
    task("second", who="expression", expression="signer"),
    task("last"),
    node("endEvent", "end"),
    arrows("start>check", "check>gate", "gate>second if route == 'long'", "gate>last"),
    arrows("second>last", "last>end"),
)


def publish(office: Office, content: Content, days: int = 0) -> None:
    """A version of the table for Hefei from some days from today on."""
    now = timezone.now()
    version = TableVersion(
        table=ROUTES.code,
        title=ROUTES.title,
        number=1,
        content=content.as_json(),
        state=VersionState.PUBLISHED,
        valid_from=timezone.localdate() + timedelta(days=days),
        drafted_by_name="起草人",
        drafted_at=now,
    )
    version.place_at(office.world.hefei)
    version.save()


def test_a_gateway_goes_by_a_table_and_says_by_which_line(office: Office) -> None:
    (boss,) = office.approvers(1, office.world.factory)
    for amount, expected in ((99, "last"), (100, "second")):
        case = office.start(ROUTED, amount=amount)
        work.decide(office.only(case), by=boss, choice="agree")
        assert office.at(case) == [expected]
    told = cases.history(case).filter(kind="rule").first()
    assert told is not None and told.title == "gate" and told.text == "测试路径"
    assert told.opinion.startswith("第 1 行：金额是 100")


def test_a_citys_own_version_sends_its_cases_elsewhere(office: Office) -> None:
    (boss,) = office.approvers(1, office.world.factory)
    chosen = office.person("指定的人", (APPROVER, office.world.hefei))
    other = office.approvers(1, office.world.mill)[0]
    line = Line({"amount": ">= 10"}, {"route": "long", "signer": str(chosen.user_id)})
    publish(office, Content((line,)))
    case = office.start(ROUTED, amount=50)
    work.decide(office.only(case), by=boss, choice="agree")
    assert [item.assignee_id for item in office.open(case, "second")] == [chosen.user_id]
    elsewhere = office.start(union=office.world.mill, amount=50)
    work.decide(office.only(elsewhere), by=other, choice="agree")
    assert office.at(elsewhere) == ["last"]


def test_a_version_of_tomorrow_decides_nothing_today(office: Office) -> None:
    (boss,) = office.approvers(1, office.world.factory)
    publish(office, Content((Line({"amount": ">= 10"}, {"route": "long"}),)), days=1)
    case = office.start(ROUTED, amount=50)
    work.decide(office.only(case), by=boss, choice="agree")
    assert office.at(case) == ["last"]


@pytest.mark.django_db
def test_the_check_of_a_diagram_and_its_trial_know_the_results() -> None:
    assert not [fault for fault in faults_of(flows.REVIEW, ROUTED) if "route" in str(fault)]
    wrong = ROUTED.replace("route == 'long'", "routes == 'long'")
    assert [fault for fault in faults_of(flows.REVIEW, wrong) if "routes" in str(fault)]
    moves = [trial.Move("check", "agree")]
    for amount, expected in ((99, "last"), (100, "second")):
        found = trial.walk(flows.REVIEW, ROUTED, {"amount": amount}, moves)
        assert [waiting.node.id for waiting in found.waiting] == [expected]


def test_a_table_asks_only_what_its_flow_has() -> None:
    given = {"title": "x", "subject": flows.REVIEW.subject, "diagram": flows.REVIEW.diagram}
    with pytest.raises(ValueError, match="asks what it has not"):
        Flow("test-lacking", view=flows.VIEW, tables=(ROUTES,), **given)
    assert "test-lacking" not in FLOWS
