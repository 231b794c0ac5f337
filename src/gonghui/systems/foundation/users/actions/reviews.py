"""Quarterly reviews: every grant is confirmed, changed or taken back by who answers for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access import granting
from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import ROLES
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.notify import messages
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.templates import Template
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Range, Scope
from gonghui.systems.foundation.users.actions.grants import end_of
from gonghui.systems.foundation.users.actions.staff import ACCOUNT
from gonghui.systems.foundation.users.models import (
    Decision,
    Review,
    ReviewItem,
    ReviewState,
)
from gonghui.systems.foundation.users.permissions import DECIDE_REVIEWS
from gonghui.systems.foundation.users.queries import grants as queries
from gonghui.systems.foundation.users.queries import staff as staff_queries
from gonghui.systems.foundation.users.rules import reviews as rules

LATE = Template(
    "users.review_late",
    "授权复核逾期：{union}",
    "{union}还有 {count} 项授权逾期未复核，请督促办理；{day}起未复核的权限自动暂停。",
    ACCOUNT,
    "{link}",
)
TARGET, DECIDE, LATE_KIND = "users.review", "users.review", "users.review_late"
OF_REVIEW = "items of the review the action has locked"


@action("reviews.open", "开始授权复核", DECIDE_REVIEWS, creates=True)
def open_review(union: Union, *, by: Actor) -> Review:
    """A review of every grant in force below a union, for the quarter of today."""
    today = timezone.localdate()
    quarter = rules.quarter_of(today)
    if Review.objects.unscoped(OF_REVIEW).filter(union=union, quarter=quarter).exists():
        raise Conflict(f"{union.name}{rules.quarter_words(quarter)}的授权复核已经开始。")
    due, suspend_on = rules.terms(
        today,
        queries.REVIEW_DAYS.value(union.path),
        queries.REVIEW_GRACE.value(union.path),
    )
    review = Review(
        quarter=quarter,
        title=f"{rules.quarter_words(quarter)}授权复核",
        opened_on=today,
        due_on=due,
        suspend_on=suspend_on,
    )
    review.place_at(union)
    review.save()
    review.total = len(_add_items(review, today))
    review.save(update_fields=["total"])
    publish("cn.gonghui.users.review", f"review/{review.pk}", {"id": review.pk}, union.path)
    return review


def _add_items(review: Review, today: date) -> list[ReviewItem]:
    rows = granting.in_force(Grant.objects.within(Scope.of([review.org_path])), today)
    rows = rows.exclude(source=granting.DELEGATION).filter(user__is_active=True)
    items = []
    for grant in rows.select_related("user", "union").order_by("org_path", "id"):
        item = ReviewItem(
            review=review,
            grant=grant,
            user_name=grant.user.display_name,
            role=grant.role,
            due_on=review.due_on,
        )
        item.place_at(grant.union)
        items.append(item)
    made = ReviewItem.objects.bulk_create(items, batch_size=500)
    for union, count in _by_decider(made).items():
        _ask(review, union, count)
    return made


def _by_decider(items: Iterable[ReviewItem]) -> dict[Union, int]:
    """How many items each deciding union answers for; administrators' are for the one above."""
    counted: Counter[int] = Counter()
    unions: dict[int, Union] = {}
    known: dict[str, Union | None] = {}
    for item in items:
        path = item.org_path
        if item.role in granting.ADMINISTRATOR_CODES and path.count(".") > 1:
            path = path.rstrip(".").rpartition(".")[0] + "."
        if path not in known:
            known[path] = staff_queries.deciding_union(path, DECIDE_REVIEWS)
        union = known[path]
        if union is not None:
            counted[union.pk] += 1
            unions[union.pk] = union
    return {unions[pk]: count for pk, count in counted.items()}


def _ask(review: Review, union: Union, count: int) -> None:
    open_todo(
        kind=DECIDE,
        target_type=TARGET,
        target_id=f"{review.pk}/{union.pk}",
        title=f"{review.title}：{count} 项待复核",
        link=reverse("review-board", args=[review.pk, union.pk]),
        org_path=union.path,
        union_id=union.pk,
        permission=DECIDE_REVIEWS.code,
        due_at=end_of(review.due_on),
    )


@action("reviews.confirm", "复核：继续保留", DECIDE_REVIEWS)
def confirm(item: ReviewItem, *, by: Actor, note: str = "") -> ReviewItem:
    """The person still needs this right."""
    grant = _checked(item, by)
    grant.reviewed_on = timezone.localdate()
    grant.save(update_fields=["reviewed_on"])
    return _decided(item, Decision.CONFIRMED, by, note)


@action("reviews.change", "复核：变更期限", DECIDE_REVIEWS)
def change(item: ReviewItem, *, by: Actor, until: date, note: str = "") -> ReviewItem:
    """The person needs it, but only until a day."""
    grant = _checked(item, by)
    granting.extend(grant, until=until, by=by, reason=note or item.review.title)
    Grant.objects.unscoped(OF_REVIEW).filter(pk=grant.pk).update(reviewed_on=timezone.localdate())
    return _decided(item, Decision.CHANGED, by, note or f"期限改为 {until}")


@action("reviews.revoke", "复核：收回权限", DECIDE_REVIEWS)
def revoke(item: ReviewItem, *, by: Actor, reason: str) -> ReviewItem:
    """The person does not need it any more."""
    granting.revoke(_checked(item, by), by=by, reason=reason)
    return _decided(item, Decision.REVOKED, by, reason)


@action("reviews.restore", "恢复逾期暂停的权限", DECIDE_REVIEWS)
def restore(item: ReviewItem, *, by: Actor, reason: str) -> ReviewItem:
    """Give again what was suspended because nobody had reviewed it."""
    if item.decision != Decision.SUSPENDED:
        raise Conflict("这项权限没有被暂停。")
    if not queries.may_decide(item, by):
        raise Forbidden("不能恢复自己的权限，管理员的权限由上级恢复。", code="forbidden")
    old = item.grant
    item.grant = granting.grant(
        old.user,
        ROLES[old.role],
        old.union,
        on=timezone.localdate(),
        until=old.valid_to,
        by=by,
        reason=f"恢复逾期暂停的权限：{reason}",
        source=old.source,
        source_id=old.source_id,
    )
    return _decided(item, Decision.RESTORED, by, reason, again=True)


def _checked(item: ReviewItem, by: Actor) -> Grant:
    """The grant of a pending item; a grant that ended meanwhile settles it."""
    rules.check_pending(item.decision)
    if not queries.may_decide(item, by):
        raise Forbidden(
            "自己的权限由他人复核，管理员的权限由上级工会的安全管理员复核。",
            rule=rules.SOURCE,
            code="forbidden",
        )
    rows = Grant.objects.unscoped(OF_REVIEW).select_for_update(of=("self",))
    grant = rows.select_related("union", "user").get(pk=item.grant_id)
    today = timezone.localdate()
    if grant.ended_at is not None or (grant.valid_to and grant.valid_to < today):
        raise Refusal("这项权限已先行终止，不用复核。", remedy="刷新后它不再列出。", code="gone")
    return grant


def _decided(
    item: ReviewItem, decision: Decision, by: Actor, words: str, again: bool = False
) -> ReviewItem:
    item.decision, item.note = decision, words.strip()[:200]
    item.decided_at, item.decided_by = timezone.now(), by.name
    item.version += 1
    item.save()
    if not again:
        Review.objects.unscoped(OF_REVIEW).filter(pk=item.review_id).update(done=F("done") + 1)
    settle_todos(item.review, item.org_path, by.user_id)
    return item


def settle_todos(review: Review, path: str, by: int | None = None) -> None:
    """Close the to-do of each union above a place that has nothing left to review."""
    waiting = ReviewItem.objects.unscoped(OF_REVIEW).filter(
        review=review, decision=Decision.PENDING
    )
    left = {union.pk for union in _by_decider(waiting)}
    for pk in {int(part) for part in path.rstrip(".").split(".")} - left:
        close_todo(target_type=TARGET, target_id=f"{review.pk}/{pk}", by=by)


def drop_gone(review: Review) -> int:
    """Settle items whose grant ended by itself or was taken back elsewhere."""
    today = timezone.localdate()
    rows = ReviewItem.objects.unscoped(OF_REVIEW).filter(review=review, decision=Decision.PENDING)
    gone = rows.filter(grant__ended_at__isnull=False) | rows.filter(grant__valid_to__lt=today)
    paths = set(gone.values_list("org_path", flat=True))
    count = rows.filter(pk__in=list(gone.values_list("pk", flat=True))).update(
        decision=Decision.GONE, decided_at=timezone.now(), decided_by="系统"
    )
    if count:
        Review.objects.unscoped(OF_REVIEW).filter(pk=review.pk).update(done=F("done") + count)
    for path in paths:
        settle_todos(review, path)
    return count


def escalate(review: Review, today: date) -> int:
    """Tell the superior of each union whose items are overdue, once; returns how many items."""
    rows = ReviewItem.objects.unscoped(OF_REVIEW).filter(
        review=review, decision=Decision.PENDING, due_on__lt=today, escalated_on=None
    )
    items = list(rows.select_related("union"))
    for union, count in _by_decider(items).items():
        above = union.path.rstrip(".").rpartition(".")[0]
        superior = (
            staff_queries.deciding_union(f"{above}.", DECIDE_REVIEWS) if above else None
        ) or union
        link = reverse("review-board", args=[review.pk, superior.pk])
        words = {
            "union": union.name,
            "count": count,
            "day": review.suspend_on.isoformat(),
            "link": link,
        }
        people = staff_queries.deciders(superior.pk, DECIDE_REVIEWS)
        messages.send(
            [Recipient(user_id=pk) for pk in people],
            LATE,
            words,
            key=f"users.review_late/{review.pk}/{union.pk}",
            org_path=superior.path,
        )
        open_todo(
            kind=LATE_KIND,
            target_type=TARGET,
            target_id=f"{review.pk}/{superior.pk}",
            title=f"督办授权复核：{union.name}逾期 {count} 项",
            link=link,
            org_path=superior.path,
            union_id=superior.pk,
            permission=DECIDE_REVIEWS.code,
            due_at=end_of(review.suspend_on),
        )
    rows.update(escalated_on=today)
    return len(items)


def suspend_overdue(review: Review, today: date, by: Actor) -> int:
    """End rights of the business nobody reviewed by the end of the grace; returns how many.

    Administrators are spared: without them nobody could restore anything.
    """
    if today < review.suspend_on:
        return 0
    rows = ReviewItem.objects.unscoped(OF_REVIEW).filter(review=review, decision=Decision.PENDING)
    rows = rows.exclude(role__in=granting.ADMINISTRATOR_CODES).select_related("grant", "union")
    items = list(rows)
    for item in items:
        granting.revoke(item.grant, by=by, reason=f"{review.title}逾期未复核，暂停")
        item.decision, item.decided_at = Decision.SUSPENDED, timezone.now()
        item.decided_by, item.note = by.name, "逾期未复核"
        item.version += 1
        item.save()
        settle_todos(review, item.org_path)
    Review.objects.unscoped(OF_REVIEW).filter(pk=review.pk).update(done=F("done") + len(items))
    return len(items)


@action("reviews.close", "结束授权复核", DECIDE_REVIEWS)
def close(review: Review, *, by: Actor) -> Review:
    """End a review in which nothing is pending any more."""
    if review.state != ReviewState.OPEN:
        raise Conflict("这次复核已经结束。")
    span = Range.below(review.org_path)
    waiting = ReviewItem.objects.unscoped(OF_REVIEW).filter(
        review=review, decision=Decision.PENDING, org_path__gte=span.lo
    )
    count = waiting.count()
    if count:
        raise Refusal(f"还有 {count} 项没有复核。", remedy="请先复核完，或督促下级工会办理。")
    review.state = ReviewState.CLOSED
    review.version += 1
    review.save()
    note(done={"label": "已复核", "after": review.done})
    return review
