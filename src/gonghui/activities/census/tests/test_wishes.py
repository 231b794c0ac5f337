"""The wish list on the database: own scope, votes, answers, merging, hiding, pages."""

import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from gonghui.activities.census.actions import wishes as actions
from gonghui.activities.census.jobs.wishes import remind_of_late
from gonghui.activities.census.models import Follow, Vote, Wish, WishEvent
from gonghui.activities.census.queries import wishes as queries
from gonghui.activities.census.tests import makers
from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.notify.models import Message, Todo
from gonghui.kernel.testing import world as world_module

pytestmark = pytest.mark.django_db
WORDS = {"category": "60", "title": "暑假办子女托管班"}


def rows():
    return Wish.objects.unscoped("test")


def cadre(world, union, role=HANDLER):
    return world.actor("经办", (role, union))


def put(world, worker, union=None, **facts):
    return actions.make(union or world.shushan, by=worker, **{**WORDS, **facts})


@pytest.mark.parametrize("unit", ["factory", "shushan", "hefei"])
def test_a_worker_asks_the_own_union_its_county_or_its_city(world, worker, unit):
    wish = put(world, worker(world.factory), getattr(world, unit))
    assert (wish.union_id, wish.votes, wish.state) == (getattr(world, unit).pk, 1, "new")


@pytest.mark.parametrize("unit", ["shop", "jinggang", "luyang", "wuhu", "mill", "province"])
def test_and_nobody_else(world, worker, unit):
    with pytest.raises(Forbidden):
        put(world, worker(world.factory), getattr(world, unit))
    assert not rows().exists()


def test_an_account_without_a_person_cannot_wish(world):
    actor = world.actor("经办", (HANDLER, world.factory))
    with pytest.raises(Forbidden, match="绑定"):
        put(world, actor, world.factory)


def test_the_term_is_in_workdays_and_a_to_do_waits(world, worker):
    wish = put(world, worker(world.factory))
    assert wish.due_on == add_workdays(timezone.localdate(), 5)
    todo = Todo.objects.get(target_type="census.wish", done_at=None)
    assert (todo.union_id, todo.permission) == (world.shushan.pk, "wishes.handle")
    assert timezone.localdate(todo.due_at) == wish.due_on


def test_workers_see_only_wishes_of_unions_on_their_path(world, worker):
    mine = worker(world.factory)
    shown = {
        unit: makers.wish(world, getattr(world, unit), title=f"{unit}开设托管班")
        for unit in ("factory", "shushan", "hefei", "province", "shop", "luyang", "wuhu", "mill")
    }
    home = queries.home_union(mine.person_id)
    seen = set(queries.visible(home).values_list("title", flat=True))
    assert seen == {shown[u].title for u in ("factory", "shushan", "hefei", "province")}
    with pytest.raises(Forbidden):
        queries.wish_for(mine.person_id, shown["mill"].pk)
    with pytest.raises(Forbidden):
        actions.vote(shown["mill"], by=mine)
    assert not Vote.objects.exists()


def test_one_vote_each_and_it_can_be_taken_back(world, worker):
    wish = put(world, worker(world.factory))
    other = worker(world.shop, "李强")
    assert actions.vote(wish, by=other).votes == 2
    with pytest.raises(Conflict, match="已经支持过"):
        actions.vote(wish, by=other)
    assert Follow.objects.filter(wish=wish, person_id=other.person_id).exists()
    assert actions.unvote(wish, by=other).votes == 1
    assert not Follow.objects.filter(wish=wish, person_id=other.person_id).exists()
    with pytest.raises(Conflict, match="没有支持"):
        actions.unvote(wish, by=other)


def test_the_database_itself_allows_one_vote(world, worker):
    mine = worker(world.factory)
    wish = put(world, mine)
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(wish=wish, person_id=mine.person_id)


@pytest.mark.django_db(transaction=True)
def test_two_votes_of_one_person_at_once_count_once():
    with transaction.atomic():
        world = world_module.build()
        author = world.member(world.factory).person
        wish = makers.wish(world, world.shushan, person=author)
        person = world.member(world.shop, "李强").person
        voter = world.actor("李强", person=person)
    start, outcomes = threading.Barrier(2), []

    def press():
        start.wait()
        try:
            actions.vote(wish, by=voter)
            outcomes.append("voted")
        except Conflict:
            outcomes.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(outcomes) == ["conflict", "voted"]
    assert rows().get().votes == Vote.objects.count() == 1


def test_order_by_votes_then_who_waited_longer(world):
    at = makers.MADE
    late = makers.wish(world, world.hefei, "延长食堂时间", votes=5, created_at=at)
    early = makers.wish(world, world.hefei, "周末体检", votes=5, created_at=at - timedelta(days=2))
    most = makers.wish(world, world.hefei, "托管班", votes=9, created_at=at)
    found = list(queries.ordered(queries.visible(world.hefei)))
    assert [wish.pk for wish in found] == [most.pk, early.pk, late.pk]
    assert queries.place_of(early) == queries.place_of(late) == 2


def test_an_answer_is_public_dated_and_told_to_who_follows(world, worker):
    author, voter = worker(world.factory), worker(world.shop, "李强")
    wish = put(world, author)
    actions.vote(wish, by=voter)
    actions.reply(wish, by=cadre(world, world.shushan), text="我们听到了，正在联系场地。")
    kept = rows().get()
    assert kept.reply.startswith("我们听到了")
    assert kept.replied_at and kept.answered_at and kept.answer_workdays == 0
    assert not Todo.objects.filter(target_type="census.wish", done_at=None)
    told = Message.objects.filter(template="wishes.step")
    assert set(told.values_list("recipient_person_id", flat=True)) == {
        author.person_id,
        voter.person_id,
    }


def test_from_accepted_to_done_with_the_service_that_came_of_it(world, worker):
    wish = put(world, worker(world.factory))
    by = cadre(world, world.shushan)
    with pytest.raises(Refusal, match="待答复"):
        actions.finish(wish, by=by, result_title="爱心托管班")
    actions.accept(wish, by=by)
    with pytest.raises(Refusal, match="已采纳"):
        actions.accept(wish, by=by)
    actions.start(wish, by=by, text="七月开班")
    actions.finish(wish, by=by, result_title="爱心托管班", result_url="/hall/")
    kept = rows().get()
    assert (kept.state, kept.result_title, kept.result_url) == ("done", "爱心托管班", "/hall/")
    assert WishEvent.objects.filter(wish=wish).count() == 3
    with pytest.raises(Refusal):
        actions.vote(wish, by=worker(world.shop, "李强"))


def test_a_cadre_does_not_handle_the_own_wish(world, worker):
    person = world.member(world.factory).person
    both = world.actor("王芳", (HANDLER, world.shushan), (APPROVER, world.shushan), person=person)
    wish = put(world, both)
    for step, facts in (
        (actions.reply, {"text": "我自己答复"}),
        (actions.accept, {}),
        (actions.decline, {"reason": "不需要了"}),
    ):
        with pytest.raises(Forbidden, match="自己提出"):
            step(wish, by=both, **facts)


def test_a_merge_keeps_every_person_once(world, worker):
    first, second, third = (
        worker(world.factory),
        worker(world.shop, "李强"),
        worker(world.shop, "周丽"),
    )
    kept = put(world, first)
    double = put(world, second, title="开设暑期托管班")
    actions.vote(kept, by=third)
    actions.vote(double, by=third)
    actions.vote(double, by=first)
    by = cadre(world, world.shushan)
    actions.merge(double, by=by, into=kept.pk)
    assert rows().get(pk=kept.pk).votes == 3
    people = Vote.objects.filter(wish=kept).values_list("person_id", flat=True)
    assert sorted(people) == sorted(a.person_id for a in (first, second, third))
    gone = rows().get(pk=double.pk)
    assert (gone.state, gone.merged_into_id) == ("merged", kept.pk)
    assert gone.pk not in queries.visible(world.factory).values_list("pk", flat=True)
    with pytest.raises(Refusal, match="已合并"):
        actions.merge(double, by=by, into=kept.pk)


def test_a_merge_never_takes_a_wish_out_of_its_supporters_sight(world, worker):
    wide = put(world, worker(world.factory), world.hefei)
    narrow = put(world, worker(world.shop, "李强"))
    by = cadre(world, world.hefei)
    with pytest.raises(Refusal, match="上级工会"):
        actions.merge(wide, by=by, into=narrow.pk)
    with pytest.raises(Refusal, match="自己"):
        actions.merge(wide, by=by, into=wide.pk)
    with pytest.raises(Forbidden):
        actions.merge(narrow, by=cadre(world, world.shushan), into=wide.pk)
    assert not rows().filter(state="merged").exists()


def test_hiding_needs_the_approver_and_a_reason_and_tells_the_author(world, worker):
    author, other = worker(world.factory), worker(world.shop, "李强")
    wish = put(world, author)
    with pytest.raises(Forbidden):
        actions.hide(wish, by=cadre(world, world.shushan), reason="含个人电话")
    boss = cadre(world, world.shushan, APPROVER)
    actions.hide(wish, by=boss, reason="含个人电话")
    assert not queries.visible(world.factory).exists()
    with pytest.raises(Refusal, match="隐藏"):
        actions.vote(wish, by=other)
    with pytest.raises(Refusal, match="隐藏"):
        queries.wish_for(other.person_id, wish.pk)
    assert queries.wish_for(author.person_id, wish.pk) == wish
    message = Message.objects.get(template="wishes.hidden")
    assert message.recipient_person_id == author.person_id
    assert Entry.objects.get(action="wishes.hide").reason == "含个人电话"
    actions.show(wish, by=boss, reason="已删去电话")
    assert queries.visible(world.factory).exists()
    assert Todo.objects.filter(kind="wishes.answer", done_at=None).count() == 1


def test_late_answers_open_one_to_do_for_the_approver(world):
    late = makers.wish(world, world.shushan, due_on=timezone.localdate() - timedelta(days=1))
    makers.wish(world, world.shushan, "还没有到期", due_on=timezone.localdate())
    assert remind_of_late() == 1
    assert remind_of_late() == 1
    todo = Todo.objects.get(kind="wishes.late", done_at=None)
    assert (todo.target_id, todo.permission) == (str(late.pk), "wishes.supervise")
    actions.reply(late, by=cadre(world, world.shushan), text="抱歉答复晚了。")
    assert remind_of_late() == 0
    assert not Todo.objects.filter(kind="wishes.late", done_at=None)


def test_a_wish_from_the_counter_is_put_for_the_member(world):
    member = world.member(world.factory, "赵芳")
    by = cadre(world, world.shushan)
    wish = actions.register(world.shushan, by=by, number=member.number, **WORDS)
    assert (wish.channel, wish.person_name, wish.votes) == ("offline", "赵芳", 1)
    stranger = world.member(world.mill)
    with pytest.raises(Refusal, match="没有这个会员号"):
        actions.register(world.shushan, by=by, number=stranger.number, **WORDS)
    with pytest.raises(Forbidden):
        actions.register(world.luyang, by=cadre(world, world.hefei), number=member.number, **WORDS)


def test_statistics_by_category(world):
    today = date(2026, 11, 25)
    makers.wish(world, world.shushan, due_on=date(2026, 11, 24))
    makers.wish(world, world.factory, answer_workdays=3, answered_at=makers.MADE, state="done")
    makers.wish(world, world.factory, "高温补贴", category="85")
    makers.wish(world, world.mill)
    found = {item.title: item for item in queries.by_category(cadre(world, world.hefei), today)}
    children = found["子女托管"]
    assert (children.total, children.waiting, children.overdue, children.done) == (2, 1, 1, 1)
    assert (children.answered, children.workdays) == (1, 3)
    assert (found["劳动条件"].answered, found["劳动条件"].workdays) == (0, 0)


def test_similar_wishes_are_offered_before_a_new_one(world, worker, client_of):
    other = put(world, worker(world.shop, "李强"), title="希望工会开设暑期托管班")
    client = client_of(actor=worker(world.factory))
    data = {**WORDS, "title": "建议办暑期子女托管班", "union": str(world.factory.pk)}
    page = client.post("/hall/wishes/new/", data)
    assert page.status_code == 200
    assert other.title in page.content.decode()
    assert rows().count() == 1
    page = client.post("/hall/wishes/new/", {**data, "anyway": "1"}, follow=True)
    assert "已提出" in page.content.decode()
    assert rows().count() == 2


def test_the_vote_button_works_with_and_without_script(world, worker, client_of):
    wish = put(world, worker(world.shop, "李强"))
    client = client_of(actor=worker(world.factory))
    address = f"/hall/wishes/{wish.pk}/vote/"
    page = client.post(address, {"do": "vote", "next": "/hall/wishes/"})
    assert (page.status_code, page.url) == (302, "/hall/wishes/")
    part = client.post(address, {"do": "vote"}, headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "已支持" in part.content.decode()
    assert "<html" not in part.content.decode()
    assert rows().get().votes == 2
    client.post(address, {"do": "unvote", "next": "//evil.example/"})
    assert rows().get().votes == 1
    assert client.get(address).status_code == 405


def test_names_are_masked_and_anonymous_ones_not_shown(world, worker, client_of):
    put(world, worker(world.shop, "欧阳晓明"))
    put(world, worker(world.shop, "司马小红"), title="周末办亲子活动", anonymous=True)
    text = client_of(actor=worker(world.factory)).get("/hall/wishes/").content.decode()
    assert "欧阳**" in text
    assert "匿名职工" in text
    assert "晓明" not in text and "司马" not in text
    cadres = client_of((VIEWER, world.shushan)).get("/w/wishes/").content.decode()
    assert "司马小红" in cadres


def test_a_wish_of_another_city_is_refused_by_page_and_api(
    world, worker, client_of, as_application
):
    stranger = client_of(actor=worker(world.mill, "孙平"))
    client = client_of((HANDLER, world.jinghu), (APPROVER, world.jinghu))
    wish = put(world, worker(world.factory))
    assert client.get(f"/w/wishes/{wish.pk}/").status_code == 403
    assert client.get(f"/api/v1/wishes/{wish.pk}/").status_code == 403
    for slug in ("reply", "accept", "decline", "merge", "hide"):
        for base in ("/w", "/api/v1"):
            page = client.post(f"{base}/wishes/{wish.pk}/{slug}/", {"text": "不该成功"})
            assert page.status_code == 403
    for address in (f"/hall/wishes/{wish.pk}/", f"/hall/wishes/{wish.pk}/vote/"):
        assert stranger.post(address, {"do": "vote"}).status_code in (403, 405)
    assert stranger.get(f"/hall/wishes/{wish.pk}/").status_code == 403
    assert rows().get().votes == 1


def test_a_worker_does_it_all_as_the_bound_role(world, worker, client_of, as_application):
    client = client_of(actor=worker(world.factory))
    data = {**WORDS, "union": str(world.hefei.pk), "anonymous": "on"}
    page = client.post("/hall/wishes/new/", data, follow=True)
    assert "我们听到了" not in page.content.decode()
    assert "前答复" in page.content.decode()
    wish = rows().get()
    assert client.post(f"/hall/wishes/{wish.pk}/follow/", {"do": "unfollow"}).status_code == 302
    assert not Follow.objects.exists()
    for show in ("", "mine", "voted"):
        assert wish.title in client.get(f"/hall/wishes/?show={show}").content.decode()


def test_workers_do_not_reach_the_cadres_pages(world, worker, client_of):
    wish = put(world, worker(world.factory))
    client = client_of(actor=worker(world.shop, "李强"))
    for address in ("/w/wishes/", f"/w/wishes/{wish.pk}/", "/wishes/stats/"):
        assert client.get(address).status_code == 403


def test_cadres_pages(world, worker, client_of):
    wish = put(world, worker(world.factory))
    double = put(world, worker(world.shop, "李强"), title="开设暑期托管班")
    client = client_of((HANDLER, world.shushan), (APPROVER, world.shushan))
    assert client.get("/wishes/stats/").status_code == 200
    for slug in ("reply", "accept", "start", "merge", "decline", "hide"):
        assert client.get(f"/w/wishes/{wish.pk}/{slug}/").status_code == 200
    page = client.post(f"/w/wishes/{double.pk}/merge/", {"into": str(wish.pk)}, follow=True)
    assert "已合并" in page.content.decode()
    page = client.post(f"/w/wishes/{wish.pk}/reply/", {"text": "我们听到了。"}, follow=True)
    text = page.content.decode()
    assert "我们听到了。" in text
    assert "支持心愿" not in text
