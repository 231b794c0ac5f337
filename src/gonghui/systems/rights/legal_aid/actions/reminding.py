"""Reminders the daily round gives: hearings to come, performance due, replies that are late."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from gonghui.engines.casework.actions import work
from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor
from gonghui.systems.rights.legal_aid.actions import mediation, stages, supervision
from gonghui.systems.rights.legal_aid.models import Aid, Hearing, Letter, Mediation, Watch
from gonghui.systems.rights.legal_aid.permissions import REMIND_LEGAL
from gonghui.systems.rights.legal_aid.queries import aid as queries
from gonghui.systems.rights.legal_aid.rules import aid as rules


@action("legal-aid.remind-hearing", "提醒开庭", REMIND_LEGAL)
def hearing(row: Aid, *, by: Actor, coming: Hearing) -> Aid:
    """Tell lawyer, handler and applicant of a hearing to come; once."""
    at = timezone.localtime(coming.at)
    text = f"{at:%Y-%m-%d %H:%M} 在{coming.forum}（{coming.place}）开庭。"
    case = stages.fresh(row)
    held = queries.present_assignment(row)
    if held is not None or row.state == rules.GRANTED:
        stages.message(
            what="开庭提醒",
            text=text if held is not None else f"{text}现在没有承办律师，请尽快指派。",
            number=case.number,
            link=stages.link_to(row, "legal-aid"),
            user_id=case.handler_id,
            person_id=None,
        )
    if held is not None:
        stages.message(
            what="开庭提醒",
            text=text,
            number=case.number,
            link=reverse("legal-aid-work", args=[held.pk]),
            user_id=None,
            person_id=held.person_id,
        )
    coming.reminded_on = timezone.localdate()
    coming.save(update_fields=["reminded_on"])
    if case.phase == "handling":
        work.step(case, by=by, step=row.state, text=f"开庭提醒：{text}", public=True)
    return row


@action("mediation.remind", "提醒回访调解协议履行", REMIND_LEGAL)
def performance(row: Mediation, *, by: Actor) -> Mediation:
    mediation.remind(row, by=by)
    return row


@action("labour-watch.remind", "提醒监督文书逾期未答复", REMIND_LEGAL)
def late_reply(row: Watch, *, by: Actor, letter: Letter) -> Watch:
    supervision.point_out(letter)
    return row
