"""The two kinds of case of C4.5: 12351 来件 and 信访, each with clocks and papers of its own."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from gonghui.engines.casework.declaring import (
    Begin,
    CaseKind,
    ClockRule,
    Moment,
    Permissions,
    Until,
)
from gonghui.engines.casework.models import Case, Intake
from gonghui.engines.casework.parameters import ACCEPT_DAYS, EXTENSION_DAYS, FINISH_DAYS
from gonghui.engines.casework.rules.clocks import Unit
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.systems.rights.feedback import permissions as may
from gonghui.systems.rights.feedback.actions import matters, papers
from gonghui.systems.rights.feedback.models import HOTLINE_CODE, PETITION_CODE, Matter, Petition
from gonghui.systems.rights.feedback.queries import panels, parameters, texts
from gonghui.systems.rights.feedback.rules import petitions, topics

HOTLINE_RULE = "12351 分级办理（一般、难点、特别复杂）"

HOTLINE = CaseKind(
    code=HOTLINE_CODE,
    title="12351 来件",
    prefix="RX",
    system="C4.5",
    service="意见和诉求",
    permissions=Permissions(
        may.VIEW,
        may.REGISTER,
        may.HANDLE,
        may.APPROVE,
        may.SUPERVISE,
        may.REVEAL,
        may.SUBMIT,
        may.OWN,
        may.EXPORT,
    ),
    categories=topics.TOPICS,
    clocks=(
        ClockRule(
            "accept",
            "受理",
            parameters.ACCEPT_WORKDAYS,
            Unit.WORK,
            until=Until.ACCEPTED,
            pausable=False,
            source=HOTLINE_RULE,
        ),
        ClockRule(
            "take",
            "签收",
            parameters.TAKE_WORKDAYS,
            Unit.WORK,
            begin=Begin.ROUTED,
            until=Until.TAKEN,
            pausable=False,
            source=HOTLINE_RULE,
        ),
        ClockRule(
            "finish",
            "办结",
            {
                "common": parameters.COMMON_WORKDAYS,
                "hard": parameters.HARD_WORKDAYS,
                "complex": parameters.COMPLEX_WORKDAYS,
            },
            Unit.WORK,
            begin=Begin.ACCEPTED,
            until=Until.REPLIED,
            extension=parameters.EXTENSION_WORKDAYS,
            source=HOTLINE_RULE,
        ),
        ClockRule(
            "call_back",
            "回访",
            parameters.CALL_BACK_WORKDAYS,
            Unit.WORK,
            begin=Begin.REPLIED,
            until=Until.CALLED_BACK,
            pausable=False,
            source=HOTLINE_RULE,
        ),
    ),
    steps={"called": "已电话核实", "visiting": "上门核实", "meeting": "协调会商"},
    outcomes={"solved": "已解决", "explained": "解释说明", "passed": "转有权机关处理"},
    row=Matter,
    classify=texts.classify,
    similar=texts.similar,
    panel=panels.hotline,
    hooks={
        Moment.RECEIVED: matters.received,
        Moment.SPLIT: matters.split,
        Moment.JOINED: matters.watch,
        Moment.SPOKEN: matters.reached,
        Moment.ALARMED: matters.alarmed,
        Moment.TAKEN: matters.reached,
        Moment.DECLINED: matters.declined,
        Moment.WITHDRAWN: matters.withdrawn,
        Moment.REPLIED: matters.replied,
        Moment.CALLED_BACK: matters.called_back,
        Moment.RATED: matters.called_back,
    },
)


def _no_reopening(case: Case, *, by: Actor, **arguments: Any) -> None:
    raise Refusal(
        "对信访答复不服的，不重新办理，按程序申请复查、复核。",
        rule=petitions.ARTICLES[petitions.REVIEW],
        remedy="请在信访事项页面点“申请复查”。",
        code="appeal",
    )


def _own_petition(intake: Intake) -> str:
    return reverse("feedback:petition", args=[intake.number])


PETITIONS = CaseKind(
    code=PETITION_CODE,
    title="信访事项",
    prefix="XF",
    system="C4.5",
    service="信访",
    permissions=Permissions(
        may.VIEW_PETITIONS,
        may.REGISTER_PETITION,
        may.HANDLE_PETITION,
        may.APPROVE_PETITION,
        may.SUPERVISE_PETITION,
        may.REVEAL_PETITION,
        may.SUBMIT_PETITION,
        may.OWN_PETITION,
        may.EXPORT_PETITION,
    ),
    categories=topics.TOPICS,
    clocks=(
        ClockRule(
            "accept",
            "告知是否受理",
            ACCEPT_DAYS,
            Unit.CALENDAR,
            until=Until.ACCEPTED,
            pausable=False,
            source=petitions.ARTICLES["accepted"],
        ),
        ClockRule(
            "finish",
            "办结",
            FINISH_DAYS,
            Unit.CALENDAR,
            begin=Begin.ACCEPTED,
            until=Until.REPLIED,
            extension=EXTENSION_DAYS,
            pausable=False,
            source=petitions.ARTICLES["opinion"],
        ),
    ),
    steps={"hearing": "听证", "mediating": "调解", "visiting": "上门核实"},
    outcomes={
        "supported": "支持",
        "partly": "部分支持",
        "unsupported": "不支持",
        "advised": "采纳建议",
    },
    secrecies=("named", "confidential", "anonymous"),
    row=Petition,
    classify=texts.classify,
    similar=texts.similar,
    panel=panels.petition,
    own_link=_own_petition,
    guards={"reopen": _no_reopening, "reopen_for": _no_reopening},
    hooks={
        Moment.RECEIVED: matters.received,
        Moment.SPLIT: matters.split,
        Moment.JOINED: matters.watch,
        Moment.SPOKEN: matters.reached,
        Moment.ALARMED: matters.alarmed,
        Moment.TAKEN: matters.reached,
        Moment.ACCEPTED: papers.accepted,
        Moment.DECLINED: papers.declined,
        Moment.WITHDRAWN: matters.withdrawn,
        Moment.EXTENDED: papers.extended,
        Moment.REPLIED: papers.replied,
    },
)
KINDS = (HOTLINE, PETITIONS)
