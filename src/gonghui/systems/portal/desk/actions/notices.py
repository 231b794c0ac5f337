"""Notices: drafted by a handler, published, pinned, urged and withdrawn by an approver."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import GRANTABLE
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.bus.outbox import publish as announce
from gonghui.kernel.files.access import register_owner
from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.files.purposes import Purpose, register_purpose
from gonghui.kernel.files.storing import release, store
from gonghui.kernel.files.types import DOCX, JPEG, OFD, PDF, PNG, XLSX
from gonghui.kernel.notify import messages
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.kinds import register_kind
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.systems.portal.desk.models import Notice, NoticeState
from gonghui.systems.portal.desk.permissions import DRAFT_NOTICE, PUBLISH_NOTICE, VIEW_NOTICES
from gonghui.systems.portal.desk.queries import notices as queries
from gonghui.systems.portal.desk.rules import notices as rules

TARGET = "desk.notice"
DECIDE = "notice.publish"
ATTACHMENT = register_purpose(
    Purpose("notice-attachment", "公告附件", (PDF, OFD, DOCX, XLSX, JPEG, PNG), 20 * 1024 * 1024)
)
NOTICES = Category("notices", "公告", may_mute=False)
URGED = Template(
    "notices.urged",
    "请确认已阅：{title}",
    "{union}发布的公告要求确认已阅，请打开阅读。",
    NOTICES,
    "{link}",
)
MOST_ATTACHMENTS = 5


def _may_read(actor: Actor, file: StoredFile) -> bool:
    """Who is given the notice reads its files, and who may see it among those of the union."""
    if actor.may(VIEW_NOTICES, file.org_path) and file.org_path:
        return True
    return file.owner_id is not None and queries.readable(actor, file.owner_id) is not None


register_owner(queries.OWNER, _may_read)


@action("notices.draft", "拟写公告", DRAFT_NOTICE, creates=True)
def draft(
    union: Union,
    *,
    by: Actor,
    title: str,
    body: str,
    starts_on: date,
    ends_on: date,
    reach: str = "subtree",
    roles: Sequence[str] = (),
    must_read: bool = False,
    event_on: date | None = None,
    attachments: Sequence[UploadedFile] = (),
) -> Notice:
    """A draft, and a to-do for whoever publishes at this union."""
    rules.check_period(starts_on, ends_on, timezone.localdate())
    notice = Notice(
        title=title.strip(),
        body=body.strip(),
        reach=reach,
        roles=_roles(roles),
        must_read=must_read,
        starts_on=starts_on,
        ends_on=ends_on,
        event_on=event_on,
        drafted_by_id=by.user_id,
        drafted_by=by.name,
        drafted_at=timezone.now(),
    )
    notice.place_at(union)
    notice.save()
    _attach(notice, attachments, by)
    _ask(notice)
    return notice


@action("notices.edit", "修改公告", DRAFT_NOTICE)
def edit(
    notice: Notice,
    *,
    by: Actor,
    title: str,
    body: str,
    starts_on: date,
    ends_on: date,
    reach: str = "subtree",
    roles: Sequence[str] = (),
    must_read: bool = False,
    event_on: date | None = None,
    attachments: Sequence[UploadedFile] = (),
) -> Notice:
    """Another wording of a draft; new attachments take the place of the old ones."""
    rules.check_state("edit", notice.state)
    rules.check_period(starts_on, ends_on, timezone.localdate())
    notice.title, notice.body, notice.reach = title.strip(), body.strip(), reach
    notice.roles, notice.must_read, notice.event_on = _roles(roles), must_read, event_on
    notice.starts_on, notice.ends_on = starts_on, ends_on
    notice.version += 1
    notice.save()
    if attachments:
        for file in queries.attachments(notice):
            release(file)
        _attach(notice, attachments, by)
    _ask(notice)
    return notice


@action("notices.publish", "发布公告", PUBLISH_NOTICE)
def publish(notice: Notice, *, by: Actor) -> Notice:
    """From now on those it is for see it, from its first day on."""
    rules.check_state("publish", notice.state)
    today = timezone.localdate()
    rules.check_period(notice.starts_on, notice.ends_on, today)
    notice.state, notice.published_by, notice.published_at = (
        NoticeState.PUBLISHED,
        by.name,
        timezone.now(),
    )
    notice.version += 1
    notice.save()
    close_todo(target_type=TARGET, target_id=notice.pk, by=by.user_id)
    announce(
        "cn.gonghui.notice.published", f"notice/{notice.pk}", {"id": notice.pk}, notice.org_path
    )
    return notice


@action("notices.withdraw", "撤回公告", PUBLISH_NOTICE)
def withdraw(notice: Notice, *, by: Actor, reason: str) -> Notice:
    """Take a notice back, published or still a draft; nobody sees it any more."""
    rules.check_state("withdraw", notice.state)
    notice.state, notice.ended_reason, notice.pinned = NoticeState.WITHDRAWN, reason.strip(), False
    notice.version += 1
    notice.save()
    close_todo(target_type=TARGET, target_id=notice.pk, by=by.user_id)
    announce(
        "cn.gonghui.notice.withdrawn", f"notice/{notice.pk}", {"id": notice.pk}, notice.org_path
    )
    return notice


@action("notices.pin", "置顶或取消置顶公告", PUBLISH_NOTICE)
def pin(notice: Notice, *, by: Actor) -> Notice:
    """Put a notice above the others, or among them again."""
    rules.check_state("pin", notice.state)
    notice.pinned = not notice.pinned
    notice.version += 1
    notice.save(update_fields=["pinned", "version"])
    return notice


@action("notices.urge", "催阅公告", PUBLISH_NOTICE)
def urge(notice: Notice, *, by: Actor) -> Notice:
    """A message to everybody who has still to confirm, once a day."""
    rules.check_state("urge", notice.state)
    today = timezone.localdate()
    rules.check_urging(notice.urged_on, today, must_read=notice.must_read)
    people = [Recipient(user_id=user.pk) for user in queries.not_confirmed(notice, today)]
    words = {
        "title": notice.title,
        "union": notice.union.name,
        "link": reverse("notice", args=[notice.pk]),
    }
    key = f"notices.urged/{notice.pk}/{today}"
    messages.send(people, URGED, words, key=key, org_path=notice.org_path)
    notice.urged_on = today
    notice.version += 1
    notice.save(update_fields=["urged_on", "version"])
    note(urged={"label": "催阅人数", "after": len(people)})
    return notice


def expire(today: date) -> int:
    """End the notices whose period is over; return how many."""
    return queries.to_expire(today).update(state=NoticeState.EXPIRED, pinned=False)


def _roles(codes: Sequence[str]) -> list[str]:
    known = [role.code for role in GRANTABLE]
    if set(codes) - set(known):
        raise Refusal("没有这种阅读对象。", field="roles")
    return [code for code in known if code in set(codes)]


def _attach(notice: Notice, uploads: Sequence[UploadedFile], by: Actor) -> None:
    if len(uploads) > MOST_ATTACHMENTS:
        raise Refusal(f"附件最多 {MOST_ATTACHMENTS} 个。", field="attachments")
    for upload in uploads:
        try:
            store(
                upload.file,
                purpose=ATTACHMENT,
                name=upload.name or "",
                uploaded_by_id=by.user_id,
                owner_kind=queries.OWNER,
                owner_id=notice.pk,
                org_path=notice.org_path,
            )
        except Refusal as refusal:
            refusal.field = "attachments"
            raise


def _ask(notice: Notice) -> None:
    open_todo(
        kind=DECIDE,
        target_type=TARGET,
        target_id=notice.pk,
        title=f"公告待发布：{notice.title}",
        link=reverse("resource:notices:record", args=[notice.pk]),
        org_path=notice.org_path,
        union_id=notice.union_id,
        permission=PUBLISH_NOTICE.code,
    )


def _publish_one(target_id: str, actor: Actor) -> None:
    notice = queries.draft_numbered(int(target_id))
    publish(notice, by=actor)


register_kind(DECIDE, "公告待发布", settle=_publish_one, verb="发布公告")
