"""A text in which a life may be in danger reaches people in that very step, whichever way it
comes and at whatever hour, and no machine answers it."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone

from gonghui.engines.casework.declaring import KINDS
from gonghui.engines.casework.models import Case
from gonghui.engines.language import tunables as language
from gonghui.engines.language.actions import answering as engine
from gonghui.engines.language.models import Draft
from gonghui.engines.language.rules.crisis import by_rules
from gonghui.kernel.access.actor import ANONYMOUS
from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.notify import replies
from gonghui.kernel.notify.models import Message as Told
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.security import outgoing
from gonghui.systems.media.short_messages.actions import receiving
from gonghui.systems.media.short_messages.models import Message as Sent
from gonghui.systems.media.short_messages.rules import crisis as sms
from gonghui.systems.media.short_messages.tests import makers
from gonghui.systems.rights.feedback.actions import answering as bot
from gonghui.systems.rights.feedback.actions import channels
from gonghui.systems.rights.feedback.models import Asked
from gonghui.systems.rights.feedback.rules import crisis as feedback

pytestmark = pytest.mark.django_db
PLAIN = "工资要不回来，我真的不想活了"
OBLIQUE = "把孩子托付给我妹了，存折在柜子里，过了今晚就不用再烦了"
"""No word of it stands in any list: only the model of the language engine hears it."""
HOURS = (datetime(2026, 10, 1, 3, 20), datetime(2026, 11, 23, 14, 0))
"""Three at night on the national holiday, and an afternoon of work."""
MOBILE = makers.MOBILE


@pytest.fixture(autouse=True)
def nobody_outside(monkeypatch):
    """No call leaves, least of all to a machine that drafts."""
    monkeypatch.setattr(outgoing, "request", lambda *a, **k: pytest.fail("a call went out"))


@pytest.fixture
def people(world):
    return [
        world.actor("值班", (HANDLER, world.province)).user_id,
        world.actor("值班审批", (APPROVER, world.province)).user_id,
    ]


@pytest.fixture(params=HOURS, ids=["holiday night", "working hours"])
def hour(request, monkeypatch):
    now = timezone.make_aware(request.param)
    monkeypatch.setattr(timezone, "now", lambda: now)
    return now


def waiting(*kinds: str) -> list[Todo]:
    return list(Todo.objects.filter(kind__in=kinds, done_at=None))


def test_the_oblique_text_is_in_no_list():
    assert by_rules(OBLIQUE) is None
    assert not sms.found(OBLIQUE) and not feedback.alarm(OBLIQUE)


@pytest.mark.parametrize("text", [PLAIN, OBLIQUE])
def test_by_sms(world, people, hour, text):
    """Before any job has run: a to-do that is due, everybody on duty told, a case, fixed words."""
    route = makers.route(world, world.province)
    makers.signature(world, world.province, text="安徽工会")
    receiving.take_in(route, [receiving.Arrived(MOBILE, "12351", text)])
    (todo,) = waiting("short-replies.alarm")
    assert todo.due_at is not None and text not in todo.title
    assert set(people) <= set(Told.objects.values_list("recipient_user_id", flat=True))
    assert [row.text.reveal() for row in Sent.objects.unscoped("test")] == [
        f"【安徽工会】{sms.ANSWER}"
    ]
    assert waiting("feedback.crisis")
    raise_wall(Scope.everything())
    assert Case.objects.unscoped("test").get().crisis


@pytest.mark.parametrize("text", [PLAIN, OBLIQUE])
def test_on_the_web(world, people, hour, text):
    """A guest's complaint: the answer to the very request shows fixed words and the numbers."""
    answer = Client().post(
        "/feedback/new/",
        {
            "title": "工资",
            "text": text,
            "category": "pay",
            "nature": "complaint",
            "secrecy": "anonymous",
            "people": "1",
            "seen": "1",
            "step": "send",
        },
        follow=True,
    )
    assert answer.status_code == 200, answer.content.decode()[:2000]
    assert feedback.WORDS in answer.content.decode()
    (todo,) = waiting("feedback.crisis")
    assert todo.due_at <= hour and text not in todo.title


@pytest.mark.parametrize("source", sorted(channels.SOURCES))
def test_over_the_seams_of_other_channels(world, people, hour, source):
    channels.take(channels.Message(source, "1", "某人", OBLIQUE))
    (todo,) = waiting("feedback.crisis")
    assert todo.due_at <= hour


@pytest.mark.parametrize("text", [PLAIN, OBLIQUE])
def test_by_the_bot(world, people, hour, text):
    answer = Client().post("/feedback/ask/", {"question": text})
    body = answer.content.decode()
    assert answer.status_code == 200 and feedback.WORDS in body
    assert waiting("feedback.crisis")
    raise_wall(Scope.everything())
    asked = Asked.objects.unscoped("test").get()
    assert asked.state == "crisis" and asked.article_version_id is None
    assert bot.ask(text, by=ANONYMOUS).version is None


@pytest.mark.parametrize("text", [PLAIN, OBLIQUE])
def test_by_the_engine_s_own_bot(world, people, hour, text):
    """Also where a union below has nobody on duty: the next above is called."""
    reply = engine.ask(text, union=world.factory, by=ANONYMOUS, channel="bot")
    assert reply.words == language.CRISIS_WORDS.value() and reply.hit is None
    (todo,) = waiting("language.crisis")
    assert todo.union_id == world.province.pk and todo.due_at <= hour
    assert set(people) <= set(Told.objects.values_list("recipient_user_id", flat=True))
    assert not Draft.objects.unscoped("test").exists()


def test_every_kind_of_case_listens():
    """A kind without a watch over its intake would leave a text to the next morning."""
    deaf = [kind.code for kind in KINDS.values() if kind.classify is None]
    assert not deaf
    hints = [kind.classify(PLAIN) for kind in KINDS.values() if kind.classify]
    assert hints and all(hint.crisis for hint in hints)


def test_every_text_message_is_watched():
    assert "language" in replies.watches() and replies.watches()["language"](OBLIQUE)
