"""An action that starts a case, as a system would."""

from __future__ import annotations

from typing import Any

from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.people.models import Membership
from gonghui.kernel.process import cases
from gonghui.kernel.process.models import Case, CaseState
from gonghui.kernel.process.tests.flows import REVIEW

SEND = Permission("test-process.send", "送出测试事项", open=True)


@action("test-process.send", "送出测试事项", SEND)
def send(member: Membership, *, by: Actor, **variables: Any) -> Case:
    return cases.start(REVIEW, member, union=member.union, starter=by, variables=variables)


@action("test-process.stop", "收回测试事项", SEND)
def stop(member: Membership, *, by: Actor, case: Case) -> Case:
    cases.stop(case, CaseState.WITHDRAWN, by=by, reason="对象已收回")
    return case
