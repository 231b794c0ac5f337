"""Legal consultation (法律咨询) as a kind of case."""

from django.urls import reverse

from gonghui.engines.casework.declaring import CaseKind, ClockRule, Moment, Permissions, Until
from gonghui.engines.casework.rules.clocks import Unit
from gonghui.systems.rights.law import permissions as may
from gonghui.systems.rights.law.actions import reaching
from gonghui.systems.rights.law.actions.consulting import received
from gonghui.systems.rights.law.models import Consultation
from gonghui.systems.rights.law.models.writing import Subject
from gonghui.systems.rights.law.queries import own, panels, texts
from gonghui.systems.rights.law.queries.parameters import CONSULT_EXTENSION, CONSULT_WORKDAYS

CONSULTATION = CaseKind(
    code="consult",
    title="法律咨询",
    prefix="ZX",
    system="C4.3",
    service="法律咨询",
    permissions=Permissions(
        view=may.VIEW_CONSULT,
        register=may.REGISTER_CONSULT,
        handle=may.HANDLE_CONSULT,
        approve=may.APPROVE_CONSULT,
        supervise=may.SUPERVISE_CONSULT,
        reveal=may.REVEAL_CONSULT,
        submit=may.ASK,
        own=may.OWN_CONSULT,
        export=may.EXPORT_CONSULT,
    ),
    categories={item.value: item.label for item in Subject},
    clocks=(
        ClockRule(
            "answer",
            "答复咨询",
            CONSULT_WORKDAYS,
            Unit.WORK,
            until=Until.REPLIED,
            extension=CONSULT_EXTENSION,
            source="本平台业务规则",
        ),
    ),
    steps={"lawyer": "律师解答中", "materials": "请咨询人补充情况"},
    outcomes={"explained": "已解答", "aid": "转申请法律援助", "complaint": "转诉求办理"},
    row=Consultation,
    desk=own.legal_desk,
    classify=texts.classify,
    panel=panels.consultation,
    hooks={
        Moment.RECEIVED: received,
        Moment.ALARMED: reaching.alarmed,
    },
    own_link=lambda intake: reverse("law-thread", args=[intake.number]),
)
