"""Preparations (建会申请): the list, the record with its recruits, the steps."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Facts,
    Resource,
    Section,
    Sort,
    Step,
    Under,
)
from gonghui.systems.mobilization.founding import permissions
from gonghui.systems.mobilization.founding.actions import elections
from gonghui.systems.mobilization.founding.actions import preparations as actions
from gonghui.systems.mobilization.founding.models import Preparation
from gonghui.systems.mobilization.founding.models.elections import OPEN as OPEN_ELECTIONS
from gonghui.systems.mobilization.founding.models.preparations import (
    PreparationKind,
    PreparationState,
)
from gonghui.systems.mobilization.founding.queries import law
from gonghui.systems.mobilization.founding.queries.preparations import elections_of
from gonghui.systems.mobilization.founding.resources.asking import ReasonForm, ReplyForm
from gonghui.systems.mobilization.founding.rules import founding as rules
from gonghui.systems.mobilization.founding.views.requesting import (
    SHOWN_RECRUITS,
    TONES,
    ConveneForm,
    DropForm,
    MendForm,
    RecruitForm,
    RequestForm,
)


def recruits(preparation: Preparation, actor: Actor) -> dict[str, Any] | None:
    """Who is recruited, and what so many members may found."""
    if preparation.state in (PreparationState.REQUESTED, PreparationState.RETURNED):
        return None
    found = list(preparation.recruits.order_by("pk")[: SHOWN_RECRUITS + 1])
    total = preparation.recruits.count()
    least = law.committee_least(timezone.localdate())
    return {
        "people": found[:SHOWN_RECRUITS],
        "total": total,
        "more": len(found) > SHOWN_RECRUITS,
        "form": rules.form_of(total, least),
        "rule": rules.FORM_RULE,
    }


def partners(preparation: Preparation, actor: Actor) -> dict[str, Any] | None:
    found = list(preparation.partners.order_by("pk"))
    return {"partners": found} if found else None


def congresses(preparation: Preparation, actor: Actor) -> dict[str, Any] | None:
    found = [
        (item, reverse("resource:elections:record", args=[item.pk]))
        for item in elections_of(preparation).order_by("-pk")
    ]
    return {"elections": found} if found else None


def prints(preparation: Preparation, actor: Actor) -> dict[str, Any] | None:
    if not preparation.document:
        return None
    return {"prints": [("批复", reverse("preparation-print", args=[preparation.pk]))]}


def waiting(preparation: Preparation, actor: Actor) -> bool:
    return preparation.state == PreparationState.REQUESTED


def returned(preparation: Preparation, actor: Actor) -> bool:
    return preparation.state == PreparationState.RETURNED


def preparing(preparation: Preparation, actor: Actor) -> bool:
    return preparation.state == PreparationState.PREPARING


def may_convene(preparation: Preparation, actor: Actor) -> bool:
    planned = elections_of(preparation).filter(state__in=OPEN_ELECTIONS)
    return preparing(preparation, actor) and not planned.exists()


PREPARATIONS = Resource(
    code="preparations",
    title="建会申请",
    unit="件",
    model=Preparation,
    view=permissions.VIEW_PREPARATIONS,
    columns=(
        Column("name", "拟建工会", kind="title"),
        Column("superior__name", "上级工会"),
        Column("state", "状态", kind="state", choices=PreparationState, tones=TONES),
        Column("kind", "类型", choices=PreparationKind),
        Column("employees", "职工人数", kind="number"),
        Column("submitted_at", "提交时间", kind="datetime"),
        Column("congress_due", "应召开大会", kind="date"),
        Column("receipt", "受理编号", shown=False),
        Column("document", "筹备批复文号", shown=False),
        Column("approval_document", "成立批复文号", shown=False),
    ),
    filters=(
        Choice("state", "状态", choices=PreparationState),
        Choice("kind", "类型", choices=PreparationKind),
        Under(),
    ),
    sorts=(Sort("id", "提交先后"), Sort("employees", "职工人数")),
    search=lambda rows, text, scope: rows.filter(name__contains=text),
    search_hint="拟建工会名称",
    facts=(
        Facts(
            "拟建工会",
            (
                ("名称", "name"),
                ("类型", "kind"),
                ("上级工会", "superior"),
                ("受理编号", "receipt"),
                ("申请人", "applicant_name"),
                ("提交时间", "submitted_at"),
            ),
        ),
        Facts(
            "单位",
            (
                ("单位名称", "unit_name"),
                ("统一社会信用代码", "unit_uscc"),
                ("地址", "address"),
                ("职工人数", "employees"),
                ("女职工人数", "women"),
                ("筹备组", lambda item: "、".join(item.group)),
                ("联系人", "contact_name"),
                ("联系电话", "contact_mask"),
            ),
        ),
        Facts(
            "批复",
            (
                ("筹备批复文号", "document"),
                ("批复人", "decided_by_name"),
                ("批复时间", "decided_at"),
                ("意见", "opinion"),
                ("应召开大会", "congress_due"),
                ("成立批复文号", "approval_document"),
            ),
        ),
    ),
    sections=(
        Section("共同建会", "founding/partners.html", partners),
        Section("发展的会员", "founding/recruits.html", recruits),
        Section("成立大会", "founding/congresses.html", congresses),
        Section("打印", "founding/prints.html", prints),
    ),
    creates=(
        Step(
            actions.request,
            "request",
            "申请建立工会",
            form=RequestForm,
            help="上级工会批复同意筹备后，登记会员、召开成立大会、选举，再报批成立。",
            done=lambda item: f"已提交，受理编号 {item.receipt}。",
        ),
    ),
    steps=(
        Step(
            actions.reply,
            "reply",
            "同意筹备",
            form=ReplyForm,
            shown=waiting,
            tone="primary",
            help="批复后，筹备组应在规定期限内召开成立大会，逾期筹备终止。",
            done=lambda item: f"已批复，应在 {item.congress_due:%Y-%m-%d} 前召开成立大会。",
        ),
        Step(
            actions.send_back,
            "return",
            "退回补正",
            form=ReasonForm,
            shown=waiting,
            done="已退回，申请人会收到消息和待办。",
        ),
        Step(
            actions.refuse,
            "refuse",
            "不同意筹备",
            form=ReasonForm,
            shown=waiting,
            tone="danger",
            done="已登记为不予同意。",
        ),
        Step(
            actions.mend,
            "mend",
            "补正后提交",
            form=MendForm,
            shown=returned,
            tone="primary",
            done="已重新提交。",
        ),
        Step(
            elections.convene,
            "convene",
            "筹备成立大会",
            form=ConveneForm,
            shown=may_convene,
            tone="primary",
            help="会员人数按已登记的名单计算。",
            done="已登记，请确定候选人。",
        ),
        Step(
            actions.recruit,
            "recruit",
            "登记会员",
            form=RecruitForm,
            shown=preparing,
            done=lambda item: f"已登记，现有 {item.recruits.count()} 人。",
        ),
        Step(
            actions.drop,
            "drop",
            "移除登记的会员",
            form=DropForm,
            shown=lambda item, actor: preparing(item, actor) and item.recruits.exists(),
            done="已从名单移除。",
        ),
        Step(
            actions.withdraw,
            "withdraw",
            "撤回申请",
            shown=lambda item, actor: item.is_open,
            tone="danger",
            done="已撤回。",
        ),
    ),
    export=permissions.EXPORT_PREPARATIONS,
    related=("union", "superior"),
    empty="还没有建会申请。没有工会的单位，可由职工或上级工会提出。",
)
