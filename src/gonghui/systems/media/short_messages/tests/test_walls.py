"""Behind the wall: other counties see nothing, and what must look over it still does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from gonghui.kernel.access.roles import HANDLER
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.systems.media.short_messages.actions import carrying, providing, receiving, upkeep
from gonghui.systems.media.short_messages.actions.queueing import Order, enqueue
from gonghui.systems.media.short_messages.actions.receiving import Arrived
from gonghui.systems.media.short_messages.models import Consent, Incoming, Message
from gonghui.systems.media.short_messages.models.phones import index_of
from gonghui.systems.media.short_messages.queries import reach
from gonghui.systems.media.short_messages.rules.states import Part
from gonghui.systems.media.short_messages.tests import makers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_application")]
MODELS = (Message, Incoming, Consent)
ASKED = "the wall alone decides"


def counts():
    return [model.objects.unscoped(ASKED).count() for model in MODELS]


def behind(actor):
    raise_wall(actor.wall())


def everywhere(read):
    raise_wall(Scope.everything())
    return read()


@pytest.fixture
def rows(world):
    """One of each at a county."""
    makers.message(world, world.shushan)
    makers.incoming(world, world.shushan)
    makers.consent(world, world.shushan)
    return world.shushan


def test_a_county_sees_its_own_and_no_other(world, rows):
    own = world.actor("短信经办", (HANDLER, rows))
    other = world.actor("短信经办", (HANDLER, world.jinghu))
    behind(own)
    assert counts() == [1, 1, 1]
    behind(other)
    assert counts() == [0, 0, 0]
    for model in MODELS:
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {model._meta.db_table} SET mobile_mask = 'x'")
            assert cursor.rowcount == 0
    raise_wall(Scope())
    assert counts() == [0, 0, 0]


def test_one_key_is_one_message_and_a_repetition_is_seen_from_anywhere(world):
    text = "【安徽工会】您的申请已受理。"
    first = enqueue(Order(makers.MOBILE, text, "service", "k"), world.shushan)
    behind(world.actor("短信经办", (HANDLER, world.jinghu)))
    assert enqueue(Order(makers.MOBILE, text, "service", "k"), world.jinghu).pk == first.pk
    assert enqueue(Order(makers.MOBILE, text, "service", "k2"), world.jinghu).state == "cancelled"
    assert Message.objects.unscoped(ASKED).filter(pk=first.pk).count() == 0


def test_a_refusal_told_to_one_union_binds_another(world, rows):
    mark = index_of(makers.MOBILE)
    behind(world.actor("短信经办", (HANDLER, world.jinghu)))
    assert reach.standings([mark], "notice")[mark].refused
    assert reach.count_numbers([makers.MOBILE], 0, "notice").reachable == 0
    with pytest.raises(Refusal):
        enqueue(Order(makers.MOBILE, "【安徽工会】通知", "notice", "n"), world.jinghu)
    # A refusal on the way leaves the wall where it was.
    assert counts() == [0, 0, 0]


def test_a_worker_behind_the_own_wall_gets_a_code(world):
    raise_wall(Scope((), 1))
    providing.queue(makers.MOBILE, "您的验证码是 123456。", "code")
    assert counts()[0] == 0
    assert everywhere(counts)[0] == 1


def test_links_and_rounds_work_without_any_scope(world):
    route = makers.route(world, world.province)
    makers.message(world, world.shushan, "13800000000", text="【安徽工会】您好")
    raise_wall(Scope())
    assert carrying.waits(route)
    raise_wall(Scope())
    (ready,) = carrying.claim(route, 5)
    raise_wall(Scope())
    carrying.answered(route, [carrying.Answer(ready.submit_id, Part.ACCEPTED, "7")])
    raise_wall(Scope())
    carrying.reported(route, [carrying.Report("7", "DELIVRD", "13800000000")])
    raise_wall(Scope())
    pks = receiving.take_in(route, [Arrived("13800000000", "12351", "TD")])
    raise_wall(Scope())
    receiving.acknowledged(pks)
    raise_wall(Scope())
    receiving.handle(pks[0])
    raise_wall(Scope.everything())
    made = Message.objects.unscoped(ASKED).exclude(category="reply").get()
    taken = Incoming.objects.unscoped(ASKED).get()
    assert (made.state, taken.state) == ("delivered", "command")
    assert taken.acknowledged_at is not None
    Message.objects.unscoped(ASKED).filter(pk=made.pk).update(
        settled_at=timezone.now() - timedelta(days=400)
    )
    late = makers.message(world, world.shushan, "13800000001", text="【安徽工会】迟")
    Message.objects.unscoped(ASKED).filter(pk=late.pk).update(expires_at=timezone.now())
    raise_wall(Scope())
    assert upkeep.forget() == 1
    raise_wall(Scope())
    assert upkeep.minute()["expired"] == 1


def test_what_nobody_reported_is_lost_without_any_scope(world):
    route = makers.route(world, world.province)
    makers.message(world, world.shushan, "13800000000", text="【安徽工会】您好")
    raise_wall(Scope())
    carrying.claim(route, 5)
    raise_wall(Scope())
    assert carrying.recover(route) == 1
    assert everywhere(lambda: Message.objects.unscoped(ASKED).get().state) == "unknown"
