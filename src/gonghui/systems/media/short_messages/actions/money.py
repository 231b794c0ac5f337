"""Budgets: promised when a message is queued, corrected when it ends; bills from accepted parts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Sum
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import LOCKING, action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.notify import todos
from gonghui.kernel.org.models import Union
from gonghui.systems.media.short_messages.actions import kinds
from gonghui.systems.media.short_messages.models import Bill, Budget, BudgetMonth, Submit
from gonghui.systems.media.short_messages.models.money import BillState
from gonghui.systems.media.short_messages.permissions import EDIT_BUDGETS
from gonghui.systems.media.short_messages.rules import billing

RULE = "部门短信预算按月封顶"


class OverBudget(Refusal):
    """A month's cap does not take what is asked for."""

    status = 409


@action("short-budgets.open", "设置部门短信预算", EDIT_BUDGETS, creates=True)
def open_budget(
    union: Union, *, by: Actor, department: str, cap: Decimal, warn_percent: int = 80
) -> Budget:
    """A department's cap a month, in yuan."""
    made = Budget(department=department.strip(), cap=_li(cap), warn_percent=warn_percent)
    made.place_at(union)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise Conflict(
            f"“{made.department}”已有短信预算。",
            remedy="请在原预算上调整上限。",
            field="department",
            code="budget_twice",
        ) from error
    return made


@action("short-budgets.change", "调整短信预算", EDIT_BUDGETS)
def change_budget(
    budget: Budget, *, by: Actor, cap: Decimal, warn_percent: int, reason: str
) -> Budget:
    """Another cap from now on; what this month has used stays used."""
    _live(budget)
    budget.cap, budget.warn_percent = _li(cap), warn_percent
    budget.version += 1
    budget.save()
    todos.close_todo(
        target_type="short_messages.budget", target_id=budget.pk, kind=kinds.BUDGET, by=by.user_id
    )
    return budget


@action("short-budgets.end", "停用短信预算", EDIT_BUDGETS)
def end_budget(budget: Budget, *, by: Actor, reason: str) -> Budget:
    """No new messages on it; bills go on until the last part is known."""
    _live(budget)
    budget.ended_at = timezone.now()
    budget.version += 1
    budget.save()
    return budget


def _live(budget: Budget) -> None:
    if budget.ended_at is not None:
        raise Conflict("这项预算已经停用。", code="ended")


def _li(yuan: Decimal) -> int:
    amount = int(Decimal(yuan) * 1000)
    if not 0 <= amount <= 10**12:
        raise Refusal("金额应在 0 到 10 亿元之间。", field="cap", code="amount")
    return amount


def commit(budget: Budget, month: date, amount: int) -> None:
    """Promise 厘 of a month, in the caller's transaction; OverBudget if the cap is full."""
    BudgetMonth.objects.get_or_create(budget=budget, month=month)
    row = BudgetMonth.objects.select_for_update().get(budget=budget, month=month)
    cap = (
        Budget.objects.unscoped(LOCKING)
        .filter(pk=budget.pk, ended_at=None)
        .values_list("cap", flat=True)
        .first()
    )
    if cap is None:
        raise OverBudget("这项预算已经停用。", rule=RULE, field="budget", code="ended")
    if not billing.fits(cap, row.committed, amount):
        left = max(cap - row.committed, 0)
        raise OverBudget(
            f"{budget.department}本月短信预算还剩 {billing.in_words(left)}，"
            f"这次需要 {billing.in_words(amount)}。",
            rule=RULE,
            remedy="请减少人数、缩短内容、改到下月发送，或请审批人调整上限。",
            field="budget",
            code="over_budget",
        )
    row.committed += amount
    near = billing.nearly_used(cap, row.committed, budget.warn_percent)
    if near and row.warned_at is None:
        row.warned_at = timezone.now()
        todos.open_todo(
            kind=kinds.BUDGET,
            target_type="short_messages.budget",
            target_id=budget.pk,
            title=f"{budget.department}{month.month}月短信预算已用 {budget.warn_percent}%",
            link=reverse("resource:short-budgets:record", args=[budget.pk]),
            org_path=budget.org_path,
            union_id=budget.union_id,
            permission=EDIT_BUDGETS.code,
        )
    row.save(update_fields=["committed", "warned_at"])


def give_back(budget_id: int, month: date, amount: int) -> None:
    """Take back what was promised and not used."""
    if amount > 0:
        BudgetMonth.objects.filter(budget_id=budget_id, month=month).update(
            committed=F("committed") - amount
        )


def take_more(budget_id: int, month: date, amount: int) -> None:
    """Count what cost more than was promised; it was spent, whatever the cap."""
    if amount > 0:
        BudgetMonth.objects.filter(budget_id=budget_id, month=month).update(
            committed=F("committed") + amount
        )


def lines_of(budget_id: int | None, month: date) -> list[billing.Used]:
    """The accepted parts of a month by route and price; each submit counts in one month only."""
    rows = (
        Submit.objects.filter(budget_id=budget_id, month=month, state__in=billing.BILLED)
        .values_list("route__name", "price")
        .annotate(parts=Count("pk"))
        .order_by("route__name", "price")
    )
    return [billing.Used(route, price, parts) for route, price, parts in rows]


def issue(budget: Budget, month: date) -> Bill:
    """A month's bill, made or made anew while nobody has checked it; in a transaction."""
    lines = lines_of(budget.pk, month)
    waiting = Submit.objects.filter(
        message__budget=budget, message__month=month, state__in=billing.SET_ASIDE
    ).count()
    bill = (
        Bill.objects.unscoped(LOCKING)
        .select_for_update()
        .filter(budget=budget, month=month)
        .first()
    )
    if bill is not None and bill.state != BillState.ISSUED:
        return bill
    bill = bill or Bill(budget=budget, month=month, issued_at=timezone.now())
    bill.place_at(budget.union)
    bill.lines = [
        {"route": line.route, "price": line.price, "parts": line.parts, "amount": line.amount}
        for line in lines
    ]
    bill.parts = sum(line.parts for line in lines)
    bill.amount = billing.total(lines)
    bill.set_aside = waiting
    bill.save()
    todos.open_todo(
        kind=kinds.BILL,
        target_type="short_messages.bill",
        target_id=bill.pk,
        title=f"{budget.department}{month.year}年{month.month}月短信账单待核对",
        link=reverse("resource:short-bills:record", args=[bill.pk]),
        org_path=bill.org_path,
        union_id=bill.union_id,
        permission=EDIT_BUDGETS.code,
    )
    return bill


def issue_all(month: date) -> int:
    """Bills of every budget that used anything in a month; returns how many."""
    used = Submit.objects.filter(month=month).exclude(budget_id=None)
    ids = used.values_list("budget_id", flat=True).distinct()
    budgets = Budget.objects.unscoped("bills of all departments").filter(pk__in=list(ids))
    for budget in budgets.select_related("union"):
        issue(budget, month)
    return len(budgets)


@action("short-bills.check", "核对短信账单", EDIT_BUDGETS)
def check(bill: Bill, *, by: Actor, statement: str, remark: str = "") -> Bill:
    """Lay the carrier's statement beside ours. statement: "route: parts", one a line."""
    if bill.state == BillState.AGREED:
        raise Conflict("这张账单已经核对。", code="checked")
    theirs = read_statement(statement)
    ours: dict[str, int] = {}
    for line in bill.lines:
        ours[line["route"]] = ours.get(line["route"], 0) + line["parts"]
    different = billing.compare(ours, theirs)
    if different and not remark.strip():
        names = "；".join(f"{d.route}：我方 {d.ours} 条，对方 {d.theirs} 条" for d in different)
        raise Refusal(
            f"与运营商对账单不一致：{names}。",
            rule="短信账单须与运营商对账单核对一致，或写明差异原因",
            remedy="请核对数字，或填写核对说明。",
            field="remark",
            code="different",
        )
    bill.theirs = theirs
    bill.state = BillState.DIFFERENT if different else BillState.AGREED
    bill.remark = remark.strip()
    bill.checked_by, bill.checked_at = by.name, timezone.now()
    bill.version += 1
    bill.save()
    todos.close_todo(
        target_type="short_messages.bill", target_id=bill.pk, kind=kinds.BILL, by=by.user_id
    )
    return bill


def read_statement(text: str) -> dict[str, int]:
    """Parts by route from lines such as “移动通道：1,200”; Refusal names the line that is none."""
    found: dict[str, int] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        name, sign, number = line.replace("：", ":").rpartition(":")
        number = number.strip().replace(",", "").removesuffix("条").strip()
        if not sign or not number.isdecimal():
            raise Refusal(
                f"看不懂这一行：{line.strip()[:40]}。",
                remedy="每行写“通道名称：条数”。",
                field="statement",
                code="statement",
            )
        found[name.strip()] = found.get(name.strip(), 0) + int(number)
    return found


def used_of(budget: Budget, month: date) -> tuple[int, int]:
    """What of a month is billed and what is promised, in 厘."""
    billed = (
        Submit.objects.filter(budget_id=budget.pk, month=month, state__in=billing.BILLED).aggregate(
            sum=Sum("price")
        )["sum"]
        or 0
    )
    row = BudgetMonth.objects.filter(budget=budget, month=month).first()
    return billed, row.committed if row else 0
