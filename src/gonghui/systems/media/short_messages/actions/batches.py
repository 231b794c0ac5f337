"""Batches: written, tried on one's own phone, looked at by another, sent, stopped."""

from __future__ import annotations

import re
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import LOCKING, action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.identifiers import parse_mobile
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.identity.accounts import mobile_of
from gonghui.kernel.identity.models import User
from gonghui.kernel.jobs.registry import defer, job
from gonghui.kernel.notify import todos
from gonghui.kernel.org.models import Union
from gonghui.systems.media.short_messages.actions import expanding, kinds, money
from gonghui.systems.media.short_messages.actions.pictures import keep_picture
from gonghui.systems.media.short_messages.actions.queueing import Order, enqueue_fresh
from gonghui.systems.media.short_messages.actions.wording import TWO
from gonghui.systems.media.short_messages.models import (
    Audience,
    Batch,
    Budget,
    Message,
    Signature,
    TextTemplate,
)
from gonghui.systems.media.short_messages.models.sending import BatchState, MessageState
from gonghui.systems.media.short_messages.permissions import APPROVE, COMPOSE
from gonghui.systems.media.short_messages.queries import reach, routes, tuning
from gonghui.systems.media.short_messages.queries.wording import (
    budgets,
    signatures,
    templates,
    words_in,
)
from gonghui.systems.media.short_messages.rules import (
    billing,
    carriers,
    categories,
    filtering,
    payloads,
    wording,
)
from gonghui.systems.media.short_messages.rules.payloads import Item

EXPAND = "short_messages.expand"
MOST_TYPED = 2000


@job(EXPAND, "生成群发短信", retry=5, lock=EXPAND)
def expand(pk: int) -> None:
    """Make the messages of an approved batch."""
    while expanding.expand(pk):
        pass


def read_numbers(text: str) -> tuple[list[str], int]:
    """The numbers of a typed list, and how many entries are none."""
    found, wrong = [], 0
    for word in re.split(r"[\s,，;；、]+", text.strip()):
        if not word:
            continue
        try:
            found.append(parse_mobile(word))
        except Refusal:
            wrong += 1
    return found, wrong


@action("short-batches.write", "编写群发短信", COMPOSE, creates=True)
def write(
    union: Union,
    *,
    by: Actor,
    title: str,
    category: str,
    signature: Signature,
    budget: Budget,
    text: str,
    template: TextTemplate | None = None,
    payload: str = payloads.SMS,
    link: str = "",
    picture: UploadedFile | None = None,
    audience: Audience | None = None,
    numbers: str = "",
    rank: int | None = None,
    scheduled_at: datetime | None = None,
) -> Batch:
    """A batch as a draft, with its headcount and what it will cost."""
    if category not in categories.BULK:
        raise Refusal("这类短信不群发。", field="category", code="category")
    _belongs(union, signature, template, budget)
    text = wording.check_body(template.body if template and not text.strip() else text)
    items = [Item(_type_of(picture), picture.size or 0)] if picture is not None else []
    kind = payloads.check(payload, text, items, link)
    now = timezone.now()
    if scheduled_at is not None and scheduled_at <= now:
        raise Refusal("定时发送的时间已过。", field="scheduled_at", code="past")
    made = Batch(
        title=title.strip(),
        category=category,
        payload=kind.code,
        signature=signature,
        template=template,
        text=text,
        link=link,
        rank=categories.rank(category, rank),
        scheduled_at=scheduled_at,
        budget=budget,
        made_by_id=by.user_id or 0,
        made_by=by.name,
        made_at=now,
    )
    made.place_at(union)
    if audience is not None:
        by.require(COMPOSE, audience.org_path)
    _address(made, audience, numbers)
    made.words = _looked_at(union, text)
    _reckon(made, by)
    made.save()
    if picture is not None:
        kept = keep_picture(picture, made, by=by)
        made.items = [{"type": kept.media_type, "size": kept.size, "key": str(kept.key)}]
        made.save(update_fields=["items"])
    return made


def _type_of(picture: UploadedFile) -> str:
    return "image/png" if (picture.name or "").lower().endswith(".png") else "image/jpeg"


def _belongs(
    union: Union, signature: Signature, template: TextTemplate | None, budget: Budget
) -> None:
    """Only approved wording of this union or its superiors, and its own money."""
    if not signatures(union).filter(pk=signature.pk).exists():
        raise Refusal(
            "签名没有通过审核，或不属于本工会。",
            rule=wording.SIGN_RULE,
            field="signature",
            code="signature",
        )
    if template is not None and not templates(union).filter(pk=template.pk).exists():
        raise Refusal("模板没有通过审核，或不属于本工会。", field="template", code="template")
    if not budgets(union).filter(pk=budget.pk).exists():
        raise Refusal(
            "请选择本工会在用的短信预算。", rule=money.RULE, field="budget", code="budget"
        )


def _address(batch: Batch, audience: Audience | None, numbers: str) -> None:
    if (audience is None) == (not numbers.strip()):
        raise Refusal("请选择发送对象，或填写号码，二者选一。", field="audience", code="audience")
    if audience is not None:
        if audience.ended_at is not None:
            raise Conflict("这个发送对象已经停用。", field="audience", code="ended")
        batch.audience = audience
        return
    found, wrong = read_numbers(numbers)
    if len(found) > MOST_TYPED:
        raise Refusal(
            f"一次最多填写 {MOST_TYPED} 个号码。",
            remedy="更多的人请用发送对象。",
            field="numbers",
            code="too_many",
        )
    if wrong or not found:
        raise Refusal(
            f"有 {wrong} 个号码不正确。" if wrong else "没有可用的号码。",
            field="numbers",
            code="numbers",
        )
    if names := wording.variables(batch.text):
        raise Refusal(
            f"填写号码时不能用变量：{'、'.join(names)}。",
            remedy="请改用发送对象，变量取自名单的列。",
            field="text",
            code="variables",
        )
    batch.numbers = "\n".join(dict.fromkeys(found))


def _looked_at(union: Union, text: str) -> list[str]:
    found = words_in(union, text)
    if stopped := filtering.stopped(found):
        raise Refusal(
            f"内容含有禁止发送的词：{'、'.join(hit.word for hit in stopped)}。",
            rule="短信关键词管理",
            remedy="请改写后再提交。",
            field="text",
            code="keyword",
        )
    return [hit.word for hit in found]


def _reckon(batch: Batch, by: Actor) -> None:
    """Headcount, parts and cost as they stand now; parts of variables as they are written."""
    if batch.audience is not None:
        resource = reach.list_named(batch.audience.resource, by)
        missing = [
            name
            for name in wording.variables(batch.text)
            if name not in {column.title for column in resource.columns}
        ]
        if missing:
            raise Refusal(
                f"名单“{resource.title}”没有这些列：{'、'.join(missing)}。",
                remedy="变量名须与名单的列名一致。",
                field="text",
                code="variables",
            )
        count = reach.count_list(resource, batch.audience.query, by, batch.category)
    else:
        numbers = (batch.numbers.reveal() if batch.numbers else "").split()
        count = reach.count_numbers(numbers, 0, batch.category)
    if count.people > tuning.MOST_PEOPLE.value():
        raise Refusal(
            f"对象有 {count.people:,} 人，一次最多 {tuning.MOST_PEOPLE.value():,} 人。",
            remedy="请分批发送。",
            field="audience",
            code="too_many",
        )
    batch.headcount, batch.reachable, batch.excluded = (
        count.people,
        count.reachable,
        count.excluded,
    )
    batch.parts_each = expanding.parts_of(batch)
    price = routes.price_of(routes.ways(), carriers.UNKNOWN, batch.payload, timezone.now())
    batch.estimate = batch.reachable * batch.parts_each * price


@action("short-batches.try", "试发短信", COMPOSE)
def try_out(batch: Batch, *, by: Actor) -> Message:
    """The message to the writer's own proved number, before anybody else has it."""
    _is(batch, BatchState.DRAFT, BatchState.PENDING)
    user = User.objects.filter(pk=by.user_id).first()
    mobile = mobile_of(user) if user is not None and user.mobile_verified_at else ""
    if not mobile:
        raise Refusal(
            "试发到您本人已验证的手机，账号还没有验证手机号码。",
            remedy="请先在账号安全中验证手机号码。",
            code="no_mobile",
        )
    sample = {name: f"（{name}）" for name in wording.variables(batch.text)}
    refusable = categories.CATEGORIES[batch.category].consent != "none"
    text = wording.signed(
        batch.signature.text, wording.fill(batch.text, sample), refusable=refusable
    )
    order = Order(
        mobile,
        text,
        "reply",
        f"try:{batch.pk}:{batch.version}:{timezone.now():%H%M%S}",
        purpose=f"try:{batch.pk}",
        payload=batch.payload,
        link=batch.link,
        picture=batch.picture,
        sender=by.name,
    )
    made = enqueue_fresh(order, batch.union, budget=batch.budget)
    batch.tested_at = timezone.now()
    batch.save(update_fields=["tested_at"])
    return made


@action("short-batches.submit", "提交群发短信", COMPOSE)
def submit(batch: Batch, *, by: Actor) -> Batch:
    """Hand a batch in; it is counted anew and the month's budget must take it."""
    _is(batch, BatchState.DRAFT, BatchState.REFUSED)
    _belongs(batch.union, batch.signature, batch.template, batch.budget)
    _reckon(batch, by)
    if not batch.reachable:
        raise Refusal("没有一个对象可以发送。", field="audience", code="nobody")
    when = batch.scheduled_at or timezone.now()
    month = billing.month_of(timezone.localtime(when).date())
    _, committed = money.used_of(batch.budget, month)
    if not billing.fits(batch.budget.cap, committed, batch.estimate):
        raise money.OverBudget(
            f"{batch.budget.department}本月短信预算还剩 "
            f"{billing.in_words(max(batch.budget.cap - committed, 0))}，"
            f"预计需要 {billing.in_words(batch.estimate)}。",
            rule=money.RULE,
            remedy="请减少人数、缩短内容，或请审批人调整上限。",
            code="over_budget",
        )
    batch.state = BatchState.PENDING
    batch.decided_by, batch.decided_at, batch.opinion = "", None, ""
    batch.version += 1
    batch.save()
    todos.open_todo(
        kind=kinds.BATCH,
        target_type="short_messages.batch",
        target_id=batch.pk,
        title=f"群发短信“{batch.title}”待审核（{batch.reachable:,} 人）",
        link=reverse("resource:short-batches:record", args=[batch.pk]),
        org_path=batch.org_path,
        union_id=batch.union_id,
        permission=APPROVE.code,
    )
    return batch


@action("short-batches.decide", "审核群发短信", APPROVE)
def decide(batch: Batch, *, by: Actor, grant: bool, opinion: str = "") -> Batch:
    """Let a batch go, or give it back. An emergency may be let go by whoever wrote it."""
    _is(batch, BatchState.PENDING)
    own = by.user_id is not None and by.user_id == batch.made_by_id
    if own and batch.category != "emergency":
        raise Refusal(
            "不能审核自己编写的群发短信。",
            rule=TWO,
            remedy="请本单位另一位审批人审核；紧急通知不受此限。",
            code="own",
        )
    if not grant and not opinion.strip():
        raise Refusal("不通过须写明原因。", field="opinion", code="opinion")
    batch.decided_by, batch.decided_at = by.name, timezone.now()
    batch.opinion = opinion.strip()
    batch.state = BatchState.EXPANDING if grant else BatchState.REFUSED
    batch.version += 1
    batch.save()
    todos.close_todo(
        target_type="short_messages.batch", target_id=batch.pk, kind=kinds.BATCH, by=by.user_id
    )
    if grant:
        defer(expand, pk=batch.pk)
        publish(
            "cn.gonghui.short-message.batch-approved",
            batch.pk,
            {"category": batch.category, "people": batch.reachable},
            batch.org_path,
        )
    return batch


@action("short-batches.go-on", "继续群发短信", APPROVE)
def go_on(batch: Batch, *, by: Actor) -> Batch:
    """Go on with a batch the budget had stopped, behind the last message made."""
    _is(batch, BatchState.HELD)
    batch.state = BatchState.EXPANDING
    batch.opinion = ""
    batch.version += 1
    batch.save()
    todos.close_todo(
        target_type="short_messages.batch", target_id=batch.pk, kind=kinds.HELD, by=by.user_id
    )
    defer(expand, pk=batch.pk)
    return batch


@action("short-batches.stop", "撤回群发短信", COMPOSE)
def stop(batch: Batch, *, by: Actor, reason: str) -> Batch:
    """Nothing more of a batch leaves; what the carrier has cannot be called back."""
    if batch.state in {BatchState.DONE, BatchState.CANCELLED}:
        raise Conflict("这次群发已经结束。", code="ended")
    waiting = list(
        Message.objects.unscoped(LOCKING)
        .select_for_update(of=("self",))
        .filter(batch=batch, state=MessageState.WAITING, tries=0)
        .values_list("pk", "budget_id", "month", "committed")
    )
    now = timezone.now()
    back: dict[tuple, int] = {}
    for _, budget_id, month, committed in waiting:
        back[budget_id, month] = back.get((budget_id, month), 0) + committed
    for (budget_id, month), amount in back.items():
        money.give_back(budget_id, month, amount)
    Message.objects.unscoped(LOCKING).filter(pk__in=[row[0] for row in waiting]).update(
        state=MessageState.CANCELLED, fault="群发已撤回", settled_at=now, committed=0, text=None
    )
    batch.state = BatchState.CANCELLED
    batch.ended_at = now
    batch.version += 1
    batch.save()
    todos.close_todo(target_type="short_messages.batch", target_id=batch.pk, by=by.user_id)
    return batch


def _is(batch: Batch, *states: BatchState) -> None:
    if batch.state not in states:
        raise Conflict(f"这次群发现在是“{batch.get_state_display()}”，不能这样办理。", code="state")
