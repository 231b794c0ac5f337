"""Terms: registering an election, delays by the superior, reminders once each, the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from gonghui.kernel.access.actor import platform
from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.codes.parameters import TERM_EXTENSION_MAX_MONTHS, TERM_REMINDER_MONTHS
from gonghui.kernel.notify.models import Message, Todo
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.testing.parameters import parameter_set
from gonghui.systems.mobilization.membership.actions import terms, tree
from gonghui.systems.mobilization.membership.jobs.terms import remind_terms
from gonghui.systems.mobilization.membership.models.terms import TermState, UnionTerm
from gonghui.systems.mobilization.membership.queries import terms as queries
from gonghui.systems.mobilization.membership.queries.unions import profile_of
from gonghui.systems.mobilization.membership.rules import terms as rules
from gonghui.systems.mobilization.membership.rules.terms import Urgency
from gonghui.systems.mobilization.membership.tests.test_tree import STATED


@pytest.fixture(autouse=True)
def stored(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def cast(world):
    return {
        "handler": world.actor("厂经办", (HANDLER, world.factory)),
        "own": world.actor("厂审批", (APPROVER, world.factory)),
        "town": world.actor("镇审批", (APPROVER, world.jinggang)),
        "other": world.actor("他区", (APPROVER, world.luyang), (HANDLER, world.luyang)),
        "platform": platform("换届到期提醒"),
    }


def elect(union, by, **values) -> UnionTerm:
    asked = {
        "number": 1,
        "elected_on": date(2024, 3, 15),
        "years": 3,
        "chair_name": "赵晓梅",
        "committee_size": 7,
        "document": "井工〔2024〕3号",
        **values,
    }
    return terms.register(union, by=by, **asked)


def fresh(term: UnionTerm) -> UnionTerm:
    return UnionTerm.objects.unscoped("test").get(pk=term.pk)


def test_a_new_term_ends_by_its_years_and_names_the_chair(world, cast):
    term = elect(world.factory, cast["handler"])
    assert (term.ends_on, term.state) == (date(2027, 3, 15), TermState.IN_OFFICE)
    assert profile_of(world.factory).chair_name == "赵晓梅"


def test_the_next_election_supersedes_and_closes_the_todo(world, cast):
    first = elect(world.factory, cast["handler"], elected_on=date(2020, 1, 10))
    assert first.state == TermState.EXPIRED
    terms.remind(first, by=cast["platform"], today=date(2026, 11, 20))
    assert Todo.objects.filter(kind="term.due", done_at=None).count() == 1
    second = elect(world.factory, cast["handler"], number=2, chair_name="钱学文")
    assert fresh(first).state == TermState.SUPERSEDED
    assert queries.open_term(world.factory) == second
    assert not Todo.objects.filter(done_at=None).exists()
    assert profile_of(world.factory).chair_name == "钱学文"


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"years": 4}, "任期为3年或5年"),
        ({"elected_on": date(2099, 1, 1)}, "不能晚于今天"),
        ({"elected_on": date(2010, 1, 1)}, "成立日期"),
        ({"document": ""}, "批复文号"),
        ({"standing_size": 9}, "常务委员"),
        ({"member_number": "340000000018"}, "会员号"),
    ],
)
def test_what_cannot_be_registered(world, cast, values, part):
    with pytest.raises(Refusal, match=part):
        elect(world.factory, cast["handler"], **values)
    assert UnionTerm.objects.unscoped("test").count() == 0


def test_local_unions_serve_five_years(world):
    handler = world.actor("区经办", (HANDLER, world.shushan))
    with pytest.raises(Refusal, match="任期为5年"):
        elect(world.shushan, handler, years=3)
    assert elect(world.shushan, handler, years=5).ends_on == date(2029, 3, 15)


def test_terms_are_registered_in_their_order(world, cast):
    elect(world.factory, cast["handler"], number=2)
    with pytest.raises(Refusal, match="第3届"):
        elect(world.factory, cast["handler"], number=2, elected_on=date(2026, 1, 1))
    with pytest.raises(Refusal, match="晚于上一届"):
        elect(world.factory, cast["handler"], number=3, elected_on=date(2024, 3, 15))


def test_only_the_superior_allows_a_delay_of_at_most_six_months(world, cast):
    term = elect(world.factory, cast["handler"], elected_on=date(2023, 8, 31))
    asked = {"delayed_to": date(2027, 2, 28), "reason": "企业重组", "document": "井工〔2026〕9号"}
    for who in ("own", "handler", "other"):
        with pytest.raises(Forbidden):
            terms.delay(term, by=cast[who], **asked)
    with pytest.raises(Refusal, match="不超过 6 个月"):
        terms.delay(term, by=cast["town"], **{**asked, "delayed_to": date(2027, 3, 1)})
    with pytest.raises(Refusal, match="之后"):
        terms.delay(term, by=cast["town"], **{**asked, "delayed_to": date(2026, 8, 31)})
    with pytest.raises(Refusal, match="批复文号"):
        terms.delay(term, by=cast["town"], **{**asked, "document": " "})
    terms.delay(term, by=cast["town"], **asked)
    assert fresh(term).deadline == date(2027, 2, 28)
    assert fresh(term).state == TermState.DELAYED
    with pytest.raises(Conflict, match="延期至"):
        terms.delay(term, by=cast["town"], **asked)


def test_the_longest_delay_is_a_parameter(world, cast):
    term = elect(world.factory, cast["handler"], elected_on=date(2023, 8, 31))
    with (
        parameter_set(TERM_EXTENSION_MAX_MONTHS, 3),
        pytest.raises(Refusal, match="不超过 3 个月"),
    ):
        terms.delay(
            term, by=cast["town"], delayed_to=date(2027, 2, 28), reason="重组", document="x"
        )


def test_each_reminder_goes_out_once_to_the_union_and_its_superior(world, cast):
    term = elect(world.factory, cast["handler"])
    told = {cast[who].user_id for who in ("handler", "own", "town")}
    deadline = term.deadline
    day, sent = rules.add_months(deadline, -7), []
    while day <= deadline + timedelta(days=40):
        before = Message.objects.filter(template__startswith="terms.").count()
        terms.remind(fresh(term), by=cast["platform"], today=day)
        terms.remind(fresh(term), by=cast["platform"], today=day)
        if Message.objects.filter(template__startswith="terms.").count() > before:
            sent.append(day)
        day += timedelta(days=1)
    assert sent == [
        date(2026, 9, 15),
        date(2026, 12, 15),
        date(2027, 2, 15),
        date(2027, 3, 16),
    ]
    reached = set(
        Message.objects.filter(template__startswith="terms.").values_list(
            "recipient_user_id", flat=True
        )
    )
    assert reached == told
    assert Message.objects.filter(template__startswith="terms.").count() == 4 * len(told)
    assert fresh(term).state == TermState.EXPIRED
    todo = Todo.objects.get(kind="term.due", done_at=None)
    assert todo.union_id == world.factory.pk


def test_a_delay_is_reminded_of_anew(world, cast):
    term = elect(world.factory, cast["handler"], elected_on=date(2023, 8, 31))
    terms.remind(term, by=cast["platform"], today=date(2026, 9, 1))
    assert fresh(term).reminded == 0
    terms.delay(
        fresh(term), by=cast["town"], delayed_to=date(2027, 2, 28), reason="重组", document="x"
    )
    assert not Todo.objects.filter(kind="term.due", done_at=None).exists()
    terms.remind(fresh(term), by=cast["platform"], today=date(2026, 11, 28))
    assert fresh(term).reminded == 3
    assert "延期届满" in Message.objects.filter(template="terms.due").latest("pk").title


def test_the_daily_job_reminds_of_what_is_due_and_of_nothing_else(world, cast):
    today = timezone.localdate()
    soon = elect(world.factory, cast["handler"], elected_on=rules.add_months(today, -33))
    other = world.actor("仪表厂经办", (HANDLER, world.factory_b))
    later = elect(world.factory_b, other, elected_on=rules.add_months(today, -12))
    ended = world.actor("商贸经办", (HANDLER, world.shop))
    gone = elect(world.shop, ended, elected_on=rules.add_months(today, -34))
    tree.merge(
        world.shop, by=cast["town"], into=world.factory, on=today, document="x", stated=STATED
    )
    remind_terms()
    remind_terms()
    assert fresh(soon).reminded == 3
    assert fresh(later).reminded is None
    assert fresh(gone).state == TermState.SUPERSEDED
    assert fresh(gone).reminded is None
    assert Message.objects.filter(template="terms.due").count() == 3
    assert TERM_REMINDER_MONTHS.on(today) == [6, 3, 1]


@pytest.fixture
def spread(world, cast):
    """One term of each urgency as of today, on unions below Hefei and Wuhu."""
    today = timezone.localdate()
    ages = {"factory": -37, "shop": -44, "factory_b": -34, "mill": -24}
    found = {}
    for key, months in ages.items():
        actor = world.actor("经办", (HANDLER, world.unions[key]))
        found[key] = elect(world.unions[key], actor, elected_on=rules.add_months(today, months))
    return found


def test_urgency_counts_agree_with_the_lists(world, spread):
    today = timezone.localdate()
    scope = Scope.of([world.province.path])
    counted = queries.by_urgency(scope, today)
    assert sum(counted.values()) == len(spread)
    for urgency, n in counted.items():
        rows = UnionTerm.objects.within(scope).filter(queries.of_urgency(urgency, today))
        assert rows.count() == n
        assert all(row.urgency(today) is urgency for row in rows)
    assert counted[Urgency.OVERDUE] == 1
    assert counted[Urgency.OVERDUE_LONG] == 1
    units = {unit.name: unit for unit in queries.by_unit(world.province, today)}
    assert units["合肥市总工会"].due == 3
    assert units["芜湖市总工会"].due == 0
    assert next(iter(units)) == "合肥市总工会"


@pytest.fixture
def client_of(world):
    def signed_in(*grants):
        client = Client()
        client.force_login(world.user("测试", *grants))
        return client

    return signed_in


def test_calendar_shows_the_month_and_stays_in_its_county(world, spread, client_of):
    deadline = spread["factory_b"].deadline
    month = f"{deadline:%Y-%m}"
    page = client_of((VIEWER, world.hefei)).get("/terms/calendar/", {"month": month})
    text = page.content.decode()
    assert page.status_code == 200
    assert world.factory_b.name in text
    assert "合肥市庐阳区总工会" in text
    other = client_of((VIEWER, world.shushan))
    assert (
        world.factory_b.name not in other.get("/terms/calendar/", {"month": month}).content.decode()
    )
    assert other.get("/terms/calendar/", {"under": world.luyang.pk}).status_code == 403
    assert other.get("/terms/calendar/", {"month": "某月"}).status_code == 422


def test_list_by_urgency(world, spread, client_of):
    client = client_of((VIEWER, world.province))
    found = client.get("/api/v1/terms/", {"urgency": "overdue"}).json()["items"]
    assert [item["union__name"] for item in found] == [world.factory.name]
    page = client.get("/w/terms/", {"urgency": "overdue"}).content.decode()
    assert world.factory.name in page
    assert world.mill.name not in page


def test_registering_by_page_with_a_paper(world, client_of, as_application):
    client = client_of((HANDLER, world.factory))
    page = client.get("/w/terms/new/register/", {"union": world.factory.name}).content.decode()
    assert world.factory.name in page
    asked = {
        "union": str(world.factory.pk),
        "number": "3",
        "elected_on": "2024-03-15",
        "years": "3",
        "chair_name": "赵晓梅",
        "committee_size": "7",
        "document": "井工〔2024〕3号",
        "evidence": SimpleUploadedFile("批复.pdf", b"%PDF-1.4\n%%EOF\n"),
    }
    done = client.post("/w/terms/new/register/", asked)
    assert done.status_code == 302
    record = client.get(done["Location"]).content.decode()
    assert "2027年3月15日" in record
    assert "批复.pdf" in record
    assert "登记延期换届" not in record
    union = client.get(f"/w/unions/{world.factory.pk}/").content.decode()
    assert "第3届" in union


def test_another_county_gets_403(world, cast, client_of):
    term = elect(world.factory, cast["handler"])
    client = client_of((HANDLER, world.luyang), (APPROVER, world.luyang))
    assert client.get(f"/w/terms/{term.pk}/").status_code == 403
    assert client.get(f"/api/v1/terms/{term.pk}/").status_code == 403
    asked = {"delayed_to": "2027-05-01", "reason": "重组", "document": "x"}
    assert client.post(f"/w/terms/{term.pk}/delay/", asked).status_code == 403
    answer = client.post(f"/api/v1/terms/{term.pk}/delay/", asked, content_type="application/json")
    assert answer.status_code == 403
    new = {
        "union": str(world.factory.pk),
        "number": "2",
        "elected_on": "2026-03-15",
        "years": "3",
        "chair_name": "钱学文",
        "committee_size": "5",
        "document": "x",
    }
    assert client.post("/w/terms/new/register/", new).status_code == 403
    typed = new | {"number": 2, "committee_size": 5}
    answer = client.post("/api/v1/terms/new/register/", typed, content_type="application/json")
    assert answer.status_code == 403
    assert UnionTerm.objects.unscoped("test").count() == 1
    assert fresh(term).delayed_to is None
