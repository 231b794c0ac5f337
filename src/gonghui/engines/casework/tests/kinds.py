"""A small system on the engine, as another package would declare it; declared when called."""

from typing import Any

from gonghui.engines.casework.declaring import (
    Begin,
    CaseKind,
    ClockRule,
    Hint,
    Permissions,
    Suggestion,
    Until,
)
from gonghui.engines.casework.parameters import ACCEPT_DAYS, EXTENSION_DAYS, FINISH_DAYS
from gonghui.engines.casework.rules.clocks import Unit
from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER, Permission


def classify(text: str) -> Hint:
    return Hint(
        (Suggestion("pay", 0.9, "“工资”"),) if "工资" in text else (), crisis="不想活" in text
    )


def declare(**more: Any) -> CaseKind:
    """Declare the kind; inside `on_trial`. more: arguments of CaseKind in place of these."""
    rights = Permissions(
        view=Permission("tellers.view", "查看试验来件", (HANDLER, APPROVER, VIEWER)),
        register=Permission("tellers.register", "登记试验来件", (HANDLER,)),
        handle=Permission("tellers.handle", "办理试验来件", (HANDLER,)),
        approve=Permission("tellers.approve", "审核试验来件", (APPROVER,)),
        supervise=Permission("tellers.supervise", "督办试验来件", (APPROVER,)),
        reveal=Permission("tellers.reveal", "查看试验来件人", (HANDLER, APPROVER)),
        submit=Permission("tellers.submit", "提出试验来件", public=True),
        own=Permission("tellers.own", "查看本人的试验来件", own=True),
        export=Permission("tellers.export", "导出试验来件", (APPROVER,)),
    )
    given: dict[str, Any] = {
        "code": "tellers",
        "title": "试验来件",
        "prefix": "SY",
        "system": "C4.5",
        "permissions": rights,
        "service": "试验服务",
        "categories": {"pay": "劳动报酬", "safety": "劳动安全"},
        "clocks": (
            ClockRule(
                "accept",
                "告知是否受理",
                ACCEPT_DAYS,
                Unit.CALENDAR,
                until=Until.ACCEPTED,
                pausable=False,
            ),
            ClockRule(
                "finish",
                "办结",
                FINISH_DAYS,
                Unit.CALENDAR,
                begin=Begin.ACCEPTED,
                until=Until.REPLIED,
                extension=EXTENSION_DAYS,
            ),
        ),
        "steps": {"visiting": "上门核实"},
        "outcomes": {"solved": "已解决", "explained": "解释说明"},
        "classify": classify,
    }
    return CaseKind(**{**given, **more})
