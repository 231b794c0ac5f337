"""The engine's own pages: desk, case, part, thread, knowledge, statistics; 403 elsewhere."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gonghui.engines.casework.actions import work
from gonghui.engines.casework.models import Article, Case, Intake, Phase, QualityCheck, Sample
from gonghui.engines.casework.rules import sampling
from gonghui.engines.casework.testing import complaint
from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.scoping import Scope, raise_wall

pytestmark = pytest.mark.django_db


def signed_in(actor):
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


@pytest.fixture
def pages(world, staff):
    def of(key):
        return signed_in(staff[key])

    return of


def read(response, status=200):
    assert response.status_code == status, response.content.decode()[-1500:]
    raise_wall(Scope.everything())
    return response.content.decode()


def do(client, case, verb, status=302, **given):
    address = reverse("casework:do", args=[case.number, verb])
    assert read(client.get(address))
    text = read(client.post(address, given), status)
    return Case.objects.unscoped("test").get(pk=case.pk), text


def test_from_the_counter_to_the_rating_over_pages(kind, world, staff, pages):
    province, shushan, chief = pages("province"), pages("shushan"), pages("shushan_chief")
    assert "登记试验来件" in read(province.get(reverse("casework:desk")))
    form = reverse("casework:register", args=["tellers"])
    assert "首次收到时间" in read(province.get(form))
    said = {
        "channel": "counter",
        "secrecy": "confidential",
        "name": "贺知秋",
        "mobile": "13905519999",
        "title": "欠薪",
        "text": "贺知秋反映单位欠薪，电话13905519999。",
        "respondent_name": "华阳机械",
    }
    read(province.post(form, {**said, "text": " "}), 422)
    page = read(province.post(form, said))
    assert "查询码" in page
    case = Case.objects.unscoped("test").get()
    page = read(province.get(reverse("casework:case", args=[case.number])))
    assert "贺知秋" not in page and "13905519999" not in page and "（保密）" in page
    case, page = do(
        province, case, "accept", 422, category="pay", difficulty="common", summary="贺知秋"
    )
    assert "写有来件人的姓名" in page
    case, _ = do(province, case, "accept", category="pay", difficulty="common", summary="反映欠薪")
    case, _ = do(province, case, "route", to=str(world.shushan.pk))
    assert case.union_id == world.shushan.pk
    page = read(shushan.get(reverse("casework:desk"), {"lane": "untaken"}))
    assert case.number in page and "贺知秋" not in page
    case, _ = do(shushan, case, "take")
    number = reverse("casework:case", args=[case.number])
    for key in ("jinghu", "wuhu_chief", "factory"):
        assert "没有查看" in read(pages(key).get(number), 403)
    address = reverse("casework:reveal", args=[case.number])
    assert "贺知秋" in read(shushan.post(address, {"reason": "电话核实情况"}))
    read(shushan.post(address, {"reason": ""}), 422)
    case, _ = do(shushan, case, "draft", outcome="solved", text="已补发。")
    case, _ = do(shushan, case, "submit_reply")
    case, page = do(chief, case, "review", send="yes")
    assert case.phase == Phase.REPLIED
    assert "按期" in read(chief.get(reverse("casework:statistics")))


def test_a_complainant_without_an_account(kind, world, staff):
    guest = Client()
    form = reverse("casework:submit", args=["tellers"])
    assert "加密保存" in read(guest.get(form))
    read(guest.post(form, {"secrecy": "named", "title": "问", "text": "怎么入会"}), 422)
    page = read(guest.post(form, {"secrecy": "anonymous", "title": "问", "text": "怎么入会"}))
    code = page.split('<p class="gh-reveal"><strong>')[1].split("</strong>")[0]
    track = reverse("casework:track")
    read(guest.post(track, {"code": "AAAA-BBBB-CCCC"}), 404)
    assert guest.post(track, {"code": code}).status_code == 302
    thread = reverse("casework:tracked")
    assert "怎么入会" in read(guest.get(thread))
    assert guest.post(thread, {"do": "tell", "words": "补充一句"}).status_code == 302
    assert "补充一句" in read(guest.get(thread))
    read(guest.post(thread, {"do": "rate", "score": "5"}), 409)
    assert "来件查询" in read(Client().get(thread, follow=True))


def test_the_own_thread_is_the_persons_alone(kind, world):
    person = world.person(world.mill, "沈青")
    worker = world.actor("沈青", person=person)
    got = complaint(kind, world.province, by=worker, channel="web", text="车间太热")
    thread = reverse("casework:thread", args=[got.intake.number])
    assert "车间太热" in read(signed_in(worker).get(thread))
    other = world.actor("旁人", person=world.person(world.mill, "旁人"))
    read(signed_in(other).get(thread), 404)
    read(Client().get(thread), 404)
    assert Intake.objects.unscoped("test").get().person_id == person.pk


def test_the_unit_complained_of_reads_its_task_alone(kind, world, staff, pages):
    got = complaint(kind, world.province, respondent=world.factory, secrecy="named")
    case = work.accept(got.case, by=staff["province"], category="pay", summary="反映欠薪")
    case = work.take(case, by=staff["province"])
    part = work.ask_part(
        case,
        by=staff["province"],
        union=world.factory,
        task="请说明工资发放情况",
        role="respondent",
    )
    address = reverse("casework:part", args=[part.pk])
    factory = pages("factory")
    page = read(factory.get(address))
    assert "请说明工资发放情况" in page and "赵" not in page and "不告知" in page
    read(factory.get(reverse("casework:case", args=[case.number])), 403)
    read(factory.post(reverse("casework:reveal", args=[case.number]), {"reason": "想看一看"}), 403)
    assert case.number not in read(factory.get(reverse("casework:desk")))
    assert case.title not in read(factory.get(reverse("casework:desk"), {"q": "加班"}))
    assert factory.post(address, {"text": "七月补发"}).status_code == 302
    read(pages("jinghu").get(address), 403)
    page = read(pages("province").get(reverse("casework:case", args=[case.number])))
    assert "七月补发" in page


def test_knowledge_is_reviewed_dated_and_retired(kind, world, staff, pages):
    writer, chief = pages("province"), pages("province_chief")
    new = reverse("casework:article-new")
    read(chief.get(new), 403)
    soon = timezone.localdate() + timezone.timedelta(days=20)
    words = {"title": "加班费怎么算", "body": "平时一倍半。", "source": "《劳动法》第四十四条"}
    read(writer.post(new, {**words, "expires_on": "2001-01-01"}), 422)
    assert writer.post(new, {**words, "expires_on": soon.isoformat()}).status_code == 302
    article = Article.objects.unscoped("test").get()
    listing = reverse("casework:articles")

    def act(client, verb, status=302, **given):
        address = reverse("casework:article-do", args=[article.pk, verb])
        return read(client.post(address, given), status)

    act(writer, "submit")
    act(writer, "publish", 403, approve="yes")
    act(chief, "publish", 422, approve="no")
    act(chief, "publish", approve="yes")
    read(pages("jinghu").get(reverse("casework:article", args=[article.pk])))
    assert "加班费" in read(pages("jinghu").get(listing, {"q": "加班费"}))
    act(writer, "revise", **{**words, "body": "平时一倍半，休息日两倍。"}, expires_on=soon)
    article.refresh_from_db()
    assert article.body == "平时一倍半。" and article.number == 1
    act(writer, "submit")
    act(chief, "publish", approve="yes")
    article.refresh_from_db()
    assert "两倍" in article.body and article.number == 2
    act(chief, "retire", reason="改版")
    assert "没有条目" in read(pages("jinghu").get(listing, {"q": "加班费"}))


def test_nobody_reviews_their_own_article(world):
    both = signed_in(world.actor("兼任", (HANDLER, world.province), (APPROVER, world.province)))
    soon = timezone.localdate() + timezone.timedelta(days=20)
    words = {"title": "题", "body": "文", "source": "据", "expires_on": soon.isoformat()}
    both.post(reverse("casework:article-new"), words)
    raise_wall(Scope.everything())
    pk = Article.objects.unscoped("test").get().pk
    both.post(reverse("casework:article-do", args=[pk, "submit"]))
    address = reverse("casework:article-do", args=[pk, "publish"])
    assert "不能审核自己" in read(both.post(address, {"approve": "yes"}), 422)


def test_quality_is_checked_on_pages(kind, world, staff, pages):
    for _ in range(2):
        got = complaint(kind, world.shushan)
        Case.objects.unscoped("test").filter(pk=got.case.pk).update(
            phase=Phase.CLOSED, closed_at=timezone.now(), late=True, handler_name="区经办"
        )
    chief, today = pages("shushan_chief"), timezone.localdate().isoformat()
    address = reverse("casework:quality")
    assert "还没有抽样" in read(chief.get(address))
    assert "质检" in read(chief.get(reverse("casework:desk")))
    read(pages("shushan").get(address), 403)
    read(Client().get(address), 403)
    asked = {"kind": kind.code, "from_on": today, "until_on": today, "percent": "10"}
    read(chief.post(address, {**asked, "percent": "0"}), 422)
    page = chief.post(address, asked)
    assert page.status_code == 302
    assert "同一时间段只抽一次" in read(chief.post(address, asked), 409)
    raise_wall(Scope.everything())
    sample = Sample.objects.unscoped("test").get()
    listed = read(chief.get(page["Location"]))
    assert "超期办结" in listed and "待检查" in listed and sample.seed in listed
    read(pages("wuhu_chief").get(page["Location"]), 403)
    one, other = QualityCheck.objects.filter(sample=sample).order_by("pk")
    form = reverse("casework:check", args=[one.pk])
    assert one.case.number in read(chief.get(form))
    read(pages("wuhu_chief").get(form), 403)
    points = {code: str(most) for code, (_, most) in sampling.CRITERIA.items()}
    assert "写明问题" in read(chief.post(form, {**points, "secrecy": "0"}), 422)
    read(chief.post(form, {**points, "secrecy": "99"}), 422)
    assert chief.post(form, points).status_code == 302
    done = read(chief.get(form))
    assert "总分 100" in done and "登记结果" not in done
    read(chief.post(form, points), 409)
    listed = read(chief.get(page["Location"]))
    assert "合格" in listed and "100" in listed
    Case.objects.unscoped("test").filter(pk=other.case_id).update(respondent=world.hefei)
    raise_wall(Scope.everything())
    read(chief.get(reverse("casework:check", args=[other.pk])), 403)
    assert other.case.number not in read(chief.get(page["Location"]))


def test_a_case_opens_at_its_own_page(kind, world, staff, pages):
    got = complaint(kind, world.province, respondent=world.factory)
    address = reverse("casework:open", args=[got.case.number])
    answer = pages("province").get(address)
    assert answer["Location"] == reverse("casework:case", args=[got.case.number])
    read(pages("factory").get(address), 403)


def test_the_kind_of_the_figures_is_kept_from_tab_to_tab(kind, pages):
    client, address = pages("province"), reverse("casework:statistics")
    shown = read(client.get(address, {"kind": kind.code, "from": "2026-01-01"}))
    assert shown.count(f"kind={kind.code}&amp;from=") >= 3
    for day in ("0001-01-01", "9999-12-31", "2026-13-01"):
        assert read(client.get(address, {"from": day, "until": day}))


def test_a_returned_draft_is_there_to_be_mended(kind, world, staff, pages):
    case = work.accept(
        complaint(kind, world.province).case, by=staff["province"], category="pay", summary="欠薪"
    )
    work.take(case, by=staff["province"])
    client, chief = pages("province"), pages("province_chief")
    case, _ = do(client, case, "draft", outcome="solved", text="初稿写了很长一段。")
    case, _ = do(client, case, "submit_reply")
    case, _ = do(chief, case, "review", send="no", opinion="请补充依据")
    page = read(client.get(reverse("casework:do", args=[case.number, "draft"])))
    assert "初稿写了很长一段。" in page


def test_the_version_once_seen_stays_with_a_form_that_was_refused(kind, world, staff, pages):
    got = complaint(kind, world.province)
    case = work.accept(got.case, by=staff["province"], category="pay", summary="欠薪")
    seen, client = case.version, pages("province")
    words = {"category": "pay", "difficulty": "hard", "version": str(seen)}
    work.describe(case, by=staff["province"], category="safety", difficulty="common")
    address = reverse("casework:do", args=[case.number, "describe"])
    page = read(client.post(address, {**words, "difficulty": "none"}), 422)
    assert f'name="version" value="{seen}"' in page
    page = read(client.post(address, words), 409)
    assert f'name="version" value="{seen + 1}"' in page


def test_a_pause_takes_as_many_words_as_are_kept(kind, world, staff, pages):
    got = complaint(kind, world.province)
    case = work.accept(got.case, by=staff["province"], category="pay", summary="欠薪")
    chief = pages("province_chief")
    case, page = do(chief, case, "pause", 422, reason="等" * 201)
    assert "等等等" in page
    case, _ = do(chief, case, "pause", reason="等" * 200)
    assert case.paused_on is not None


def test_whoever_mends_the_name_of_the_unit_keeps_the_union(kind, world, staff, pages):
    got = complaint(kind, world.province, respondent=world.factory)
    page = read(
        pages("province").get(reverse("casework:do", args=[got.case.number, "name_respondent"]))
    )
    assert f'value="{world.factory.name}"' in page


def test_words_that_were_refused_are_not_lost(kind, world):
    worker = world.actor("沈青", person=world.person(world.mill, "沈青"))
    got = complaint(kind, world.province, by=worker, channel="web")
    thread = reverse("casework:thread", args=[got.intake.number])
    words = {"do": "reopen", "words": "写了很久的一段话"}
    assert "写了很久的一段话" in read(signed_in(worker).post(thread, words), 409)


def test_unions_below_read_an_article_as_published(world, staff, pages):
    writer, chief, below = pages("province"), pages("province_chief"), pages("jinghu")
    soon = timezone.localdate() + timezone.timedelta(days=20)
    words = {"title": "题", "body": "公布的正文", "source": "据", "expires_on": soon.isoformat()}
    writer.post(reverse("casework:article-new"), words)
    raise_wall(Scope.everything())
    pk = Article.objects.unscoped("test").get().pk
    verb = {name: reverse("casework:article-do", args=[pk, name]) for name in ("revise", "submit")}
    writer.post(verb["submit"])
    chief.post(reverse("casework:article-do", args=[pk, "publish"]), {"approve": "yes"})
    seen = read(writer.get(verb["revise"])).split('name="version" value="')[1].split('"')[0]
    again = {**words, "body": "改写中的正文", "version": seen}
    assert writer.post(verb["revise"], again).status_code == 302
    read(writer.post(verb["revise"], {**again, "body": "另一人的正文"}), 409)
    page = read(below.get(reverse("casework:article", args=[pk])))
    assert "公布的正文" in page and "改写中的正文" not in page
    read(below.get(verb["revise"]), 403)
    assert "改写中的正文" in read(writer.get(reverse("casework:article", args=[pk])))
