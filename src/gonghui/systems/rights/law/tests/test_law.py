"""The law library, answers, cases, legislation, consultation and own terms against the database."""

from __future__ import annotations

from datetime import date, timedelta
from importlib.resources import files

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gonghui.engines.casework.actions import intake, replies, work
from gonghui.engines.casework.models import Case, Intake
from gonghui.engines.language.models import Draft, Record
from gonghui.kernel.access.actor import platform
from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.identity.models import User
from gonghui.kernel.notify.models import Message, Todo
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.systems.rights.law.actions import legislation, library, own, writing
from gonghui.systems.rights.law.models import (
    BillArticle,
    Calculation,
    Consultation,
    Statute,
    Term,
)
from gonghui.systems.rights.law.queries import citing, figures, texts
from gonghui.systems.rights.law.queries import library as queries
from gonghui.systems.rights.law.queries import own as own_queries
from gonghui.systems.rights.law.rules import anonymity
from gonghui.systems.rights.law.rules.library import Place
from gonghui.systems.rights.law.tests.makers import MAKERS

pytestmark = pytest.mark.django_db

DATA = files("gonghui.systems.rights.law").joinpath("data")
OLD, NEW = "01-union-2001.txt", "01-union-2021.txt"


def text(name: str) -> str:
    return DATA.joinpath(name).read_text("utf-8")


@pytest.fixture
def staff(world):
    made = {}
    for key in ("province", "hefei", "wuhu"):
        union = world.unions[key]
        made[key] = world.actor(f"{key}经办", (HANDLER, union))
        made[f"{key}_chief"] = world.actor(f"{key}审批", (APPROVER, union))
    made["second"] = world.actor("第二审批", (APPROVER, world.province))
    return made


@pytest.fixture
def worker(world):
    person = world.member(world.factory).person
    return world.actor("职工甲", person=person)


def signed_in(actor):
    client = Client()
    if actor is not None:
        client.force_login(User.objects.get(pk=actor.user_id))
    return client


def read(response, status=200):
    assert response.status_code == status, response.content.decode()[-1500:]
    raise_wall(Scope.everything())
    return response.content.decode()


def published(world, staff, *names):
    for name in names:
        edition = library.import_text(world.province, by=staff["province"], text=text(name))
        library.submit(edition, by=staff["province"])
        library.review(edition, by=staff["province_chief"], publish=True)
    return queries.named("工会法") or queries.published().first()


# Law library


def test_every_text_of_the_library_is_taken_in(world, staff):
    names = sorted(item.name for item in DATA.iterdir() if item.name.endswith(".txt"))
    published(world, staff, *names)
    assert queries.published().count() == len({name[:2] for name in names}) + 1
    for name in ("工会法", "劳动合同法", "民法典", "工伤保险条例"):
        assert queries.named(name) is not None, name


def test_an_article_is_found_as_it_was_worded_on_a_day(world, staff):
    act = published(world, staff, OLD, NEW)
    before, after = date(2021, 12, 31), date(2022, 1, 1)
    today = date(2026, 11, 1)
    assert "百分之二" in queries.wording(act, Place(42), before).text
    assert "百分之二" in queries.wording(act, Place(43), after).text
    assert queries.wording(act, Place(43), before) is None
    assert queries.wording(act, Place(6), date(2000, 1, 1)) is None
    old = queries.search("基本职责", before, today).hits
    new = queries.search("基本职责", after, today).hits
    assert [hit.article.number for hit in old] == [6]
    assert "竭诚服务" not in old[0].article.text
    assert "竭诚服务" in new[0].article.text
    assert (old[0].changed, new[0].changed) == (True, False)
    since = queries.changed_since(old[0].article, today)
    assert any(part.kind == "in" and "竭诚服务" in part.text for part in since.parts)


def test_a_repealed_statute_is_found_only_on_days_before(world, staff):
    act = published(world, staff, OLD)
    with pytest.raises(Refusal, match="施行日期之后"):
        library.repeal(
            act, by=staff["province_chief"], repealed_on=date(2001, 1, 1), repealed_by="某法"
        )
    library.repeal(
        act, by=staff["province_chief"], repealed_on=date(2010, 1, 1), repealed_by="某法"
    )
    assert queries.search("基本职责", date(2009, 12, 31), date(2026, 1, 1)).hits
    assert not queries.search("基本职责", date(2010, 1, 1), date(2026, 1, 1)).hits
    assert queries.link(["工会法", 6, 0], date(2026, 1, 1)).missing


def test_nothing_is_public_before_somebody_else_let_it(world, staff):
    edition = library.import_text(world.province, by=staff["province_chief"], text=text(OLD))
    library.submit(edition, by=staff["province_chief"])
    assert Todo.objects.filter(kind="editions.review", done_at=None).count() == 1
    assert queries.named("工会法") is None
    with pytest.raises(Refusal, match="自己起草"):
        library.review(edition, by=staff["province_chief"], publish=True)
    with pytest.raises(Refusal, match="写明意见"):
        library.review(edition, by=staff["second"], publish=False)
    library.review(edition, by=staff["second"], publish=True)
    assert queries.named("工会法") is not None
    assert not Todo.objects.filter(kind="editions.review", done_at=None).exists()


def test_editions_are_published_in_order_and_once(world, staff):
    published(world, staff, NEW)
    with pytest.raises(Conflict, match="施行的版本"):
        library.import_text(world.province, by=staff["province"], text=text(NEW))
    late = library.import_text(world.province, by=staff["province"], text=text(OLD))
    with pytest.raises(Conflict, match="先后"):
        library.submit(late, by=staff["province"])


def test_another_union_cannot_change_a_statute_of_the_province(world, staff):
    published(world, staff, OLD)
    with pytest.raises(Conflict, match="维护"):
        library.import_text(world.hefei, by=staff["hefei"], text=text(NEW))
    with pytest.raises(Forbidden):
        library.import_text(world.hefei, by=staff["wuhu"], text=text(NEW))


def test_pages_of_the_library_for_guests(world, staff):
    act = published(world, staff, OLD, NEW)
    guest = signed_in(None)
    assert "法律服务" in read(guest.get(reverse("law-home")))
    page = read(guest.get(reverse("law-search"), {"q": "基本职责", "on": "2020-05-01"}))
    assert "<mark>基本职责</mark>" in page
    assert "后来有变动" in page
    assert "没有找到" in read(guest.get(reverse("law-search"), {"q": "天上的星星"}))
    for day, note, other in (("2020-05-01", "2001", "2021"), ("2026-05-01", "2021", "2001")):
        page = read(guest.get(reverse("law-search"), {"q": "工会法", "on": day}))
        assert f"{note} 年修正" in page and f"{other} 年修正" not in page
    assert "2021 年修正" in read(guest.get(reverse("law-statute", args=[act.pk])))
    article = reverse("law-article", args=[act.pk, 6, 0])
    page = read(guest.get(article, {"on": "2020-05-01"}))
    assert "此后的变动" in page
    assert "<ins>" in page
    for number, branch in ((99, 0), (0, 0), (1, 10_000), (99_999_999_999, 99_999_999_999)):
        address = reverse("law-article", args=[act.pk, number, branch])
        assert "没有收录" in read(guest.get(address), 404)
    assert read(guest.get(reverse("law-search"), {"q": "工会", "on": "不是日期"}))


def test_numbers_no_article_can_have_are_no_citations():
    text = f"《工会法》第零条、《工会法》第{'千' * 11}条、《工会法》第六条"
    assert citing.cites_in(text) == [["工会法", 6, 0]]


# Public answers, cases


def answer(world, staff, **facts):
    values = {
        "question": "试用期没有签合同怎么办",
        "answer": "一个月内应当订立书面合同。",
        "theme": "contract",
        **facts,
    }
    return writing.write_answer(world.province, by=staff["province"], **values)


def test_citations_follow_the_wording_in_force(world, staff):
    published(world, staff, OLD, NEW)
    cites = writing.cites_of("《工会法》第六条\n中华人民共和国工会法第四十三条", date(2026, 1, 1))
    assert cites == [["工会法", 6, 0], ["工会法", 43, 0]]
    with pytest.raises(Refusal, match="没有现行"):
        writing.cites_of("《工会法》第九百条", date(2026, 1, 1))
    with pytest.raises(Refusal, match="写法不对"):
        writing.cites_of("工会法", date(2026, 1, 1))
    assert "竭诚服务" in queries.link(cites[0], date(2026, 1, 1)).text
    assert "竭诚服务" not in queries.link(cites[0], date(2020, 1, 1)).text


def test_an_answer_with_a_name_or_number_is_not_published(world, staff):
    made = answer(world, staff, answer="请找李建国经理，电话13805510000。")
    with pytest.raises(Refusal, match="电话号码") as refused:
        writing.ANSWERS.submit(made, by=staff["province"])
    assert "换一种说法" in refused.value.remedy


def test_answers_are_read_and_judged_once_a_session(world, staff):
    made = answer(world, staff)
    guest = signed_in(None)
    address = reverse("law-question", args=[made.pk])
    read(guest.get(address), 404)
    writing.ANSWERS.submit(made, by=staff["province"])
    writing.ANSWERS.review(made, by=staff["province_chief"], publish=True)
    assert "试用期" in read(guest.get(reverse("law-questions"), {"q": "试用期"}))
    assert "没有找到" in read(guest.get(reverse("law-questions"), {"q": "年休假"}))
    for _ in range(3):
        read(guest.post(reverse("law-helpful", args=[made.pk]), {"helpful": "yes"}), 302)
    made.refresh_from_db()
    assert (made.helpful, made.unhelpful) == (1, 0)
    writing.ANSWERS.withdraw(made, by=staff["province_chief"], reason="条文已经修改")
    read(guest.get(address), 404)


def case(world, staff, facts="李某某在某公司工作，休息日加班没有补休。"):
    return writing.write_case(
        world.province,
        by=staff["province"],
        title="拖欠加班工资案",
        theme="wages",
        year=2025,
        facts=facts,
        result="仲裁委支持请求。",
        lesson="加班应当付酬。",
    )


def test_a_case_is_published_by_two_who_did_not_write_it(world, staff):
    made = case(world, staff)
    writing.CASES.submit(made, by=staff["province"])
    with pytest.raises(Refusal, match="自己起草"):
        writing.CASES.review(made, by=staff["province"], publish=True)
    made = writing.CASES.review(made, by=staff["province_chief"], publish=True)
    assert made.stage == "second"
    with pytest.raises(Refusal, match="不同的人"):
        writing.CASES.review(made, by=staff["province_chief"], publish=True)
    made = writing.CASES.review(made, by=staff["second"], publish=True)
    assert made.stage == "published"
    guest = signed_in(None)
    assert "拖欠加班工资案" in read(guest.get(reverse("law-cases")))
    assert "仲裁委支持" in read(guest.get(reverse("law-case", args=[made.pk])))


def test_likely_names_are_settled_by_a_reviewer_with_a_reason(world, staff):
    made = case(world, staff, "李某某在望江饭店工作。")
    made = writing.CASES.submit(made, by=staff["province"])
    with pytest.raises(Refusal, match="望江饭店"):
        writing.CASES.review(made, by=staff["province_chief"], publish=True)
    words = anonymity.findings(made.whole)[0].text
    with pytest.raises(Refusal, match="起草人以外"):
        made.author_id = staff["province_chief"].user_id
        made.save(update_fields=["author_id"])
        writing.allow_words(made, by=staff["province_chief"], words=words, reason="泛指")
    made.author_id = staff["province"].user_id
    made.save(update_fields=["author_id"])
    writing.allow_words(made, by=staff["province_chief"], words=words, reason="已经停业的泛称")
    assert writing.CASES.review(made, by=staff["province_chief"], publish=True).stage == "second"


def test_a_case_with_a_certain_finding_never_leaves_the_draft(world, staff):
    made = case(world, staff, "王某，身份证号340102199003070019。")
    with pytest.raises(Refusal, match="身份证件号码"):
        writing.CASES.submit(made, by=staff["province"])


def test_the_title_of_a_piece_names_nobody(world, staff):
    topic = writing.make_topic(world.province, by=staff["province"], title="工资", summary="说明")
    made = writing.write_piece(
        topic, by=staff["province"], title="李建国师傅的加班费", body="先看属于哪一种加班。"
    )
    with pytest.raises(Refusal, match="李建国"):
        writing.PIECES.submit(made, by=staff["province"])


# Consultation


def test_from_a_question_to_a_rated_answer(world, staff, worker):
    published(world, staff, OLD, NEW)
    client = signed_in(worker)
    assert "提出法律咨询" in read(client.get(reverse("law-ask")))
    page = read(
        client.post(
            reverse("law-ask"),
            {
                "title": "单位要辞退我",
                "text": "没有理由。",
                "category": "dismissal",
                "open_to_public": "on",
            },
        )
    )
    assert "咨询已收到" in page
    row = Consultation.objects.unscoped("test").get()
    assert row.open_to_public
    found = Case.objects.unscoped("test").get(pk=row.case_id)
    # Not at the asker's own enterprise, but at the county above it.
    assert (found.kind, found.union) == ("consult", world.shushan)
    boss = platform("测试")
    found = work.route(work.accept(found, by=boss, category="dismissal"), by=boss, to=world.hefei)
    row.refresh_from_db()
    assert row.union_id == world.hefei.pk
    found = work.take(found, by=staff["hefei"])
    replies.draft(
        found,
        by=staff["hefei"],
        text="依据《工会法》第二十二条，单位应当事先通知工会。",
        outcome="explained",
    )
    found = replies.submit(found, by=staff["hefei"])
    replies.review(found, by=staff["hefei_chief"], send=True)
    row = Intake.objects.unscoped("test").get(case=found)
    page = read(client.get(reverse("law-thread", args=[row.number])))
    assert "事先把理由通知工会" in page
    read(signed_in(world.actor("旁人")).get(reverse("law-thread", args=[row.number])), 404)


def test_only_with_the_askers_agreement_is_a_consultation_published(world, staff, worker):
    client = signed_in(worker)
    client.post(reverse("law-ask"), {"title": "问", "text": "没有理由。", "category": "wages"})
    raise_wall(Scope.everything())
    row = Consultation.objects.unscoped("test").get()
    with pytest.raises(Refusal, match="没有同意"):
        answer(world, staff, consultation=row.pk)


def test_a_guest_asks_without_a_name_and_gets_a_code(world, staff):
    page = read(
        signed_in(None).post(
            reverse("law-ask"), {"title": "问", "text": "加班费怎么算", "category": "wages"}
        )
    )
    assert "查询码" in page
    assert "请填写" in read(signed_in(None).post(reverse("law-ask"), {"title": "问"}), 422)


def asked_by_guest(**given):
    facts = {"title": "没签合同", "text": "试用期没有签书面合同。", "category": "contract"}
    return signed_in(None).post(reverse("law-ask"), {**facts, **given})


def shown_answer(world, staff, **facts):
    published(world, staff, OLD, NEW)
    made = answer(world, staff, question="试用期没有签书面合同怎么办", **facts)
    writing.ANSWERS.submit(made, by=staff["province"])
    return writing.ANSWERS.review(made, by=staff["province_chief"], publish=True)


def test_a_published_answer_comes_first_and_a_person_next(world, staff):
    shown_answer(world, staff, cites=[["工会法", 6, 0]])
    page = read(asked_by_guest())
    assert "工会已经解答过这样的问题" in page
    assert "一个月内应当订立书面合同" in page
    assert "《工会法》第六条" in page
    assert "没有解决，转人工" in page
    assert not Consultation.objects.unscoped("test").exists()
    kept = Record.objects.unscoped("test").get()
    assert (kept.source, kept.outcome) == ("question", "answered")
    assert kept.article == "试用期没有签书面合同怎么办"
    assert "咨询已收到" in read(asked_by_guest(seen="1"))
    raise_wall(Scope.everything())
    assert Consultation.objects.unscoped("test").count() == 1


def test_below_the_line_or_with_a_clause_that_is_gone_a_person_answers(world, staff):
    shown_answer(world, staff)
    assert "咨询已收到" in read(asked_by_guest(title="疗休养", text="怎样报名疗休养？"))
    gone = answer(world, staff, question="班组长夜班津贴", cites=[["工会法", 99, 0]])
    gone.stage, gone.published_at = "published", timezone.now()
    gone.save()
    assert "咨询已收到" in read(asked_by_guest(title="夜班", text="班组长夜班津贴怎么算"))


@pytest.mark.parametrize(
    "given",
    [
        {"text": "试用期没有签书面合同，我不想活了，今晚就从楼上跳下去。"},
        {"title": "", "text": "我不想活了，今晚就从楼上跳下去。", "category": "无"},
    ],
)
def test_danger_reaches_a_person_at_once_and_no_answer_is_shown(world, staff, given):
    shown_answer(world, staff)
    page = read(asked_by_guest(**given))
    assert "已转值班人员" in page and "12356" in page
    assert "工会已经解答过" not in page and "一个月内应当订立" not in page
    raise_wall(Scope.everything())
    found = Case.objects.unscoped("test").get()
    assert found.crisis and found.union == world.province
    check_called(staff)
    page = read(signed_in(staff["province"]).get(reverse("casework:case", args=[found.number])))
    assert "不提供建议答复" in page and "可以引用" not in page


def check_called(staff):
    """One to-do that is due now, and everybody on duty told; nothing was drafted."""
    (todo,) = Todo.objects.filter(kind="language.crisis", done_at=None)
    assert todo.due_at <= timezone.now() and "楼" not in todo.title
    told = Message.objects.filter(template="language.crisis")
    duty = {staff[key].user_id for key in ("province", "province_chief", "second")}
    assert set(told.values_list("recipient_user_id", flat=True)) == duty
    assert not Draft.objects.unscoped("test").exists()


def test_danger_said_later_calls_people_and_ends_the_suggestions(world, staff, worker):
    shown_answer(world, staff)
    client = signed_in(worker)
    given = {"title": "没签合同", "text": "试用期没有签书面合同。", "seen": "1"}
    read(client.post(reverse("law-ask"), given))
    found = Case.objects.unscoped("test").get()
    address = reverse("casework:case", args=[found.number])
    found = work.route(
        work.accept(found, by=platform("测试"), category="contract"),
        by=platform("测试"),
        to=world.province,
    )
    assert "可以引用" in read(signed_in(staff["province"]).get(address))
    row = Intake.objects.unscoped("test").get()
    intake.tell(row, by=worker, text="把孩子托付给我妹了，存折在柜子里，过了今晚就不用再烦了")
    raise_wall(Scope.everything())
    assert Case.objects.unscoped("test").get().crisis
    check_called(staff)
    page = read(client.get(reverse("law-thread", args=[row.number])))
    assert "正在为您转接值班人员" in page and "不由机器答复" in page
    page = read(signed_in(staff["province"]).get(address))
    assert "不提供建议答复" in page and "可以引用" not in page


def test_the_desk_sees_suggestions_with_their_source(world, staff):
    shown_answer(world, staff, cites=[["工会法", 6, 0]])
    read(asked_by_guest(seen="1"))
    raise_wall(Scope.everything())
    found = Case.objects.unscoped("test").get()
    desk = signed_in(staff["province"])
    page = read(desk.get(reverse("casework:case", args=[found.number])))
    assert "建议答复" in page and "可以引用" in page and "《工会法》第六条" in page
    far = found_case(asked_by_guest(title="疗休养", text="怎样报名疗休养？", seen="1"), but=found)
    page = read(desk.get(reverse("casework:case", args=[far.number])))
    assert "转人工" in page and "可以引用" not in page
    other = signed_in(staff["wuhu"])
    read(other.get(reverse("casework:case", args=[found.number])), 403)


def found_case(response, but):
    read(response)
    raise_wall(Scope.everything())
    return Case.objects.unscoped("test").exclude(pk=but.pk).get()


def test_a_question_is_sorted_by_what_it_is_about(world):
    hint = texts.classify("单位三个月没有发工资，加班费也不给")
    assert hint.suggestions[0].category == "wages" and not hint.crisis


@pytest.mark.parametrize("code", ["law-answers", "typical-cases", "law-pieces"])
def test_another_county_gets_nothing_by_page_or_api(world, code):
    made = MAKERS[code](world, world.shushan)
    own = signed_in(world.actor("本区", (HANDLER, world.shushan)))
    other = signed_in(world.actor("外区", (HANDLER, world.jinghu)))
    for address in (f"/w/{code}/{made.pk}/", f"/api/v1/{code}/{made.pk}/"):
        read(own.get(address))
        assert other.get(address).status_code in (403, 404), address


# Legislation


def bill(world, staff, days=10, opened=True):
    today = timezone.localdate()
    made = legislation.prepare(
        world.province,
        by=staff["province"],
        title="集体协商条例（草案）",
        issuer="某委员会",
        about="说明。",
        text="第一条 目的。\n第二条 十五日内答复。",
        opens_on=today,
        closes_on=today + timedelta(days=days),
    )
    return legislation.open_bill(made, by=staff["province"]) if opened else made


def ended(made):
    made.opens_on, made.closes_on = date(2026, 1, 1), date(2026, 1, 20)
    made.save()
    return made


def test_opinions_are_collected_decided_with_reasons_and_reported(world, staff, worker):
    made = bill(world, staff)
    article = made.articles.get(number=2)
    with pytest.raises(Refusal, match="建议的表述"):
        legislation.speak(
            world.factory,
            by=worker,
            bill=made,
            stance="amend",
            because="太长了。",
            article=article.pk,
        )
    one = legislation.speak(
        world.factory,
        by=worker,
        bill=made,
        stance="amend",
        words="十日内答复。",
        because="太长了。",
        article=article.pk,
    )
    two = legislation.speak_for_union(
        world.hefei, by=staff["hefei"], bill=made, stance="agree", because="赞成。"
    )
    with pytest.raises(Forbidden):
        legislation.speak_for_union(
            world.hefei, by=staff["wuhu"], bill=made, stance="agree", because="赞成。"
        )
    with pytest.raises(Refusal, match="截止"):
        legislation.close_bill(made, by=staff["province"])
    made = legislation.close_bill(ended(made), by=staff["province"])
    with pytest.raises(Conflict, match="没有研究"):
        legislation.report(made, by=staff["province_chief"], feedback="已经报送起草机关。")
    with pytest.raises(Refusal, match="写明理由"):
        legislation.decide(one, by=staff["province_chief"], state="declined", reason="")
    with pytest.raises(Forbidden):
        legislation.decide(two, by=staff["hefei_chief"], state="adopted", reason="")
    legislation.decide(one, by=staff["province_chief"], state="adopted", reason="")
    legislation.decide(two, by=staff["province_chief"], state="noted", reason="见第一条。")
    made = legislation.report(made, by=staff["province_chief"], feedback="已经报送起草机关。")
    page = read(signed_in(None).get(reverse("law-bill", args=[made.pk])))
    assert "采纳率 50.0%" in page
    assert "见第一条。" in page
    assert Message.objects.filter(template="law-bills.decided").count() == 2


def test_the_audit_keeps_who_did_what_and_no_words_of_an_opinion_or_a_note(world, staff, worker):
    made = bill(world, staff)
    legislation.speak(world.factory, by=worker, bill=made, stance="agree", because="很好的草案。")
    own.add_term(
        None,
        by=worker,
        claim="arbitration",
        title="老板欠的加班费",
        began=timezone.localdate() - timedelta(days=345),
        remind=[30],
    )
    own.remind(Term.objects.get(), by=platform("期限提醒"))
    assert Term.objects.get().title.reveal() == "老板欠的加班费"
    kept = [str(values) for values in Entry.objects.values()]
    sent = [str(values) for values in Message.objects.values()]
    assert any("提出立法意见" in words for words in kept)
    assert any("申请劳动仲裁" in words for words in sent)
    assert not [w for w in (*kept, *sent) if "很好的草案" in w or "加班费" in w]


def test_opinions_are_taken_only_while_a_draft_is_open_and_one_takes_back_only_own(
    world, staff, worker
):
    made = bill(world, staff)
    one = legislation.speak(
        world.factory, by=worker, bill=made, stance="agree", because="很好的草案。"
    )
    with pytest.raises(Forbidden):
        legislation.retract(one, by=staff["province"])
    legislation.retract(one, by=worker)
    ended(made)
    with pytest.raises(Conflict, match="不征集"):
        legislation.speak(
            world.factory, by=worker, bill=made, stance="agree", because="很好的草案。"
        )
    with pytest.raises(Refusal, match="少于"):
        bill(world, staff, days=3, opened=False)
    with pytest.raises(Refusal, match="少于"):
        legislation.prepare(
            world.province,
            by=staff["province"],
            title="草案",
            issuer="某委员会",
            about="说明。",
            text="第一条 目的。",
            opens_on=date.max,
            closes_on=date.max,
        )


def test_a_draft_opened_late_is_still_open_long_enough(world, staff):
    made = bill(world, staff, opened=False)
    made.opens_on = timezone.localdate() - timedelta(days=7)
    made.closes_on = timezone.localdate() + timedelta(days=3)
    made.save()
    with pytest.raises(Refusal, match="少于"):
        legislation.open_bill(made, by=staff["province"])


def test_an_article_added_between_two_is_named_with_its_branch(world, staff, worker):
    made = bill(world, staff)
    article = BillArticle.objects.create(bill=made, number=2, branch=1, text="协商代表。")
    legislation.speak(
        world.factory, by=worker, bill=made, stance="agree", because="赞成。", article=article.pk
    )
    client = signed_in(worker)
    assert "第2条之1" in read(client.get(reverse("law-speak", args=[made.pk])))
    page = read(client.get(reverse("law-bill", args=[made.pk])))
    assert page.count("第 2 条之 1") == 3


def test_the_page_of_a_draft_and_speaking_on_it(world, staff, worker):
    made = bill(world, staff)
    client = signed_in(worker)
    address = reverse("law-bill", args=[made.pk])
    assert "对第 2 条提意见" in read(client.get(address))
    form = {"stance": "agree", "because": "赞成这一条。", "article": made.articles.first().pk}
    read(client.post(reverse("law-speak", args=[made.pk]), form), 302)
    assert "赞成这一条。" in read(client.get(address))
    assert "赞成这一条。" not in read(signed_in(None).get(address))
    read(signed_in(None).get(reverse("law-speak", args=[made.pk])), 302)
    assert "赞成这一条。" in read(
        signed_in(staff["province"]).get(reverse("law-summary", args=[made.pk]))
    )
    read(signed_in(staff["wuhu"]).get(reverse("law-summary", args=[made.pk])), 404)


# Calculators, own terms

FORMS = {
    "overtime": ({"monthly": "5220", "holiday_hours": "8"}, "720.00"),
    "severance": (
        {"first": "2020-01-01", "last": "2023-07-31", "ground": "layoff", "average": "6000"},
        "24,000.00",
    ),
    "double-wage": (
        {"first": "2024-03-15", "signed": "2024-06-01", "monthly": "6000"},
        "9,200.00",
    ),
    "injury": ({"happened": "2015-01-01", "grade": "10", "wage": "6000"}, "42,000.00"),
    "leave": ({"began": "2018-01-01", "year": "2024", "monthly": "4350"}, "2,000.00"),
    "limitation": ({"claim": "arbitration", "began": "2024-03-12"}, "2025-03-12"),
}


@pytest.mark.parametrize("code", FORMS)
def test_each_calculator_answers_a_guest_with_clause_and_arithmetic(world, code):
    answers, expected = FORMS[code]
    marked = code in ("overtime", "severance", "injury")
    guest = signed_in(None)
    address = reverse("law-calculator", args=[code])
    assert "计算并保存" not in read(guest.get(address))
    page = read(guest.post(address, answers))
    assert expected in page
    assert "依据：" in page
    assert "用到的标准和出处" in page
    assert ("还没有与正式文件核对" in page) is marked
    read(guest.post(address, {}), 422)


def test_the_class_of_a_place_gives_its_minimum_wage(world):
    guest = signed_in(None)
    address = reverse("law-calculator", args=["overtime"])
    asked = {"monthly": "1740", "workday_hours": "10", "month": "2024-05-01"}
    assert "没有选择最低工资档次" in read(guest.post(address, asked))
    # 2060 / 21.75 / 8 × 10 × 150 % = 177.59; typed figures stand before the class.
    assert "177.59" in read(guest.post(address, {**asked, "tier": "1"}))
    assert "150.86" in read(guest.post(address, {**asked, "tier": "1", "minimum": "1750"}))


def test_a_death_at_work_uses_the_income_of_the_year_before(world):
    guest = signed_in(None)
    address = reverse("law-calculator", args=["injury"])
    asked = {"grade": "0", "wage": "6000"}
    assert "539,100.00" in read(guest.post(address, {**asked, "happened": "2014-06-01"}))
    assert "1,083,760.00" in read(guest.post(address, {**asked, "happened": "2025-06-01"}))


def test_a_kept_result_is_sealed_and_ones_own(world, worker):
    client = signed_in(worker)
    address = reverse("law-calculator", args=["severance"])
    read(client.post(address, {**FORMS["severance"][0], "do": "keep"}), 302)
    kept = Calculation.objects.get()
    page = read(client.get(reverse("law-calculation", args=[kept.pk])))
    assert "24,000.00" in page
    assert "经济性裁员" in page
    entry = Entry.objects.filter(action="law.keep-calculation").get()
    assert "6000" not in str(entry.changes)
    other = signed_in(world.actor("旁人"))
    read(other.get(reverse("law-calculation", args=[kept.pk])), 404)
    read(other.post(reverse("law-calculation-drop", args=[kept.pk])), 404)
    read(client.post(reverse("law-calculation-drop", args=[kept.pk])), 302)
    assert not Calculation.objects.exists()


def test_a_kept_result_says_its_answers_in_words_and_its_own_figures(world, worker, monkeypatch):
    client = signed_in(worker)
    asked = {"grade": "0", "wage": "6000", "happened": "2025-06-01", "do": "keep"}
    read(client.post(reverse("law-calculator", args=["injury"]), asked), 302)
    places = []
    monkeypatch.setattr(
        figures, "used", lambda parameters, day, scope=(): places.append(list(scope)) or []
    )
    kept = Calculation.objects.get()
    assert "因工死亡" in read(client.get(reverse("law-calculation", args=[kept.pk])))
    path = world.factory.path.rstrip(".").split(".")
    assert places == [[int(part) for part in reversed(path)]]


def test_a_span_with_one_end_is_asked_for_the_other(world):
    asked = {"claim": "arbitration", "began": "2024-03-12", "suspended_from": "2024-05-01"}
    page = read(signed_in(None).post(reverse("law-calculator", args=["limitation"]), asked), 422)
    assert "起止日期填全" in page


def test_a_term_reminds_as_often_as_asked_and_begins_anew(world, worker):
    today = timezone.localdate()
    term = own.add_term(
        None,
        by=worker,
        claim="arbitration",
        title="加班工资",
        began=today - timedelta(days=345),
        remind=[30, 7],
    )
    assert own_queries.to_remind(today) == [term]
    own.remind(term, by=platform("期限提醒"))
    own.remind(term, by=platform("期限提醒"))
    assert Message.objects.filter(template="law-terms.near").count() == 1
    assert own_queries.to_remind(today) == []
    term = own.claim_again(Term.objects.get(pk=term.pk), by=worker, day=today)
    assert term.due_on > today + timedelta(days=360)
    with pytest.raises(Forbidden):
        own.settle_term(term, by=world.actor("旁人"))
    own.settle_term(term, by=worker)
    assert own_queries.to_remind(term.due_on) == []


def test_the_page_of_terms(world, worker):
    client = signed_in(worker)
    address = reverse("law-terms")
    assert "还没有登记期限" in read(client.get(address))
    began = (timezone.localdate() - timedelta(days=10)).isoformat()
    form = {"claim": "arbitration", "title": "加班工资", "began": began, "remind": ["30", "7"]}
    read(client.post(address, form), 302)
    term = Term.objects.get()
    assert "提前 30、7 天提醒" in read(client.get(address))
    day = timezone.localdate().isoformat()
    read(client.post(reverse("law-term", args=[term.pk, "claim"]), {"day": day}), 302)
    term.refresh_from_db()
    assert term.claimed == [day]
    other = signed_in(world.actor("旁人"))
    read(other.post(reverse("law-term", args=[term.pk, "drop"])), 404)
    read(signed_in(None).get(address), 302)


def test_statistics_for_cadres_only(world, staff, worker):
    assert "法律服务统计" in read(signed_in(staff["province"]).get(reverse("law-statistics")))
    years = signed_in(staff["province"]).get(reverse("law-statistics"), {"year": "9" * 5000})
    assert "法律服务统计" in read(years)
    read(signed_in(worker).get(reverse("law-statistics")), 403)
    assert Statute.objects.unscoped("test").count() == 0
