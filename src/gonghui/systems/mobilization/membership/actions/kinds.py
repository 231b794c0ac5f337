"""What the to-dos of C1.1 are called, and which can be settled many at once."""

from __future__ import annotations

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Missing
from gonghui.kernel.notify.kinds import register_kind
from gonghui.systems.mobilization.membership.actions import joining
from gonghui.systems.mobilization.membership.models import JoinApplication
from gonghui.systems.mobilization.membership.permissions import DECIDE_JOIN


def _approve(target_id: str, actor: Actor) -> None:
    rows = JoinApplication.objects.within(actor.scope(DECIDE_JOIN))
    application = rows.filter(pk=int(target_id)).first()
    if application is None:
        raise Missing("没有这件入会申请，或者它不在您的权限范围内。", code="missing")
    joining.approve(application, by=actor)


register_kind(joining.DECIDE, "入会待审批", settle=_approve, verb="批准入会")
for _code, _title in (
    (joining.FROM_ABOVE, "入会待上级审批"),
    (joining.ROUTE, "周转池待分派"),
    ("transfer.release", "转会待同意转出"),
    ("transfer.accept", "转会待接收"),
    ("transfer.stead", "转会超期待代为办理"),
    ("transfer.overdue", "转会超期督办"),
    ("duplicate.decide", "疑似重复人员待核对"),
    ("correction.decide", "信息变更待审批"),
    ("union-change.decide", "工会变更待审批"),
    ("union-change.mend", "工会变更待补正"),
    ("term.due", "换届提醒"),
    ("organiser.contract", "工作者合同到期"),
):
    register_kind(_code, _title)
