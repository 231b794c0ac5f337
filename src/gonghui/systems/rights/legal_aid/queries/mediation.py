"""Reads of mediation: the ways open after an agreement or a failure, each with its day."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from gonghui.systems.rights.legal_aid.models import Mediation
from gonghui.systems.rights.legal_aid.queries.figures import BOARD_DAYS, CONFIRM_DAYS, LIMIT_YEARS
from gonghui.systems.rights.legal_aid.rules import mediation as rules

DUE = "agreements to be followed up are found over every union"


def limitation(row: Mediation) -> rules.Limitation:
    """Until when arbitration may be asked for.

    The application for mediation interrupted it, and so did an agreement to perform.
    """
    received = timezone.localdate(row.case.received_at)
    agreed = (row.effective_on,) if row.effective_on else ()
    return rules.limitation(
        row.known_on or received,
        LIMIT_YEARS.on(received),
        matter=row.matter,
        left_on=row.left_on,
        employed=row.employed and row.left_on is None,
        interrupted=(received, *agreed),
    )


def arbitration(row: Mediation) -> rules.Hint:
    return rules.after_failure(limitation(row), timezone.localdate())


def hints(row: Mediation) -> list[rules.Hint]:
    """The ways open now, in the order they end."""
    if row.state == rules.BROKEN and row.confirmed_by:
        return [rules.enforcement(row.confirmed_by)]
    if row.state in (rules.FAILED, rules.BROKEN):
        found = [arbitration(row)]
        if row.state == rules.BROKEN and rules.takes_payment_order(row.matter):
            found.insert(0, _payment_order())
        return found
    if row.effective_on is None or row.confirmed_by or row.state in rules.FINISHED:
        return []
    days = (CONFIRM_DAYS.on(row.effective_on), BOARD_DAYS.on(row.effective_on))
    today = timezone.localdate()
    ways = rules.after_agreement(row.effective_on, row.matter, *days)
    return [hint for hint in ways if hint.until is None or today <= hint.until]


def _payment_order() -> rules.Hint:
    return rules.Hint(
        "申请支付令",
        "持调解协议书向有管辖权的人民法院申请支付令。",
        rules.ORDER_RULE,
    )


def unperformed_words(row: Mediation) -> str:
    """What the applicant is told when the agreement was not kept."""
    extent = rules.EXTENTS[row.extent]
    if row.confirmed_by:
        way = (
            f"协议已经{rules.WAYS[row.confirmed_by]}（{row.confirmation}），"
            "可以向有管辖权的人民法院申请强制执行。"
        )
        return f"经回访，协议{extent}。{way}"
    order = (
        "可以持调解协议书向人民法院申请支付令；也" if rules.takes_payment_order(row.matter) else ""
    )
    return f"经回访，协议{extent}。{order}{arbitration(row).text}需要帮助的可以申请工会法律援助。"


def to_follow_up() -> QuerySet[Mediation]:
    """Agreements whose day of performance has come, not yet pointed out."""
    rows = Mediation.objects.unscoped(DUE).select_related("case", "union")
    return rows.filter(
        state=rules.SIGNED, perform_by__lte=timezone.localdate(), reminded_on=None
    ).order_by("pk")
