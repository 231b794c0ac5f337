"""Danger to a life in an application, a clue, a material, a word in the thread or an appeal calls
people in that very step; who wrote it reads fixed words and no suggestion.
"""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gonghui.engines.casework.actions import after, intake
from gonghui.engines.casework.models import Case, Intake
from gonghui.engines.casework.walls import everywhere
from gonghui.engines.language import tunables
from gonghui.engines.language.models import Draft, Record
from gonghui.kernel.access.loading import actor_of
from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.notify.models import Message, Todo
from gonghui.kernel.security import outgoing
from gonghui.systems.rights.legal_aid.actions import aid
from gonghui.systems.rights.legal_aid.models import Aid
from gonghui.systems.rights.legal_aid.tests import makers

pytestmark = pytest.mark.django_db
PLAIN = "三个月没有发工资，我不想活了，今晚就从楼上跳下去。"
OBLIQUE = "把孩子托付给我妹了，存折在柜子里，过了今晚就不用再烦了"
"""No word of it stands in any list: only the model hears it."""
AID = {
    "applicant": "migrant",
    "category": "pay",
    "employer": makers.EMPLOYER,
    "people": "1",
    "truth": "on",
}
CLUE = {"secrecy": "anonymous", "category": "hours", "employer": makers.EMPLOYER, "people": "3"}
TALK = {"category": "pay", "employer": makers.EMPLOYER, "people": "1", "employed": "1"}


@pytest.fixture(autouse=True)
def nobody_outside(monkeypatch):
    monkeypatch.setattr(outgoing, "request", lambda *a, **k: pytest.fail("a call went out"))


@pytest.fixture(autouse=True)
def duty(world):
    """The county's desk has nobody on duty; the city's has two."""
    return {
        world.actor("值班", (HANDLER, world.hefei)).user_id,
        world.actor("值班审批", (APPROVER, world.hefei)).user_id,
    }


def worker(world):
    person = world.member(world.factory).person
    user = world.user("职工", person=person)
    client = Client()
    client.force_login(user)
    return client, actor_of(user, timezone.localdate(), request_id="test")


def case_of():
    with everywhere():
        return Case.objects.unscoped("test").get()


def check_called(duty):
    """A to-do due now where somebody is on duty, everybody there told, nothing written but that."""
    assert case_of().crisis
    (todo,) = Todo.objects.filter(kind="language.crisis", done_at=None)
    assert todo.due_at <= timezone.now()
    assert "楼" not in todo.title and "孩子" not in todo.title
    told = Message.objects.filter(template="language.crisis")
    assert set(told.values_list("recipient_user_id", flat=True)) == duty
    assert not Draft.objects.unscoped("test").exists()


def shows_fixed_words(answer):
    body = answer.content.decode()
    assert answer.status_code == 200, body[:2000]
    assert tunables.CRISIS_WORDS.value() in body
    return body


@pytest.mark.parametrize("text", [PLAIN, OBLIQUE])
@pytest.mark.parametrize(
    ("what", "given"), [("aid", AID), ("mediation", TALK), ("clue", {**CLUE, "secrecy": "named"})]
)
def test_by_a_worker(world, duty, what, given, text):
    client, _ = worker(world)
    address = reverse("legal-aid-ask", args=[what])
    shows_fixed_words(client.post(address, {**given, "text": text}, follow=True))
    check_called(duty)


@pytest.mark.parametrize("left_out", ["truth", "employer", "category", "applicant", "people"])
def test_nobody_in_danger_is_sent_back_to_fill_in_a_field(world, left_out):
    client, actor = worker(world)
    given = {key: value for key, value in AID.items() if key != left_out}
    address = reverse("legal-aid-ask", args=["aid"])
    shows_fixed_words(client.post(address, {**given, "text": PLAIN}, follow=True))
    assert case_of().crisis and Todo.objects.filter(kind="language.crisis").exists()
    with everywhere():
        found = Intake.objects.unscoped("test").get()
    assert found.person_id == actor.person_id and found.text.reveal() == PLAIN


@pytest.mark.parametrize("given", [CLUE, {}, {"secrecy": "named"}])
def test_by_a_guest_with_a_clue(world, given):
    address = reverse("legal-aid-ask", args=["clue"])
    body = shows_fixed_words(Client().post(address, {**given, "text": OBLIQUE}))
    assert "查询码" in body
    assert case_of().crisis and Todo.objects.filter(kind="language.crisis").exists()


def reviewed(world):
    """A worker's application under way, as its client, actor and intake."""
    client, actor = worker(world)
    asked = {**AID, "text": "三个月没有发工资，请求帮助。"}
    client.post(reverse("legal-aid-ask", args=["aid"]), asked)
    row = makers.row_of(Aid, case_of())
    by = makers.handler(world, row.union)
    with everywhere():
        return client, actor, Intake.objects.unscoped("test").get(), aid.take_in(row, by=by), by


def test_by_a_word_in_the_thread(world):
    client, actor, found, *_ = reviewed(world)
    assert not Todo.objects.filter(kind="language.crisis").exists()
    intake.tell(found, by=actor, text="工资条已经找到，下周一交到窗口。")
    assert not case_of().crisis
    intake.tell(found, by=actor, text=OBLIQUE)
    assert case_of().crisis and Todo.objects.filter(kind="language.crisis").count() == 1
    shows_fixed_words(client.get(reverse("legal-aid-mine", args=[found.number])))


def test_by_the_words_beside_a_material(world):
    client, _, found, row, by = reviewed(world)
    aid.ask(row, by=by, lacking="近三个月的工资条")
    address = reverse("legal-aid-supply", args=[found.number])
    assert client.post(address, {"text": "见附件"}).status_code == 422
    shows_fixed_words(client.post(address, {"text": PLAIN}, follow=True))
    assert case_of().crisis and Todo.objects.filter(kind="language.crisis").count() == 1


def test_by_an_appeal_and_by_a_withdrawal(world):
    _, actor, found, row, by = reviewed(world)
    aid.screen(row, by=by, favourable=False, finding="不属于范围", materials=makers.SEEN)
    row = makers.row_of(Aid, case_of())
    aid.refuse(row, by=makers.approver(world, row.union), reason="不属于援助的范围。")
    after.reopen(found, by=actor, words=PLAIN)
    assert case_of().crisis and Todo.objects.filter(kind="language.crisis").count() == 1
    intake.withdraw(found, by=actor, words=f"不要了。{OBLIQUE}")
    waiting = Todo.objects.filter(kind="language.crisis", done_at=None)
    assert waiting.count() == 2


def test_the_same_words_call_people_once(world):
    _, actor, found, _, by = reviewed(world)
    intake.tell(found, by=actor, text=PLAIN)
    intake.withdraw(found, by=actor)
    # The county's handler has the duty now: the nearest of all.
    check_called({by.user_id})
    assert Record.objects.unscoped("test").exclude(crisis="").count() == 1


def test_behind_the_wall_of_the_database(world, duty, as_application):
    client, _ = worker(world)
    address = reverse("legal-aid-ask", args=["aid"])
    shows_fixed_words(client.post(address, {**AID, "text": PLAIN}, follow=True))
    with everywhere():
        check_called(duty)
