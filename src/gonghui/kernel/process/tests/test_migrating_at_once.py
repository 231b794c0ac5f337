"""Migrating a case while somebody signs it, and by two at once."""

from __future__ import annotations

from typing import Any

import pytest

from gonghui.kernel.access.roles import SYSTEM_ADMIN
from gonghui.kernel.base.errors import Conflict
from gonghui.kernel.process import cases, migrating, work
from gonghui.kernel.process.models import ItemState
from gonghui.kernel.process.tests.conftest import Office
from gonghui.kernel.process.tests.flows import effect, line
from gonghui.kernel.process.tests.flows import work as task
from gonghui.kernel.process.tests.test_at_once import begun, both, office  # noqa: F401
from gonghui.kernel.process.tests.test_migrating import people, province_wide  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
SAVE = effect("save", "approve")


def test_signing_and_migrating_at_once(office: Office, people: Any) -> None:  # noqa: F811
    """Whichever comes first, the case ends up at one step, with one open item."""
    case = begun(office, line(task("one"), task("two"), SAVE))
    to = province_wide(office, line(task("one"), task("two"), task("three"), SAVE))
    item = office.only(case, "one")
    found = both(
        lambda: migrating.migrate(case, by=people["admin"], to=to),
        lambda: work.decide(item, by=people["signer"], choice="agree"),
    )
    assert not [one for one in found if isinstance(one, Exception)], found
    case.refresh_from_db()
    assert case.definition == to and case.standing == "two"
    assert cases.items(case).filter(state=ItemState.OPEN).count() == 1
    for step in ("two", "three"):
        work.decide(office.only(case, step), by=people["signer"], choice="agree")
    case.refresh_from_db()
    assert case.state == "completed"


def test_two_administrators_at_once(office: Office, people: Any) -> None:  # noqa: F811
    case = begun(office, line(task("one"), SAVE))
    to = province_wide(office, line(task("one"), SAVE))
    other = office.person("省系管二", (SYSTEM_ADMIN, office.world.province))
    found = both(
        lambda: migrating.migrate(case, by=people["admin"], to=to),
        lambda: migrating.migrate(case, by=other, to=to),
    )
    refused = [one for one in found if isinstance(one, Conflict)]
    assert len(refused) == 1 and refused[0].code == "same_version"
    assert [line.kind for line in cases.history(case)].count("migrated") == 1
