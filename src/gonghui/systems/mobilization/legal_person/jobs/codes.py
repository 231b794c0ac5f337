"""Asking the issuing platform: one question at a time, until each has a true answer."""

from __future__ import annotations

from django.utils import timezone

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.jobs.loops import loop
from gonghui.systems.mobilization.legal_person.actions import codes, platform
from gonghui.systems.mobilization.legal_person.actions.codes import Outcome, Taken
from gonghui.systems.mobilization.legal_person.models import RequestKind
from gonghui.systems.mobilization.legal_person.rules import codes as rules


@loop("legal_person.codes", seconds=2.0)
def ask_next() -> bool:
    """Ask one waiting question; True while there may be more."""
    taken = codes.claim(timezone.now())
    if taken is None:
        return False
    codes.settle(taken, outcome_of(taken), timezone.now())
    return True


def outcome_of(taken: Taken) -> Outcome:
    """Ask, and judge what is said; nothing is written."""
    offered = ""
    try:
        if taken.kind == RequestKind.CANCEL:
            return _cancelled(taken)
        said = platform.ask(
            key=taken.key,
            name=taken.name,
            region=taken.region,
            registrar=taken.registrar,
            classes=taken.classes,
        )
        answer = rules.read(said)
        offered = answer.uscc
        if answer.state == rules.PENDING:
            return Outcome(codes.PENDING, answer.reason or "平台正在办理。")
        if answer.state == rules.DECLINED:
            return Outcome(codes.DECLINED, answer.reason or "平台没有说明理由。")
        found = rules.checked(
            answer,
            key=taken.key,
            name=taken.name,
            region=taken.region,
            classes=taken.classes,
            spans=taken.spans,
        )
        # What was said is asked for once more: a code the platform does not keep is none.
        holder = platform.holder(found)
    except platform.Unusable as trouble:
        return Outcome(codes.SILENT, str(trouble), offered)
    except Refusal as refusal:
        return Outcome(codes.REJECTED, refusal.message, offered)
    if holder is None or holder.uscc != found or not holder.in_use:
        return Outcome(codes.REJECTED, "平台说已赋码，再查却没有这个代码。", found)
    if holder.name != taken.name:
        return Outcome(codes.REJECTED, "平台把这个代码记在另一个单位名下。", found)
    return Outcome(codes.GOOD, "已赋码，逐项校验无误。", found, answer.serial)


def _cancelled(taken: Taken) -> Outcome:
    said = platform.cancel(taken.uscc, key=taken.key, reason=taken.reason)
    if said.uscc != taken.uscc or said.in_use:
        return Outcome(codes.REJECTED, "平台的应答与所注销的代码不符。", said.uscc)
    kept = platform.holder(taken.uscc)
    if kept is not None and kept.in_use:
        return Outcome(codes.REJECTED, "平台说已注销，再查仍在使用。", taken.uscc)
    return Outcome(codes.GOOD, "平台已确认注销。", taken.uscc)
