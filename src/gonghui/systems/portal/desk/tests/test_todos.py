"""The inbox: whose to-dos, counts, narrowing, pages, bulk, handing over, putting off."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.notify.kinds import KINDS, register_kind
from gonghui.kernel.notify.models import Snooze, Todo
from gonghui.kernel.notify.todos import awake, close_todo
from gonghui.systems.portal.desk.actions.todos import hand_over
from gonghui.systems.portal.desk.jobs import remind
from gonghui.systems.portal.desk.queries import todos as queries

pytestmark = pytest.mark.django_db


def test_plain_sql_and_the_orm_agree(world, cadre, acting, todo):
    """The counts of the frame, of the inbox and of the home page are the same to-dos."""
    user = cadre("许若兰", world.shushan)
    now = timezone.localtime()
    mine = [todo(world.shushan, f"第{n}件", now + timedelta(hours=n - 2)) for n in range(5)]
    mine.append(todo(world.jinggang, "指定给本人", assignee_user_id=user.pk))
    todo(world.jinggang, "下级的")
    todo(world.jinghu, "外县的")
    todo(world.shushan, "别的权限", permission="memberships.view")
    Snooze.objects.create(user_id=user.pk, todo_id=mine[0], until=now + timedelta(hours=1))
    actor = acting(user)
    expected = set(mine[1:])
    expected |= set(Todo.objects.filter(title="别的权限").values_list("pk", flat=True))
    shown = awake(queries.my_todos(actor), user.pk, now)
    assert set(shown.values_list("pk", flat=True)) == expected
    assert {row.pk for row in queries.first_due(actor, now, 50)} == expected
    assert queries.counted(actor, now).total == len(expected)
    assert queries.frame_counts(actor, now)[0] == len(expected)


def test_a_title_never_leaks_across(world, cadre, client_of, todo):
    todo(world.jinghu, "镜湖机密事项")
    todo(world.shushan, "蜀山事项")
    client = client_of(cadre("许若兰", world.shushan))
    pages = ("/desk/", "/todo/", "/todo/?q=事项", "/search/?q=事项", "/desk/widget/todos/")
    for page in pages:
        html = client.get(page).content.decode()
        assert "镜湖机密" not in html, page
        assert "蜀山事项" in html, page


def test_counts_by_class_system_and_kind(world, cadre, acting, todo):
    now = timezone.localtime().replace(hour=10, minute=0)
    todo(world.shushan, "逾期", now - timedelta(days=2))
    todo(world.shushan, "无期限")
    todo(world.shushan, "普查", now - timedelta(days=1), target_type="census.wish", kind="w")
    found = queries.counted(acting(cadre("许若兰", world.shushan)), now)
    assert (found.by_due["overdue"], found.by_due["none"], found.total) == (2, 1, 3)
    assert [(label, count) for label, _, count in found.by_system] == [
        ("membership", 2),
        ("census", 1),
    ]
    assert found.by_system[0][1] == "全省工会基层组织和会员管理系统"


def test_the_inbox_is_narrowed(world, cadre, client_of, todo):
    now = timezone.now()
    todo(world.shushan, "逾期的事", now - timedelta(days=2))
    todo(world.shushan, "普查的事", target_type="census.wish", kind="w")
    client = client_of(cadre("许若兰", world.shushan))

    def titles(query):
        html = client.get(f"/todo/{query}").content.decode()
        return {title for title in ("逾期的事", "普查的事") if title in html}

    assert titles("") == {"逾期的事", "普查的事"}
    assert titles("?due=overdue") == {"逾期的事"}
    assert titles("?due=none") == {"普查的事"}
    assert titles("?system=census") == {"普查的事"}
    assert titles("?kind=w") == {"普查的事"}
    assert titles("?q=逾期") == {"逾期的事"}
    assert titles("?due=nonsense&after=broken") == {"逾期的事", "普查的事"}


def test_pages_follow_each_other_without_gaps(world, cadre, acting, todo):
    me, now = cadre("许若兰", world.shushan), timezone.now()
    for n in range(7):
        todo(world.shushan, f"第{n}件", now + timedelta(hours=1) if n < 4 else None)
        term = now + timedelta(minutes=30 * n) if n < 4 else None
        todo(world.jinggang, f"本人第{n}件", term, assignee_user_id=me.pk)
    todo(world.jinghu, "别处的")
    actor = acting(me)
    rows = queries.my_todos(actor)
    seen, after = [], None
    while True:
        found = queries.page(actor, Todo.objects.all(), after, 3)
        seen += [item.pk for item in found[:3]]
        if len(found) <= 3:
            break
        after = queries.read_cursor(queries.cursor_of(found[2]))
    assert seen == list(rows.values_list("pk", flat=True)) and len(seen) == 14
    for broken in ("", "x", "1_", "_1", "1e400_5", "nan_1"):
        assert queries.read_cursor(broken) is None


def test_handing_over_to_who_holds_the_same_right(world, cadre, acting, todo):
    me, colleague = cadre("许若兰", world.shushan), cadre("同事", world.shushan, APPROVER)
    handler = cadre("只经办", world.shushan, HANDLER)
    item = Todo.objects.get(pk=todo(world.shushan, "交出去的"))
    with pytest.raises(Refusal):
        hand_over(item, by=acting(me), to=handler)
    with pytest.raises(Refusal):
        hand_over(item, by=acting(me), to=me)
    with pytest.raises(Forbidden):
        hand_over(item, by=acting(handler), to=colleague)
    with pytest.raises(Forbidden):
        hand_over(item, by=acting(cadre("外县", world.jinghu)), to=colleague)
    hand_over(item, by=acting(me), to=colleague, reason="出差")
    assert not queries.my_todos(acting(me)).exists()
    assert queries.my_todos(acting(colleague)).get() == item
    personal = Todo.objects.get(
        pk=todo(world.shushan, "本人的", union_id=None, permission="", assignee_user_id=me.pk)
    )
    with pytest.raises(Refusal):
        hand_over(personal, by=acting(me), to=colleague)


def test_handing_over_many_asks_whom_first(world, cadre, client_of, todo):
    me, colleague = cadre("许若兰", world.shushan), cadre("接手人", world.shushan)
    cadre("外县人", world.jinghu)
    ids = [todo(world.shushan, f"第{n}件") for n in range(3)]
    foreign = todo(world.jinghu, "外县的")
    client = client_of(me)
    page = client.post("/todo/bulk/", {"do": "hand_over", "ids": [*ids, foreign]})
    assert "接手人" in page.content.decode()
    assert "外县人" not in page.content.decode()
    client.post(
        "/todo/bulk/",
        {"do": "hand_over", "ids": [*ids, foreign], "to": colleague.pk, "reason": "休假"},
    )
    assert Todo.objects.filter(assignee_user_id=colleague.pk).count() == 3
    assert Todo.objects.get(pk=foreign).assignee_user_id is None


def test_putting_off_is_for_oneself_and_ends(world, cadre, client_of, todo):
    me, other = cadre("许若兰", world.shushan), cadre("同事", world.shushan)
    pk = todo(world.shushan, "以后再说")
    client = client_of(me)
    client.post("/todo/bulk/", {"do": "later", "until": "hours", "ids": [pk]})
    assert "以后再说" not in client.get("/todo/").content.decode()
    assert "以后再说" in client.get("/todo/?state=later").content.decode()
    assert "以后再说" in client_of(other).get("/todo/").content.decode()
    Snooze.objects.update(until=timezone.now() - timedelta(minutes=1))
    assert remind() == 1
    assert not Snooze.objects.exists()
    assert "以后再说" in client.get("/todo/").content.decode()
    client.post("/todo/bulk/", {"do": "later", "until": "week", "ids": [pk]})
    client.post("/todo/bulk/", {"do": "wake", "ids": [pk]})
    assert "以后再说" in client.get("/todo/").content.decode()


@pytest.fixture
def settled(monkeypatch):
    """A kind of to-do that can be settled in bulk, but not the second target."""
    monkeypatch.setattr("gonghui.kernel.notify.kinds.KINDS", KINDS)

    def settle(target_id, actor):
        if target_id == "2":
            raise Refusal("材料不全。")
        close_todo(target_type="membership.joinapplication", target_id=target_id, by=actor.user_id)

    register_kind("test.bulk", "可批量的", settle=settle, verb="批量通过")
    yield
    del KINDS["test.bulk"]


def test_settling_in_bulk_goes_on_past_a_refusal(world, cadre, client_of, todo, settled):
    me = cadre("许若兰", world.shushan)
    ids = [todo(world.shushan, f"第{n}件", kind="test.bulk", target_id=n) for n in (1, 2, 3)]
    other = todo(world.shushan, "要逐件看的")
    foreign = todo(world.jinghu, "外县的", kind="test.bulk", target_id=9)
    client = client_of(me)
    assert "批量通过" in client.get("/todo/").content.decode()
    chosen = {"settle": "test.bulk", "ids": [*ids, other, foreign]}
    page = client.post("/todo/bulk/", chosen, follow=True)
    html = page.content.decode()
    assert "已办理 2 件" in html
    assert "材料不全" in html
    still = set(Todo.objects.filter(done_at=None).values_list("pk", flat=True))
    assert still == {ids[1], other, foreign}
    assert "第1件" in client.get("/todo/?state=done").content.decode()


def test_publishing_notices_in_bulk_is_the_action_itself(world, cadre, client_of):
    from gonghui.systems.portal.desk.models import Notice
    from gonghui.systems.portal.desk.tests.test_notices import notices, words

    handler, approver = (
        cadre("经办", world.shushan, HANDLER),
        cadre("审批", world.shushan, APPROVER),
    )
    from gonghui.kernel.access.loading import actor_of
    from gonghui.kernel.testing.world import TODAY

    made = notices.draft(world.shushan, by=actor_of(handler, TODAY), **words())
    pk = Todo.objects.get().pk
    client_of(approver).post("/todo/bulk/", {"settle": "notice.publish", "ids": [pk]})
    assert Notice.objects.unscoped("test").get(pk=made.pk).state == "published"
    assert Todo.objects.get(pk=pk).done_by_id == approver.pk


def test_a_bulk_of_nothing_is_refused(world, cadre, client_of, todo):
    foreign = todo(world.jinghu, "外县的")
    client = client_of(cadre("许若兰", world.shushan))
    for ids in ([], [foreign], ["x", "-1", "9" * 40]):
        assert (
            client.post("/todo/bulk/", {"do": "later", "until": "week", "ids": ids}).status_code
            == 422
        )
    assert client.get("/todo/bulk/").status_code == 405
