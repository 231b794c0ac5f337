"""Moving running cases to another version: each stays at its step, or is refused with a reason."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from gonghui.kernel.access.roles import APPROVER, SYSTEM_ADMIN
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.process import cases, migrating, work
from gonghui.kernel.process.tests import flows
from gonghui.kernel.process.tests.conftest import Office
from gonghui.kernel.process.tests.flows import arrows, diagram, effect, line, node
from gonghui.kernel.process.tests.flows import work as task

pytestmark = pytest.mark.django_db
SAVE = effect("save", "approve")


def within(*steps: str) -> str:
    """A diagram whose steps stand in a sub-process, with one step after it."""
    codes = [step.split('id="')[1].split('"')[0] for step in steps]
    ways = ["begin", *codes, "done"]
    inner = (
        node("startEvent", "begin")
        + "".join(steps)
        + node("endEvent", "done")
        + arrows(*(f"{a}>{b}" for a, b in pairwise(ways)))
    )
    return diagram(
        node("startEvent", "start"),
        node("subProcess", "part", inner),
        task("after"),
        SAVE,
        node("endEvent", "end"),
        arrows("start>part", "part>after", "after>save", "save>end"),
    )


@pytest.fixture
def people(office: Office) -> dict[str, Any]:
    return {
        "admin": office.person("省系管", (SYSTEM_ADMIN, office.world.province)),
        "signer": office.person("厂审", (APPROVER, office.world.factory)),
    }


def province_wide(office: Office, xml: str) -> Any:
    return flows.publish(xml, office.world.province)


def test_a_case_goes_on_by_the_new_version(office: Office, people: Any) -> None:
    case = office.start(line(task("one"), task("two"), SAVE))
    work.decide(office.only(case, "one"), by=people["signer"], choice="agree")
    case.refresh_from_db()
    to = province_wide(office, line(task("one"), task("two"), task("three"), SAVE))
    item = office.only(case, "two")
    moved = migrating.migrate(case, by=people["admin"], to=to)
    assert moved.definition == to and office.only(case, "two").pk == item.pk
    work.decide(office.only(case, "two"), by=people["signer"], choice="agree")
    assert office.at(case) == ["three"]
    work.decide(office.only(case, "three"), by=people["signer"], choice="agree")
    case.refresh_from_db()
    assert case.state == "completed"
    assert [line.kind for line in cases.history(case)].count("migrated") == 1


def test_a_step_passed_and_gone_does_not_stand_in_the_way(office: Office, people: Any) -> None:
    case = office.start(line(task("one"), task("two"), SAVE))
    work.decide(office.only(case, "one"), by=people["signer"], choice="agree")
    case.refresh_from_db()
    to = province_wide(office, line(task("two"), SAVE))
    migrating.migrate(case, by=people["admin"], to=to)
    work.decide(office.only(case, "two"), by=people["signer"], choice="agree")
    case.refresh_from_db()
    assert case.state == "completed"


@pytest.mark.parametrize(
    ("xml", "why"),
    [
        (line(task("other"), SAVE), "没有当前环节"),
        (line(node("intermediateCatchEvent", "one", flows.timer("3")), SAVE), "类型不同"),
    ],
)
def test_without_its_step_it_is_refused(office: Office, people: Any, xml: str, why: str) -> None:
    case = office.start(line(task("one"), SAVE))
    to = province_wide(office, xml)
    before = dict(case.engine)
    assert why in migrating.obstacle(case, to)
    with pytest.raises(Refusal) as refusal:
        migrating.migrate(case, by=people["admin"], to=to)
    assert refusal.value.code == "cannot_migrate" and refusal.value.remedy
    case.refresh_from_db()
    assert case.engine == before and case.definition != to
    assert office.only(case, "one").is_open


def test_within_a_sub_process_and_after_it(office: Office, people: Any) -> None:
    case = office.start(within(task("one"), task("two")))
    to = province_wide(office, within(task("one"), task("extra"), task("two")))
    assert migrating.obstacle(case, to) == ""
    migrating.migrate(case, by=people["admin"], to=to)
    for step in ("one", "extra", "two"):
        work.decide(office.only(case, step), by=people["signer"], choice="agree")
    case.refresh_from_db()
    assert office.at(case) == ["after"]
    # The way through the sub-process is behind it: what is in there no longer matters.
    last = province_wide(office, within(task("other")))
    migrating.migrate(case, by=people["admin"], to=last)
    work.decide(office.only(case, "after"), by=people["signer"], choice="agree")
    case.refresh_from_db()
    assert case.state == "completed"


@pytest.mark.parametrize(
    "xml",
    [
        line(task("one"), task("after"), SAVE),
        within(task("two")),
        line(task("part"), task("after"), SAVE),
    ],
)
def test_a_step_out_of_its_sub_process_is_refused(office: Office, people: Any, xml: str) -> None:
    case = office.start(within(task("one"), task("two")))
    to = province_wide(office, xml)
    with pytest.raises(Refusal) as refusal:
        migrating.migrate(case, by=people["admin"], to=to)
    assert refusal.value.code == "cannot_migrate" and "“one”" in refusal.value.message
    assert office.at(case) == ["one"]


def test_only_to_a_published_version_that_holds_there(office: Office, people: Any) -> None:
    case = office.start(line(task("one"), SAVE))
    elsewhere = flows.publish(line(task("one"), SAVE), office.world.wuhu)
    with pytest.raises(Refusal) as scope:
        migrating.migrate(case, by=people["admin"], to=elsewhere)
    assert scope.value.code == "scope"
    here = province_wide(office, line(task("one"), SAVE))
    with pytest.raises(Forbidden):
        migrating.migrate(case, by=people["signer"], to=here)
    migrating.migrate(case, by=people["admin"], to=here)
    with pytest.raises(Conflict) as same:
        migrating.migrate(case, by=people["admin"], to=here)
    assert same.value.code == "same_version"
    here.state = "retired"
    here.save()
    with pytest.raises(Refusal) as retired:
        migrating.migrate(case, by=people["admin"], to=here)
    assert retired.value.code == "not_published"


def test_a_case_that_is_over_stays(office: Office, people: Any) -> None:
    case = office.start(line(task("one"), SAVE))
    to = province_wide(office, line(task("one"), SAVE))
    work.decide(office.only(case, "one"), by=people["signer"], choice="agree")
    with pytest.raises(Conflict) as over:
        migrating.migrate(case, by=people["admin"], to=to)
    assert over.value.code == "case_over"


def test_of_several_each_goes_or_stays_by_itself(office: Office, people: Any) -> None:
    xml = line(task("one"), task("two"), SAVE)
    stays, goes = office.start(xml), office.start()
    work.decide(office.only(goes, "one"), by=people["signer"], choice="agree")
    to = province_wide(office, line(task("two"), SAVE))
    for case in (stays, goes):
        case.refresh_from_db()
    results = dict(migrating.migrate_each([stays, goes], by=people["admin"], to=to))
    assert "没有当前环节" in results[stays] and results[goes] == ""
