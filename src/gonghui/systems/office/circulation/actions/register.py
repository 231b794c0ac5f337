"""The register of numbers: marks of organs, taking a number, voiding one."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from gonghui.kernel.access.actions import LOCKING, action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.org.models import Union
from gonghui.systems.office.circulation.models import Number, Series
from gonghui.systems.office.circulation.models.register import NumberState
from gonghui.systems.office.circulation.permissions import EDIT_SERIES
from gonghui.systems.office.circulation.rules import numbers as rules
from gonghui.systems.office.circulation.rules.kinds import kind_of


@action("numbers.open", "设置机关代字", EDIT_SERIES, creates=True)
def open_series(
    union: Union, *, by: Actor, prefix: str, use: str = "", kinds: list[str] | None = None
) -> Series:
    """A mark for an organ's documents; two organs may not use the same."""
    prefix = rules.check_prefix(prefix)
    for code in kinds or []:
        kind_of(code)
    taken = Series.objects.unscoped("a mark belongs to one organ of the whole province")
    other = taken.filter(prefix=prefix).select_related("union").first()
    if other is not None:
        raise Conflict(
            f"代字“{prefix}”已由{other.union.name}使用。",
            rule=rules.RULE,
            remedy="请换一个代字。",
            field="prefix",
            code="prefix_taken",
        )
    series = Series(prefix=prefix, use=use.strip(), kinds=kinds or [])
    series.place_at(union)
    try:
        with transaction.atomic():
            series.save()
    except IntegrityError as error:
        raise Conflict(
            f"代字“{prefix}”刚刚已经设置。", field="prefix", code="prefix_taken"
        ) from error
    return series


@action("numbers.end", "停用机关代字", EDIT_SERIES)
def end_series(series: Series, *, by: Actor, reason: str) -> Series:
    """No longer offered for new documents; the numbers taken stay in the register."""
    if series.ended_on is not None:
        raise Conflict("这个代字已经停用。", code="ended")
    series.ended_on = timezone.localdate()
    series.version += 1
    series.save()
    return series


def take(series: Series, title: str, on: date, *, by: Actor) -> Number:
    """The next number of a mark in a year, in the caller's transaction.

    The mark's row is locked till the end, so of two at once one waits, and a transaction that
    dies gives its number back: the register has no gap and no number twice.
    """
    rows = Series.objects.unscoped(LOCKING)
    series = rows.select_for_update(of=("self",)).select_related("union").get(pk=series.pk)
    last = (
        Number.objects.unscoped(LOCKING)
        .filter(series=series, year=on.year)
        .order_by("-serial")
        .values_list("serial", flat=True)
        .first()
    )
    serial = (last or 0) + 1
    if serial > rules.LARGEST:
        raise Refusal("这个代字今年的号已经用完。", remedy="请另设代字。", code="used_up")
    number = Number(
        series=series,
        year=on.year,
        serial=serial,
        text=rules.written(series.prefix, on.year, serial),
        title=title,
        taken_at=timezone.now(),
        taken_by=by.name,
    )
    number.place_at(series.union)
    number.save()
    return number


def void(number: Number, reason: str, *, by: Actor) -> Number:
    """Keep a number as voided, in the caller's transaction; it is never given again."""
    rows = Number.objects.unscoped(LOCKING).select_for_update(of=("self",))
    number = rows.get(pk=number.pk)
    if number.state == NumberState.VOIDED:
        raise Conflict("这个号已经作废。", rule=rules.NO_REUSE, code="voided")
    if len(reason.strip()) < 4:
        raise Refusal(
            "请写明作废原因。", rule=rules.NO_REUSE, remedy="至少四个字。", field="reason"
        )
    number.state = NumberState.VOIDED
    number.reason = reason.strip()
    number.voided_at, number.voided_by = timezone.now(), by.name
    number.save()
    return number
