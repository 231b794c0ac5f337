"""Pages are told of to-dos and messages when the transaction commits, and only whose they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.db import connection, transaction

from gonghui.kernel.access.roles import APPROVER, HANDLER, PERMISSIONS, VIEWER, Permission
from gonghui.kernel.notify import kinds
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.messages import send
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.notify.realtime import CHANNEL
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.notify.todos import assign, close_todo, open_todo
from gonghui.kernel.testing import world as worlds

DECIDE = Permission("test-realtime.decide", "审批样例", (APPROVER,))
# No permission of the product: it is known while a test of this file runs.
PERMISSIONS.pop(DECIDE.code)
WORDS = Template("w", "标题", "", Category("c", "样例"))


@pytest.fixture(autouse=True)
def permission(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PERMISSIONS, DECIDE.code, DECIDE)


@pytest.fixture
def heard(transactional_db: None) -> Iterator[Callable[[], set[str]]]:
    """What another connection hears, since it was last asked."""
    given = connection.settings_dict
    listener = psycopg.connect(
        host=given["HOST"],
        port=given["PORT"],
        user=given["USER"],
        password=given["PASSWORD"],
        dbname=given["NAME"],
        autocommit=True,
    )
    listener.execute(f"LISTEN {CHANNEL}")

    def since() -> set[str]:
        found = {notice.payload for notice in listener.notifies(timeout=0.3)}
        # The outbox tells the number of its latest row on the same channel.
        return {payload for payload in found if not payload.isdigit()}

    yield since
    listener.close()


def opened(union_id: int, **facts: object) -> int:
    values = {
        "kind": "test",
        "target_type": "test.case",
        "target_id": 1,
        "title": "样例",
        "link": "/",
        "union_id": union_id,
        "permission": DECIDE.code,
    }
    return open_todo(**{**values, **facts})


def test_a_to_do_is_told_to_its_holders_at_the_commit(heard):
    with transaction.atomic():
        world = worlds.build()
        holder = world.user("审批", (APPROVER, world.shushan))
        world.user("经办", (HANDLER, world.shushan))
        world.user("上级", (APPROVER, world.hefei))
        world.user("外县", (APPROVER, world.jinghu))
    heard()
    with transaction.atomic():
        pk = opened(world.shushan.pk)
        assert heard() == set()
    assert heard() == {f"todos user:{holder.pk}"}
    with transaction.atomic():
        assign(Todo.objects.get(pk=pk), 77)
    assert heard() == {f"todos user:{holder.pk}", "todos user:77"}
    with transaction.atomic():
        assert close_todo(target_type="test.case", target_id=1) == 1
    assert heard() == {"todos user:77"}


def test_what_is_rolled_back_is_not_told(heard):
    with pytest.raises(RuntimeError), transaction.atomic():
        opened(1, assignee_user_id=5)
        raise RuntimeError
    assert heard() == set()


def test_a_message_is_told_to_whom_it_is_sent(heard):
    with transaction.atomic():
        send([Recipient(user_id=5), Recipient(person_id=6)], WORDS, {})
    assert heard() == {"messages user:5", "messages person:6"}


@pytest.mark.django_db
def test_an_unknown_permission_has_no_holders():
    assert opened(1, permission="nobody.knows")
    assert close_todo(target_type="test.case", target_id=1) == 1


def test_a_kind_is_described_once_and_has_both_or_neither(monkeypatch):
    monkeypatch.setattr(kinds, "KINDS", {})
    kinds.register_kind("k", "样例", settle=lambda target, actor: None, verb="办结")
    with pytest.raises(ValueError, match="twice"):
        kinds.register_kind("k", "样例")
    with pytest.raises(ValueError, match="verb"):
        kinds.register_kind("l", "样例", verb="办结")
    assert (kinds.title_of("k"), kinds.title_of("unknown")) == ("样例", "")


def test_viewers_are_not_told(heard):
    with transaction.atomic():
        world = worlds.build()
        world.user("查阅", (VIEWER, world.shushan))
    heard()
    with transaction.atomic():
        opened(world.shushan.pk)
    assert heard() == set()
