"""The three kinds of case of this package, declared to the casework engine."""

from __future__ import annotations

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
from gonghui.engines.casework.rules.clocks import Unit
from gonghui.engines.casework.walls import everywhere
from gonghui.systems.rights.legal_aid import permissions as p
from gonghui.systems.rights.legal_aid.actions import hooks, reaching
from gonghui.systems.rights.legal_aid.models import Aid, Mediation, Watch
from gonghui.systems.rights.legal_aid.queries import aid as aid_queries
from gonghui.systems.rights.legal_aid.queries import figures, texts
from gonghui.systems.rights.legal_aid.rules import aid, mediation, supervision
from gonghui.systems.rights.legal_aid.rules.matters import MATTERS

LINK = "the record of the case at hand"
KNOWN = ("named", "confidential")
CHANNELS = ("web", "phone", "counter", "letter", "wechat", "transfer")


def _link(resource: str, model: type) -> object:
    def link(case: Case) -> str:
        with everywhere():
            pk = model.objects.unscoped(LINK).filter(case=case).values_list("pk", flat=True).first()
        if pk is None:
            return reverse("casework:case", args=[case.number])
        return reverse(f"resource:{resource}:record", args=[pk])

    return link


def _own_link(intake: Intake) -> str:
    return reverse("legal-aid-mine", args=[intake.number])


AID = CaseKind(
    code="legal_aid",
    title="法律援助",
    prefix="FY",
    system="C4.3",
    service="法律援助",
    permissions=Permissions(
        p.VIEW_AID,
        p.REGISTER_AID,
        p.HANDLE_AID,
        p.DECIDE_AID,
        p.SUPERVISE_AID,
        p.REVEAL_AID,
        p.APPLY_AID,
        p.OWN_AID,
        p.EXPORT_AID,
    ),
    categories=MATTERS,
    clocks=(
        ClockRule(
            "decide",
            "审查决定",
            figures.REVIEW_DAYS,
            Unit.CALENDAR,
            begin=Begin.RECEIVED,
            until=Until.TOLD,
            source=aid.MEASURE,
        ),
    ),
    channels=CHANNELS,
    secrecies=KNOWN,
    desk=hooks.county_desk,
    rights={"pause": "handle", "resume": "handle"},
    assigned=aid_queries.works_on,
    assigned_may=("step",),
    row=Aid,
    classify=texts.classify,
    steps=aid.STATES,
    guards={
        "join": hooks.refuse_joining,
        "decline": hooks.aid_declining,
        "step": hooks.aid_steps,
        "submit_reply": hooks.aid_replies,
        "reopen": hooks.aid_reopening,
        "reopen_for": hooks.aid_reopening,
    },
    hooks={
        Moment.RECEIVED: hooks.aid_received,
        Moment.TAKEN: hooks.aid_taken,
        Moment.DECLINED: hooks.aid_declined,
        Moment.WITHDRAWN: hooks.aid_withdrawn,
        Moment.ALARMED: reaching.alarmed,
        Moment.REOPENED: hooks.aid_reopened,
    },
    reviewed=lambda case: False,
    link=_link("legal-aid", Aid),
    own_link=_own_link,
)
MEDIATION = CaseKind(
    code="mediation",
    title="劳动争议调解",
    prefix="TJ",
    system="C4.3",
    service="劳动争议调解",
    permissions=Permissions(
        p.VIEW_MEDIATION,
        p.REGISTER_MEDIATION,
        p.HANDLE_MEDIATION,
        p.APPROVE_MEDIATION,
        p.APPROVE_MEDIATION,
        p.REVEAL_MEDIATION,
        p.APPLY_MEDIATION,
        p.OWN_MEDIATION,
        p.EXPORT_MEDIATION,
    ),
    categories=MATTERS,
    clocks=(
        ClockRule(
            "mediate",
            "调解结束",
            figures.MEDIATION_DAYS,
            Unit.CALENDAR,
            begin=Begin.RECEIVED,
            until=Until.TOLD,
            extension=figures.MEDIATION_EXTENSION,
            pausable=False,
            source=f"{mediation.LAW}第十四条",
        ),
        ClockRule(
            "confirm",
            "申请司法确认",
            figures.CONFIRM_DAYS,
            Unit.CALENDAR,
            begin=Begin.ASKED,
            until=Until.TOLD,
            pausable=False,
            source=mediation.CONFIRM_RULE,
        ),
    ),
    channels=CHANNELS,
    secrecies=("named",),
    desk=hooks.county_desk,
    row=Mediation,
    classify=texts.classify,
    steps=mediation.STATES,
    guards={
        "join": hooks.refuse_joining,
        "decline": hooks.mediation_declining,
        "step": hooks.mediation_steps,
        "submit_reply": hooks.mediation_replies,
        "reopen": hooks.mediation_reopening,
        "reopen_for": hooks.mediation_reopening,
    },
    hooks={
        Moment.RECEIVED: hooks.mediation_received,
        Moment.TAKEN: hooks.mediation_taken,
        Moment.DECLINED: hooks.mediation_declined,
        Moment.WITHDRAWN: hooks.mediation_withdrawn,
        Moment.ALARMED: reaching.alarmed,
    },
    reviewed=lambda case: False,
    link=_link("mediations", Mediation),
    own_link=_own_link,
)
WATCH = CaseKind(
    code="labour_watch",
    title="劳动法律监督",
    prefix="JD",
    system="C4.3",
    service="劳动违法线索",
    permissions=Permissions(
        p.VIEW_WATCH,
        p.REGISTER_WATCH,
        p.HANDLE_WATCH,
        p.ISSUE_WATCH,
        p.ISSUE_WATCH,
        p.REVEAL_WATCH,
        p.TIP_OFF,
        p.OWN_WATCH,
        p.EXPORT_WATCH,
    ),
    categories=MATTERS,
    clocks=tuple(
        ClockRule(
            f"reply_{code}",
            f"答复{title[8:]}",
            figures.REPLY_WORKDAYS,
            Unit.WORK,
            begin=Begin.ASKED,
            until=Until.TOLD,
            pausable=False,
            source=supervision.MEASURE,
            repeats=True,
        )
        for code, title in supervision.LETTERS.items()
    ),
    desk=hooks.county_desk,
    row=Watch,
    classify=texts.classify,
    steps=supervision.STATES,
    guards={
        "decline": hooks.watch_declining,
        "step": hooks.watch_steps,
        "submit_reply": hooks.watch_replies,
    },
    hooks={
        Moment.RECEIVED: hooks.watch_received,
        Moment.TAKEN: hooks.watch_taken,
        Moment.DECLINED: hooks.watch_declined,
        Moment.WITHDRAWN: hooks.watch_withdrawn,
        Moment.ALARMED: reaching.alarmed,
        Moment.REOPENED: hooks.watch_reopened,
        Moment.JOINED: hooks.watch_joined,
    },
    reviewed=lambda case: False,
    link=_link("labour-watches", Watch),
    own_link=_own_link,
)
