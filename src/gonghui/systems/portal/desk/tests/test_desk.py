"""Home, arranging, habits, posts, follows, calendar, search and messages of one person."""

from __future__ import annotations

import json
from datetime import date, time, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER, AUDITOR, HANDLER
from gonghui.kernel.audit.entries import record
from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.identity.models import User
from gonghui.kernel.notify.models import Message
from gonghui.kernel.resource.models import Draft
from gonghui.kernel.ui import shell
from gonghui.systems.portal.desk.actions import own
from gonghui.systems.portal.desk.jobs import fold_habits, remind
from gonghui.systems.portal.desk.models import (
    Appointment,
    Desk,
    Follow,
    RoleHabit,
    Usage,
)
from gonghui.systems.portal.desk.queries.calendar import entries
from gonghui.systems.portal.desk.queries.following import followed
from gonghui.systems.portal.desk.queries.functions import find_functions, functions
from gonghui.systems.portal.desk.queries.habits import frequent
from gonghui.systems.portal.desk.tests.makers import notice
from gonghui.systems.portal.desk.views.widgets import WIDGETS

pytestmark = pytest.mark.django_db


def order(client):
    html = client.get("/desk/").content.decode()
    return [part.split('"')[0] for part in html.split('data-widget="')[1:]]


def test_front_door(world, cadre, client_of):
    assert Client().get("/").headers["Location"] == "/signin/"
    assert client_of(cadre("干部", world.shushan)).get("/").headers["Location"] == "/desk/"
    worker = world.user("职工", person=world.person(world.factory))
    assert client_of(worker).get("/").headers["Location"] == "/hall/"
    assert client_of(worker).get("/desk/").headers["Location"] == "/hall/"


@pytest.mark.parametrize(
    "path",
    [
        "/desk/",
        "/todo/",
        "/messages/",
        "/search/",
        "/search/suggest/?q=a",
        "/notices/",
        "/desk/calendar/",
        "/desk/follows/",
        "/desk/functions/",
        "/desk/habits/",
        "/desk/widget/todos/",
    ],
)
def test_nobody_is_served_without_signing_in(path):
    assert Client().get(path).status_code == 302


def test_every_widget_says_why_and_draws(world, cadre, client_of):
    client = client_of(cadre("干部", world.shushan))
    for code, widget in WIDGETS.items():
        assert len(widget.why) > 15
        assert client.get(f"/desk/widget/{code}/").status_code == 200, code
    assert client.get("/desk/widget/nonsense/").status_code == 404


def test_roles_have_their_own_default(world, cadre, client_of):
    handler = order(client_of(cadre("经办", world.shushan, HANDLER)))
    auditor = order(client_of(cadre("审计", world.shushan, AUDITOR)))
    assert handler[0] == auditor[0] == "todos"
    assert "notices" in handler
    assert "notices" not in auditor


def test_arranging_is_kept_and_reset(world, cadre, client_of):
    client = client_of(cadre("干部", world.shushan))
    default = order(client)
    client.post("/desk/arrange/", {"op": "move", "widget": default[1], "by": "-1"})
    assert order(client)[:2] == [default[1], default[0]]
    client.post("/desk/arrange/", {"op": "remove", "widget": default[0]})
    assert default[0] not in order(client)
    client.post("/desk/arrange/", {"op": "add", "widget": "places"})
    assert order(client)[-1] == "places"
    client.post("/desk/arrange/", {"op": "width", "widget": "places", "width": "3"})
    assert "is-3" in client.get("/desk/").content.decode()
    answer = client.post(
        "/desk/arrange/", {"op": "order", "order": "places"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 204
    assert order(client)[0] == "places"
    client.post("/desk/arrange/", {"op": "reset"})
    assert order(client) == default


@pytest.mark.parametrize(
    "posted",
    [
        {"op": "move", "widget": "nope", "by": "1"},
        {"op": "move", "widget": "todos", "by": "x"},
        {"op": "width", "widget": "todos", "width": "12"},
        {"op": "add", "widget": "<script>"},
        {"op": "explode"},
        {},
    ],
)
def test_nonsense_is_refused_and_changes_nothing(world, cadre, client_of, posted):
    client = client_of(cadre("干部", world.shushan))
    assert client.post("/desk/arrange/", posted).status_code == 422
    assert not Desk.objects.exists()


def test_only_functions_are_counted_and_nothing_after_switching_off(world, cadre, client_of):
    user = cadre("干部", world.shushan)
    client = client_of(user)
    opened = {
        "/w/memberships/": 3,
        "/w/memberships/17/": 9,
        "/search/": 4,
        "https://evil.example/": 5,
        "/w/unions/": -4,
        "/w/terms/": True,
        "/w/transfers/": "7",
    }
    send = lambda: client.post("/desk/usage/", json.dumps(opened), content_type="application/json")  # noqa: E731
    assert send().status_code == 204
    send()
    kept = list(Usage.objects.values_list("function", "count"))
    assert kept == [("/w/memberships/", 6)]
    assert "会员" in client.get("/desk/habits/").content.decode()
    client.post("/desk/arrange/", {"op": "personal", "on": "0"})
    assert not Usage.objects.exists()
    send()
    assert not Usage.objects.exists()
    assert 'data-usage="off"' in client.get("/desk/").content.decode()
    for body in ("{", "[1]", "null", '"x"'):
        answer = client.post("/desk/usage/", body, content_type="application/json")
        assert answer.status_code in {204, 422}
    client.post("/desk/arrange/", {"op": "reset"})
    assert Desk.objects.get().personal is False, "a reset does not switch it on again"


def test_habits_order_functions_and_roles_help_who_has_none(world, cadre, acting):
    today = timezone.localdate()
    many = [cadre(f"干部{n}", world.shushan) for n in range(5)]
    for user in many:
        own.count_openings(user.pk, {"/w/terms/": 2}, today)
    own.count_openings(many[0].pk, {"/w/transfers/": 9}, today)
    fold_habits()
    assert set(RoleHabit.objects.values_list("function", flat=True)) == {"/w/terms/"}
    new = acting(cadre("新人", world.jinggang))
    assert frequent(new, today, 3, personal=True).functions[0].url == "/w/terms/"
    assert frequent(acting(many[0]), today, 3, personal=True).functions[0].url == "/w/transfers/"
    off = frequent(acting(many[0]), today, 3, personal=False)
    assert (off.own, off.functions[0].url) == (False, "/w/terms/")
    own.fold_habits(today + timedelta(days=200))
    assert not Usage.objects.exists()


def test_functions_are_those_of_the_roles(world, cadre, acting):
    cadre_actor = acting(cadre("干部", world.shushan))
    auditor = acting(cadre("审计", world.shushan, AUDITOR))
    assert find_functions("hygl", cadre_actor)[0].url == "/w/memberships/"
    assert find_functions("hygl", auditor) == []
    assert {item.url for item in functions(auditor)} & {"/w/audit-entries/"}


def test_posts_are_switched_and_named(world, client_of):
    user = world.user("两岗", (HANDLER, world.shushan), (APPROVER, world.jinghu))
    client = client_of(user)
    page = client.get("/w/memberships/").content.decode()
    assert "合肥市蜀山区总工会" in page
    assert "芜湖市镜湖区总工会" in page
    back = "http://testserver/w/memberships/"
    answer = client.post(f"/post/{world.jinghu.pk}/", headers={"Referer": back})
    assert answer.headers["Location"] == back
    assert User.objects.get(pk=user.pk).post_union_id == world.jinghu.pk
    assert "现在是芜湖市镜湖区总工会" in client.get("/desk/").content.decode()
    away = client.post(f"/post/{world.shushan.pk}/", headers={"Referer": "https://evil.example/"})
    assert away.headers["Location"] == "/desk/"
    assert client.post(f"/post/{world.mill.pk}/").status_code == 403


def test_the_frame_of_one_is_never_shown_to_another(world, cadre, client_of):
    """Kept frames are keyed by everything they show; the token is each request's own."""
    one, two = cadre("甲某", world.shushan), cadre("乙某", world.jinghu)
    shell._drawn.clear()
    first, second = client_of(one).get("/todo/"), client_of(two).get("/todo/")
    assert "甲某" not in second.content.decode()
    assert "乙某" in second.content.decode()
    assert shell._TOKEN not in second.content.decode()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(one)
    page = strict.get("/todo/").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    assert strict.post(f"/post/{world.shushan.pk}/").status_code == 403
    sent = strict.post(f"/post/{world.shushan.pk}/", {"csrfmiddlewaretoken": token})
    assert sent.status_code == 302
    assert first.status_code == 200


def test_following_tells_what_changed_since(world, cadre, client_of, acting):
    user = cadre("干部", world.shushan)
    client, actor = client_of(user), acting(user)
    member = world.member(world.factory, "欧阳若兰")
    page = f"/w/memberships/{member.pk}/"
    assert 'aria-pressed="false" data-star' in client.get(page).content.decode()
    star = client.post(
        f"/desk/follow/memberships/{member.pk}/", {"on": "1"}, headers={"HX-Request": "true"}
    )
    assert "已关注" in star.content.decode()
    assert 'aria-pressed="true" data-star' in client.get(page).content.decode()
    assert followed(actor)[0].fresh == 0
    record(
        action="memberships.test",
        action_name="更正信息",
        actor=actor,
        target_type="people.membership",
        target_id=member.pk,
        org_path=member.org_path,
    )
    item = followed(actor)[0]
    assert (item.fresh, item.what) == (1, "更正信息")
    assert "更正信息" in client.get("/desk/").content.decode()
    assert client.get(f"/desk/follows/{item.pk}/").headers["Location"] == page
    assert followed(actor)[0].fresh == 0
    client.post(f"/desk/follow/memberships/{member.pk}/", {"on": "0"})
    assert not Follow.objects.exists()


def test_what_one_may_not_see_is_neither_followed_nor_shown(world, cadre, client_of, acting):
    user = cadre("镜湖干部", world.jinghu)
    client, actor = client_of(user), acting(user)
    member = world.member(world.factory, "欧阳若兰")
    assert client.post(f"/desk/follow/memberships/{member.pk}/", {"on": "1"}).status_code == 403
    assert client.post("/desk/follow/nonsense/1/", {"on": "1"}).status_code == 404
    Follow.objects.create(
        user_id=user.pk,
        resource="memberships",
        target_type="people.membership",
        target_id=str(member.pk),
        title="欧阳若兰",
        org_path=member.org_path,
    )
    assert followed(actor) == []
    assert "欧阳若兰" not in client.get("/desk/").content.decode()
    assert client.get(f"/desk/follows/{Follow.objects.get().pk}/").status_code == 404
    other = client_of(cadre("同事", world.shushan))
    assert other.get("/desk/follows/").content.decode().count("欧阳若兰") == 0


def test_the_calendar_gathers_and_keeps_ones_own_to_oneself(world, cadre, client_of, acting, todo):
    user, other = cadre("干部", world.shushan), cadre("同事", world.shushan)
    client = client_of(user)
    today = timezone.localdate()
    client.post(
        "/desk/calendar/new/",
        {"title": "走访快递站点", "day": str(today), "at": "09:30", "remind": "60"},
    )
    item = Appointment.objects.get()
    assert item.at == time(9, 30)
    todo(world.shushan, "今天到期的待办", timezone.now() + timedelta(minutes=1))
    notice(world, world.hefei, "全市会议", event_on=today)
    titles = {entry.title for entry in entries(acting(user), today, today + timedelta(days=1))}
    assert {"走访快递站点", "今天到期的待办", "全市会议"} <= titles
    assert "走访快递站点" not in {
        entry.title for entry in entries(acting(other), today, today + timedelta(days=1))
    }
    for view in ("month", "week", "list", "nonsense"):
        assert "走访快递站点" in client.get(f"/desk/calendar/?view={view}").content.decode()
    assert client_of(other).get(f"/desk/calendar/{item.pk}/").status_code == 404
    assert client_of(other).post(f"/desk/calendar/{item.pk}/", {"do": "delete"}).status_code == 404
    wrong = client.post(
        "/desk/calendar/new/", {"title": "x", "day": str(today), "until": "2001-01-01"}
    )
    assert wrong.status_code == 422
    client.post(f"/desk/calendar/{item.pk}/", {"do": "delete"})
    assert not Appointment.objects.exists()


def test_holidays_and_worked_weekends_are_marked(world, cadre, client_of):
    client = client_of(cadre("干部", world.shushan))
    html = client.get("/desk/calendar/?day=2026-10-01").content.decode()
    assert "国庆" in html
    assert "<i>休</i>" in html
    assert "<i>班</i>" in html


def test_a_reminder_is_sent_once(world, cadre):
    user = cadre("干部", world.shushan)
    now = timezone.now()
    own.plan(user.pk, {"title": "开会", "day": now.date(), "remind_at": now - timedelta(minutes=1)})
    assert remind() == 1
    assert remind() == 0
    assert Message.objects.get(recipient_user_id=user.pk).title == "日程提醒：开会"


def test_search_finds_files_of_readers_only(world, cadre, acting, client_of):
    made = notice(world, world.shushan)
    StoredFile.objects.create(
        name="高温津贴发放标准.pdf",
        size=1,
        extension="pdf",
        media_type="application/pdf",
        sha256="0",
        sm3="0",
        path="x",
        purpose="notice-attachment",
        owner_kind="desk.notice",
        owner_id=made.pk,
        org_path=made.org_path,
        at=timezone.now(),
    )
    found = client_of(cadre("干部", world.shushan)).get("/search/?q=高温津贴").content.decode()
    assert "高温津贴发放标准.pdf" in found
    foreign = client_of(cadre("镜湖", world.jinghu)).get("/search/?q=高温津贴").content.decode()
    assert "高温津贴发放标准.pdf" not in foreign


@pytest.mark.parametrize("text", ["'; DROP TABLE x; --", "%", "_", "\\", "<b>", "\x00", "王" * 200])
def test_odd_words_are_only_words(world, cadre, client_of, text):
    client = client_of(cadre("干部", world.shushan))
    for page in ("/search/", "/search/suggest/", "/todo/", "/notices/", "/w/unions/"):
        answer = client.get(page, {"q": text.replace("\x00", "") if page[1] in "tw" else text})
        assert answer.status_code == 200, (page, text)
        assert "<b>" not in answer.content.decode().replace("<b></b>", "") or text != "<b>"


def test_suggestions_come_by_kind_and_are_few(world, cadre, client_of):
    for n in range(8):
        world.member(world.factory, f"欧阳{chr(0x4E00 + 100 * n)}")
    html = client_of(cadre("干部", world.shushan)).get("/search/suggest/?q=欧阳").content.decode()
    assert html.count("/w/memberships/") == 4
    assert "4+" in html


def test_drafts_lead_back_to_their_form(world, cadre, client_of):
    user = cadre("干部", world.shushan)
    member = world.member(world.factory)
    for key in (f"memberships/send/{member.pk}", "notices/draft/new", "gone/x/1", "nonsense"):
        Draft.objects.create(user=user, key=key, content="{}")
    client = client_of(user)
    html = client.get("/desk/widget/drafts/").content.decode()
    assert f'href="/w/memberships/{member.pk}/send/"' in html
    assert 'href="/w/notices/new/draft/"' in html
    assert html.count("继续填写") == 2


def test_messages_are_paged_and_read_one_by_one(world, cadre, client_of):
    user = cadre("干部", world.shushan)
    Message.objects.bulk_create(
        Message(
            recipient_user_id=user.pk,
            template="t",
            category="c",
            title=f"消息{n:03d}",
            created=timezone.now(),
        )
        for n in range(60)
    )
    client = client_of(user)
    first = client.get("/messages/").content.decode()
    assert "消息059" in first
    assert "消息005" not in first
    before = first.split("before=")[1].split('"')[0]
    assert "消息005" in client.get(f"/messages/?before={before}").content.decode()
    one = Message.objects.get(title="消息059")
    client.post("/messages/", {"id": one.pk})
    assert "消息059" not in client.get("/messages/?show=unread").content.decode()
    client.post("/messages/")
    assert not Message.objects.filter(read_at=None).exists()


def test_external_systems_are_offered(world, cadre, client_of, monkeypatch):
    monkeypatch.setattr(shell, "_providers", {k: list(v) for k, v in shell._providers.items()})
    shell.register_external(lambda request: [("省人社厅", "/sign-on/rsj/", "world")])
    html = client_of(cadre("干部", world.shushan)).get("/desk/widget/external/").content.decode()
    assert "省人社厅" in html


def test_home_costs_few_queries(world, cadre, client_of, todo, django_assert_max_num_queries):
    user = cadre("干部", world.shushan)
    client = client_of(user)
    for n in range(30):
        todo(world.shushan, f"第{n}件", target_type=f"s{n}.case", kind=f"s{n}.decide")
    notice(world, world.shushan)
    client.get("/desk/")
    # Fifteen of our own; the rest open and close the transaction.
    with django_assert_max_num_queries(18):
        client.get("/desk/")


def test_dates_beyond_reason_are_today(world, cadre, client_of):
    client = client_of(cadre("干部", world.shushan))
    for day in ("9999-12-31", "0001-01-01", "x", str(date(2026, 2, 28))):
        assert client.get(f"/desk/calendar/?day={day}").status_code == 200
