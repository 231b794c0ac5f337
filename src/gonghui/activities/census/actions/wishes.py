"""Wishes: put, support, follow; answer, accept, finish, decline, merge, hide."""

from __future__ import annotations

from typing import Any

from django.db import OperationalError, transaction
from django.urls import reverse
from django.utils import timezone

from gonghui.activities.census.actions.campaign import end_of
from gonghui.activities.census.models import Follow, Vote, Wish, WishEvent
from gonghui.activities.census.models.wishes import Category as WishCategory
from gonghui.activities.census.models.wishes import Channel
from gonghui.activities.census.permissions import (
    HANDLE_WISHES,
    MAKE_WISH,
    MODERATE_WISHES,
    SUPERVISE_WISHES,
)
from gonghui.activities.census.queries import wishes as queries
from gonghui.activities.census.rules import wishes as rules
from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Forbidden, Missing, Refusal
from gonghui.kernel.base.workdays import add_workdays, workdays_between
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.notify import messages, timeline
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.people.models import IN_RANKS, Membership, Person

WISHES = Category("wishes", "点菜单")
STEP = Template("wishes.step", "心愿有了新进展：{title}", "{union}：{what}{text}", WISHES, "{link}")
HIDDEN = Template(
    "wishes.hidden",
    "您的心愿已被隐藏：{title}",
    "{union}隐藏了这条心愿，其他职工不再看到。理由：{reason}",
    Category("wishes.own", "我的心愿", may_mute=False),
    "{link}",
)
TARGET = "census.wish"
SERVICE, SYSTEM = "点菜单", "A01"
SETTLED = (rules.DONE, rules.DECLINED, rules.MERGED)
ANSWER, LATE = "wishes.answer", "wishes.late"


@action("wishes.make", "提出心愿", MAKE_WISH, creates=True)
def make(
    union: Union,
    *,
    by: Actor,
    category: str,
    title: str,
    detail: str = "",
    anonymous: bool = False,
) -> Wish:
    """A worker's own wish, put to the own union, its county's or its city's."""
    home = queries.home_union(by.person_id)
    if union.pk not in {item.pk for item in queries.askable(home)}:
        raise Forbidden(f"不能向“{union.name}”提出心愿。", rule=rules.SAME_PATH, code="forbidden")
    own = Scope(person_id=by.person_id)
    person = Person.objects.within(own).get(pk=by.person_id)
    return _put(union, person, Channel.ONLINE, category, title, detail, anonymous)


@action("wishes.record", "登记线下心愿", HANDLE_WISHES, creates=True)
def register(
    union: Union,
    *,
    by: Actor,
    number: str,
    category: str,
    title: str,
    detail: str = "",
    anonymous: bool = False,
) -> Wish:
    """A wish said at a counter or on a visit, written down for the member who said it."""
    rows = Membership.objects.within(by.scope(HANDLE_WISHES)).select_related("person", "union")
    member = rows.filter(number=number.strip(), status__in=IN_RANKS).first()
    if member is None:
        raise Refusal(
            "在您的工会范围内没有这个会员号的在籍会员。",
            remedy="请核对会员号；外单位的职工请到所在工会登记。",
            field="number",
        )
    rules.check_place(member.org_path, union.pk)
    return _put(union, member.person, Channel.OFFLINE, category, title, detail, anonymous)


def _put(
    union: Union,
    person: Person,
    channel: str,
    category: str,
    title: str,
    detail: str,
    anonymous: bool,
) -> Wish:
    if category not in WishCategory.values:
        raise Refusal("没有这个类别。", field="category")
    now, today = timezone.now(), timezone.localdate()
    wish = Wish(
        person=person,
        person_name=person.name,
        anonymous=anonymous,
        channel=channel,
        category=category,
        title=rules.check_words(title),
        detail=detail.strip(),
        votes=1,
        created_at=now,
        due_on=add_workdays(today, queries.REPLY_WORKDAYS.on(today)),
    )
    wish.place_at(union)
    wish.save()
    # Who puts a wish supports it: its vote counts like any other and is kept by a merge.
    Vote.objects.create(wish=wish, person=person)
    Follow.objects.create(wish=wish, person=person)
    _await_answer(wish)
    _line(wish, "已提出", f"{union.name}在 {wish.due_on:%Y-%m-%d} 前答复。")
    publish("cn.gonghui.wish.made", f"wish/{wish.pk}", {"id": wish.pk}, wish.org_path)
    return wish


@action("wishes.vote", "支持心愿", MAKE_WISH)
def vote(wish: Wish, *, by: Actor) -> Wish:
    """One vote per person; the voter follows the wish from then on."""
    person_id = _taking_part(wish, by)
    rules.check_state("vote", wish.state, hidden=wish.hidden_at is not None)
    _, added = Vote.objects.get_or_create(wish=wish, person_id=person_id)
    if not added:
        raise Conflict("您已经支持过这条心愿。", rule=rules.ONE_VOTE, code="voted")
    Follow.objects.get_or_create(wish=wish, person_id=person_id)
    return _recounted(wish)


@action("wishes.unvote", "撤回支持", MAKE_WISH)
def unvote(wish: Wish, *, by: Actor) -> Wish:
    """Take the own vote back, as long as the wish is open."""
    person_id = _taking_part(wish, by)
    rules.check_state("vote", wish.state, hidden=wish.hidden_at is not None)
    gone, _ = Vote.objects.filter(wish=wish, person_id=person_id).delete()
    if not gone:
        raise Conflict("您没有支持这条心愿。", code="not_voted")
    Follow.objects.filter(wish=wish, person_id=person_id).exclude(person_id=wish.person_id).delete()
    return _recounted(wish)


@action("wishes.follow", "关注心愿", MAKE_WISH)
def follow(wish: Wish, *, by: Actor, on: bool = True) -> Wish:
    """Be told of each step of a wish, or no longer."""
    person_id = _taking_part(wish, by)
    if on:
        Follow.objects.get_or_create(wish=wish, person_id=person_id)
    else:
        Follow.objects.filter(wish=wish, person_id=person_id).delete()
    note(follow={"label": "关注", "after": "是" if on else "否"})
    return wish


@action("wishes.reply", "答复心愿", HANDLE_WISHES)
def reply(wish: Wish, *, by: Actor, text: str) -> Wish:
    """The public answer “我们听到了”, with its date; a later one stands in its place."""
    _check(wish, "reply", by)
    wish.reply, wish.replied_at = text.strip(), timezone.now()
    return _stepped(wish, "我们听到了", wish.reply)


@action("wishes.accept", "采纳心愿", HANDLE_WISHES)
def accept(wish: Wish, *, by: Actor, text: str = "") -> Wish:
    _check(wish, "accept", by)
    wish.state = rules.ACCEPTED
    return _stepped(wish, "已采纳", text, "good")


@action("wishes.start", "开始办理心愿", HANDLE_WISHES)
def start(wish: Wish, *, by: Actor, text: str = "") -> Wish:
    _check(wish, "start", by)
    wish.state = rules.IN_PROGRESS
    return _stepped(wish, "开始办理", text)


@action("wishes.finish", "办结心愿", HANDLE_WISHES)
def finish(
    wish: Wish, *, by: Actor, result_title: str, result_url: str = "", text: str = ""
) -> Wish:
    """The service that came of it, with the page where workers find it."""
    _check(wish, "finish", by)
    wish.state = rules.DONE
    wish.result_title = result_title.strip()
    wish.result_url = rules.check_link(result_url)
    wish.closed_at = timezone.now()
    words = f"开出的服务：{wish.result_title}。{text}".strip()
    return _stepped(wish, "已实现", words, "good")


@action("wishes.decline", "不予采纳", HANDLE_WISHES)
def decline(wish: Wish, *, by: Actor, reason: str) -> Wish:
    """Say no, with the reason in public."""
    _check(wish, "decline", by)
    wish.state = rules.DECLINED
    wish.closed_at = timezone.now()
    return _stepped(wish, "未采纳", reason, "stop")


@action("wishes.merge", "合并心愿", HANDLE_WISHES)
def merge(wish: Wish, *, by: Actor, into: int) -> Wish:
    """Let a duplicate go up into another wish, which gets the votes of persons it lacked."""
    _check(wish, "merge", by)
    kept = _other(into, wish)
    by.require(HANDLE_WISHES, kept.org_path)
    if not rules.on_path(wish.org_path, kept.union_id):
        raise Refusal(
            "只能合并到同一工会或其上级工会的心愿。",
            rule="合并后原来的支持者仍应看得到这条心愿",
            field="into",
        )
    rules.check_state("merge", kept.state, hidden=kept.hidden_at is not None)
    for model in (Vote, Follow):
        people = model.objects.filter(wish=wish).values_list("person_id", flat=True)
        model.objects.bulk_create(
            [model(wish=kept, person_id=person_id) for person_id in people], ignore_conflicts=True
        )
    _recounted(kept)
    wish.state = rules.MERGED
    wish.merged_into = kept
    wish.closed_at = timezone.now()
    note(into={"label": "合并到", "after": f"{kept.pk} {kept.title}"})
    WishEvent.objects.create(
        wish=kept,
        title="并入相同心愿",
        text=f"“{wish.title}”已并入，支持人数合计 {kept.votes}。",
        union_name=wish.union.name,
    )
    return _stepped(wish, "已合并", f"与“{kept.title}”合并办理，您的支持已一并计入。", "idle")


def _other(pk: int, wish: Wish) -> Wish:
    if pk == wish.pk:
        raise Refusal("不能把心愿合并到它自己。", field="into")
    rows = Wish.objects.unscoped("its place is checked by the caller before anything is done")
    try:
        # Two merges against each other would wait for ever: the second is told to come back.
        with transaction.atomic():
            found = rows.select_for_update(of=("self",), nowait=True).filter(pk=pk).first()
    except OperationalError as error:
        raise Conflict("另一条心愿正有人办理，请稍后再试。", code="busy") from error
    if found is None:
        raise Missing("要合并到的心愿不存在。", field="into")
    return found


@action("wishes.hide", "隐藏心愿", MODERATE_WISHES)
def hide(wish: Wish, *, by: Actor, reason: str) -> Wish:
    """Take a wish out of workers' sight; its author is told why."""
    rules.check_state("hide", wish.state)
    if wish.hidden_at is not None:
        raise Conflict("这条心愿已经隐藏。", code="hidden")
    wish.hidden_at, wish.hidden_reason = timezone.now(), reason.strip()
    wish.version += 1
    wish.save()
    close_todo(target_type=TARGET, target_id=wish.pk, by=by.user_id)
    words = {
        "title": wish.title,
        "union": wish.union.name,
        "reason": wish.hidden_reason,
        "link": page(wish),
    }
    messages.send([Recipient(person_id=wish.person_id)], HIDDEN, words, org_path=wish.org_path)
    return wish


@action("wishes.show", "恢复显示心愿", MODERATE_WISHES)
def show(wish: Wish, *, by: Actor, reason: str) -> Wish:
    """Put a hidden wish back into sight."""
    if wish.hidden_at is None:
        raise Conflict("这条心愿没有隐藏。", code="not_hidden")
    wish.hidden_at, wish.hidden_reason = None, ""
    wish.version += 1
    wish.save()
    if wish.answered_at is None and wish.state == rules.NEW:
        _await_answer(wish)
    return wish


def remind(wish: Wish) -> None:
    """Open the to-do of whoever supervises, for a wish past its term without an answer."""
    if not rules.overdue(
        wish.answered_at is not None, wish.state, wish.due_on, timezone.localdate()
    ):
        return
    open_todo(
        kind=LATE,
        target_type=TARGET,
        target_id=wish.pk,
        title=f"职工心愿逾期未答复：{wish.title}",
        link=record(wish),
        org_path=wish.org_path,
        union_id=wish.union_id,
        permission=SUPERVISE_WISHES.code,
        due_at=end_of(wish.due_on),
    )


def page(wish: Wish) -> str:
    """The address of a wish in the service hall."""
    return reverse("wish", args=[wish.pk])


def record(wish: Wish) -> str:
    """The address of a wish in the workbench."""
    return reverse("resource:wishes:record", args=[wish.pk])


def _taking_part(wish: Wish, by: Actor) -> int:
    """The person behind the actor, refused unless the wish is on the own path."""
    home = queries.home_union(by.person_id)
    rules.check_place(home.path, wish.union_id)
    return by.person_id or 0


def _check(wish: Wish, verb: str, by: Actor) -> None:
    rules.check_state(verb, wish.state, hidden=wish.hidden_at is not None)
    if by.person_id is not None and by.person_id == wish.person_id:
        raise Forbidden(
            "不能办理自己提出的心愿。",
            rule="本人的事项由他人办理",
            remedy="请由本工会其他经办人或上级工会办理。",
            code="own",
        )


def _stepped(wish: Wish, what: str, text: str = "", tone: str = "info") -> Wish:
    """Keep a step: the public line, the first answer's time, to-dos, messages to followers."""
    now = timezone.now()
    if wish.answered_at is None:
        wish.answered_at = now
        made = timezone.localdate(wish.created_at)
        wish.answer_workdays = max(workdays_between(made, timezone.localdate(now)), 0)
    wish.version += 1
    wish.save()
    close_todo(target_type=TARGET, target_id=wish.pk)
    WishEvent.objects.create(
        wish=wish, title=what, text=text.strip(), union_name=wish.union.name, tone=tone
    )
    if text.strip():
        note(said={"label": "说明", "after": text.strip()})
    words: dict[str, Any] = {
        "title": wish.title,
        "union": wish.union.name,
        "what": what,
        "text": f"。{text.strip()}" if text.strip() else "",
        "link": page(wish.merged_into or wish),
    }
    followers = Follow.objects.filter(wish=wish).values_list("person_id", flat=True)
    messages.send(
        [Recipient(person_id=person_id) for person_id in followers],
        STEP,
        words,
        org_path=wish.org_path,
    )
    _line(wish, what, text.strip(), tone)
    publish("cn.gonghui.wish.stepped", f"wish/{wish.pk}", {"state": wish.state}, wish.org_path)
    return wish


def _line(wish: Wish, title: str, text: str = "", tone: str = "info") -> None:
    """Keep a step on the timeline of who put the wish."""
    timeline.tell(
        wish.person_id,
        service=SERVICE,
        system=SYSTEM,
        target_type=TARGET,
        target_id=wish.pk,
        title=title,
        text=text,
        link=page(wish.merged_into or wish),
        tone=tone,
        settled=wish.state in SETTLED,
    )


def _recounted(wish: Wish) -> Wish:
    wish.votes = Vote.objects.filter(wish=wish).count()
    wish.save(update_fields=["votes"])
    return wish


def _await_answer(wish: Wish) -> None:
    open_todo(
        kind=ANSWER,
        target_type=TARGET,
        target_id=wish.pk,
        title=f"答复职工心愿：{wish.title}",
        link=record(wish),
        org_path=wish.org_path,
        union_id=wish.union_id,
        permission=HANDLE_WISHES.code,
        due_at=end_of(wish.due_on),
    )
