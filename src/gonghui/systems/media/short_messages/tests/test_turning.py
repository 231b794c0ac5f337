"""A text nobody took is turned over by a person, once, with what the sender is told."""

import pytest

from gonghui.kernel.access.roles import HANDLER
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Conflict, Forbidden
from gonghui.kernel.notify import replies
from gonghui.kernel.notify.models import Todo
from gonghui.systems.media.short_messages.actions import receiving, turning
from gonghui.systems.media.short_messages.actions.receiving import Arrived
from gonghui.systems.media.short_messages.models import Incoming, Message
from gonghui.systems.media.short_messages.tests import makers

pytestmark = pytest.mark.django_db


@pytest.fixture
def taken():
    """A taker by hand before all others; what it was given."""
    given = []

    def take(reply):
        given.append(reply)
        return replies.Taken("RX1", "您的来件已收到，编号 RX1。")

    replies.register_turn("test-turn", "12351 来件", take, order=-1)
    yield given
    replies.forget("test-turn")


@pytest.fixture
def incoming(office):
    route = makers.route(office.world, office.union)
    makers.message(office.world, office.union, purpose="batch:8", state="delivered")
    (pk,) = receiving.take_in(route, [Arrived(makers.MOBILE, "12351", "收到，顺便问下工资")])
    receiving.handle(pk)
    return Incoming.objects.unscoped("test").get(pk=pk)


def test_an_answer_of_other_purpose_waits_for_a_person_and_is_turned_once(office, incoming, taken):
    assert incoming.state == "open" and not taken
    done = turning.turn(incoming, by=office.writer)
    assert (done.state, done.reference, done.handled_by) == ("taken", "RX1", office.writer.name)
    assert taken[0].received_at == incoming.received_at and taken[0].purpose == "batch:8"
    row = Message.objects.unscoped("test").get(key=f"answer:{incoming.pk}:turned")
    assert row.text.reveal() == "【安徽工会】您的来件已收到，编号 RX1。"
    assert not Todo.objects.filter(kind="short-replies.answer", done_at=None).exists()
    entry = Entry.objects.get(action="short-replies.turn")
    assert entry.actor_name == office.writer.name and "工资" not in str(entry.changes)
    with pytest.raises(Conflict):
        turning.turn(done, by=office.writer)
    assert len(taken) == 1


def test_another_county_turns_nothing(office, incoming, taken):
    other = office.world.actor("镜湖经办", (HANDLER, office.world.jinghu))
    with pytest.raises(Forbidden):
        turning.turn(incoming, by=other)
    assert not taken
