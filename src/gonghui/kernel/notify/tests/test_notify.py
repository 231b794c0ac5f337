from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from gonghui.kernel.notify import channels
from gonghui.kernel.notify.channels import IN_APP, Recipient
from gonghui.kernel.notify.messages import (
    inbox,
    mark_all_read,
    mark_read,
    prefer,
    send,
    unread_count,
)
from gonghui.kernel.notify.models import Message, Todo
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.notify.todos import close_todo, done_by, open_todo, todos_at

pytestmark = pytest.mark.django_db

NEWS = Category("news", "通知公告")
DECISION = Category("decision", "办理结果", may_mute=False)
JOINED = Template("joined", "{name}入会申请已通过", "{union}已批准。", DECISION, "/me/{id}/")
NOTICE = Template("notice", "{name}", "", NEWS)
CONTEXT = {"name": "张敏", "union": "某工会", "id": 3}


def test_sent_read_and_counted():
    send([Recipient(user_id=7), Recipient(user_id=8)], JOINED, CONTEXT, org_path="1.2.")
    send([Recipient(person_id=70)], NOTICE, CONTEXT)
    [message] = inbox(7)
    assert (message.title, message.body, message.link) == (
        "张敏入会申请已通过",
        "某工会已批准。",
        "/me/3/",
    )
    assert unread_count(7) == 1
    assert unread_count(7, person_id=70) == 2
    assert [row.title for row in inbox(7, 70)] == ["张敏", "张敏入会申请已通过"]
    assert [row.title for row in inbox(7, 70, before=inbox(7, 70)[0].pk)] == ["张敏入会申请已通过"]
    assert mark_read(8, ids=[message.pk]) == 0
    assert mark_read(7, ids=[message.pk]) == 1
    assert list(inbox(7, unread=True)) == []
    assert mark_all_read(7, 70) == 1
    assert unread_count(8) == 1


def test_a_key_sends_once_to_each():
    for _again in range(2):
        send([Recipient(user_id=7), Recipient(person_id=9)], JOINED, CONTEXT, key="joined:3")
    send([Recipient(user_id=8)], JOINED, CONTEXT, key="joined:3")
    assert Message.objects.count() == 3
    for _again in range(2):
        send([Recipient(user_id=7)], JOINED, CONTEXT)
    assert Message.objects.count() == 5


def test_muted_category():
    for category in (NEWS, DECISION):
        prefer(7, category, IN_APP, wanted=False)
    send([Recipient(user_id=7), Recipient(user_id=8)], NOTICE, CONTEXT)
    send([Recipient(user_id=7)], JOINED, CONTEXT)
    assert [row.category for row in inbox(7)] == ["decision"]
    assert unread_count(8) == 1
    prefer(7, NEWS, IN_APP, wanted=True)
    send([Recipient(user_id=7)], NOTICE, CONTEXT)
    assert unread_count(7) == 2


def test_every_registered_channel_delivers(monkeypatch):
    monkeypatch.setattr(channels, "_channels", dict(channels._channels))
    delivered = []

    class Recorder:
        code = "recorder"
        title = "记录"

        def deliver(self, message, recipients, *, key, org_path):
            delivered.append((message.title, [to.user_id for to in recipients], key))

    channels.register(Recorder())
    with pytest.raises(ValueError, match="twice"):
        channels.register(Recorder())
    send([Recipient(user_id=7)], NOTICE, CONTEXT, key="k")
    send([Recipient(user_id=7)], NOTICE, CONTEXT, channels=[IN_APP])
    assert delivered == [("张敏", [7], "k")]
    assert unread_count(7) == 2


def test_a_recipient_is_one():
    for wrong in ({}, {"user_id": 1, "person_id": 2}):
        with pytest.raises(ValueError, match="either"):
            Recipient(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(template="x", category="x", title="x", created=timezone.now())


def test_a_lacking_name_fails_before_anything_is_sent():
    with pytest.raises(KeyError):
        send([Recipient(user_id=7)], JOINED, {"name": "张敏"})
    assert not Message.objects.exists()


def opened(target=1, **given) -> int:
    return open_todo(
        **{
            "kind": "approve",
            "target_type": "membership.application",
            "target_id": target,
            "title": "入会申请待批准",
            "link": f"/membership/{target}/",
            "org_path": "1.17.203.",
            "union_id": 203,
            "permission": "membership.approve",
            **given,
        }
    )


def held(union_id=203, permission="membership.approve"):
    return {union_id: [permission]}


def count(user_id, places):
    return todos_at(user_id, places).count()


def test_seen_by_permission_at_exactly_its_union():
    opened()
    assert count(7, held()) == 1
    assert count(7, held(17)) == 0
    assert count(7, held(permission="membership.view")) == 0
    assert count(7, {}) == 0


def test_an_assignee_alone_sees_it():
    opened(assignee_user_id=7)
    assert count(7, {}) == 1
    assert count(8, held()) == 0


def test_nobody_would_see_it():
    with pytest.raises(ValueError, match="assignee"):
        opened(permission="")


def test_opened_twice_is_one_and_can_open_again_after_closing():
    first = opened()
    assert opened(title="改了", org_path="1.18.") == first
    row = Todo.objects.get()
    assert (row.title, row.org_path) == ("改了", "1.18.")
    assert close_todo(target_type="membership.application", target_id=1, by=7) == 1
    assert close_todo(target_type="membership.application", target_id=1, by=8) == 0
    assert [row.done_by_id for row in done_by(7)] == [7]
    assert opened() != first
    assert count(7, held()) == 1


def test_closing_one_kind_leaves_the_other():
    opened()
    opened(kind="remind")
    assert close_todo(target_type="membership.application", target_id=1, kind="remind") == 1
    assert Todo.objects.get(done_at=None).kind == "approve"


def test_most_pressing_first():
    now = timezone.now()
    ids = [
        opened(1),
        opened(2, due_at=now + timedelta(days=2)),
        opened(3, due_at=now + timedelta(days=1)),
    ]
    assert [row.pk for row in todos_at(7, held())] == ids[::-1]
