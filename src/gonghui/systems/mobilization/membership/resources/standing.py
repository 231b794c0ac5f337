"""Steps and sections on a member's record that change or tell their standing (会籍变动)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from gonghui.kernel import codes
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.people.models import IN_RANKS, Membership
from gonghui.kernel.resource.declaration import Section, Step
from gonghui.kernel.resource.forms import ActionForm, DayField
from gonghui.systems.mobilization.membership import permissions
from gonghui.systems.mobilization.membership.actions import standing as actions
from gonghui.systems.mobilization.membership.queries.standing import chapters, latest_change
from gonghui.systems.mobilization.membership.rules import standing as rules


def _today() -> date:
    return timezone.localdate()


def _causes(*codes_allowed: str) -> Callable[[], list[tuple[str, str]]]:
    def offered() -> list[tuple[str, str]]:
        names = codes.names("membership_change_reason")
        return [("", "请选择"), *((code, names[code]) for code in codes_allowed)]

    return offered


class RetainForm(ActionForm):
    cause = forms.ChoiceField(label="保留原因", choices=_causes(*rules.RETAIN.causes))
    on = DayField(label="生效日期", initial=_today)
    remark = forms.CharField(label="说明", max_length=200, required=False)


class RestoreForm(ActionForm):
    on = DayField(label="生效日期", initial=_today)
    remark = forms.CharField(label="说明", max_length=200, required=False)


class WithdrawForm(ActionForm):
    cause = forms.ChoiceField(label="退会原因", choices=_causes(*rules.WITHDRAW.causes))
    on = DayField(label="生效日期", initial=_today)
    evidence = forms.CharField(
        label="依据",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="本人申请的写明申请日期；视为自动退会的写明教育经过。",
    )
    unpaid_since = DayField(label="停交会费、不参加活动起始日", required=False)
    notice_from = DayField(label="公示开始日", required=False)
    notice_to = DayField(label="公示结束日", required=False)
    groups = [
        ("退会", ["cause", "on", "evidence"]),
        ("仅视为自动退会时填写", ["unpaid_since", "notice_from", "notice_to"]),
    ]


class ExpelForm(ActionForm):
    evidence = forms.CharField(
        label="事实和依据", max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    on = DayField(label="生效日期", initial=_today)
    due = forms.IntegerField(label="应到人数", min_value=1)
    present = forms.IntegerField(label="实到人数", min_value=0)
    votes = forms.IntegerField(label="同意人数", min_value=0)
    groups = [
        ("除名", ["evidence", "on"]),
        (
            "表决情况",
            ["due", "present", "votes"],
            "实到须达应到三分之二，同意须超过应到半数。",
        ),
    ]


class DeceaseForm(ActionForm):
    died_on = DayField(label="去世日期")
    evidence = forms.CharField(
        label="依据", max_length=500, help_text="如：死亡证明编号、家属告知。"
    )


class ReviveForm(ActionForm):
    evidence = forms.CharField(label="更正依据", max_length=500)


class UndoForm(ActionForm):
    reason = forms.CharField(label="撤销原因", max_length=200)


def _from(move: rules.Move) -> Callable[[Membership, Actor], bool]:
    return lambda member, actor: member.status in move.sources


def _own_entry(member: Membership, actor: Actor) -> bool:
    change = latest_change(member)
    return (
        change is not None
        and change.decided_by_id == actor.user_id
        and change.version_after == member.version
        and (timezone.now() - change.decided_at).total_seconds() <= rules.UNDO_HOURS * 3600
    )


STEPS = (
    Step(
        actions.retain,
        "retain",
        "保留会籍",
        form=RetainForm,
        shown=_from(rules.RETAIN),
        help="退休、失业、内退、服兵役等会员保留会籍，保留期间免交会费。",
        done="已保留会籍。一日内可以撤销。",
    ),
    Step(
        actions.restore,
        "restore",
        "恢复会籍",
        form=RestoreForm,
        tone="primary",
        shown=_from(rules.RESTORE),
        done="已恢复会籍。一日内可以撤销。",
    ),
    Step(
        actions.withdraw,
        "leave",
        "退会",
        form=WithdrawForm,
        tone="danger",
        shown=_from(rules.WITHDRAW),
        help="退会后会员号保留，以后重新入会仍用原号。",
        done="已登记退会。一日内可以撤销。",
    ),
    Step(
        actions.expel,
        "expel",
        "除名",
        form=ExpelForm,
        tone="danger",
        shown=_from(rules.EXPEL),
        help=rules.EXPEL.rule + "。",
        done="已登记除名。一日内可以撤销。",
    ),
    Step(
        actions.decease,
        "decease",
        "登记已故",
        form=DeceaseForm,
        tone="danger",
        shown=_from(rules.DECEASE),
        done="已登记。如系误登，一日内可以撤销，之后可以更正。",
    ),
    Step(
        actions.revive,
        "revive",
        "更正误登已故",
        form=ReviveForm,
        shown=_from(rules.REVIVE),
        done="已更正，会籍恢复为原来的状态。",
    ),
    Step(
        actions.undo,
        "undo",
        "撤销刚才的变动",
        form=UndoForm,
        shown=_own_entry,
        done="已撤销，会籍恢复为变动前的状态。",
    ),
)


def _life(member: Membership, actor: Actor) -> dict[str, Any]:
    return {"chapters": chapters(member)}


LIFE = Section("会籍经历", "membership/standing/life.html", _life)


def _card(member: Membership, actor: Actor) -> dict[str, Any] | None:
    if member.status not in IN_RANKS or not actor.may(permissions.PRINT_CARD, member.org_path):
        return None
    return {"pk": member.pk}


CARD = Section("会员卡", "membership/card/link.html", _card)
