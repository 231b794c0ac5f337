"""What is a person's own stays behind the database's own wall, whoever asks and however."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER
from gonghui.kernel.notify import timeline
from gonghui.kernel.notify.models import TimelineLine
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.people import persons
from gonghui.kernel.people.models import Person
from gonghui.systems.service.hall.models import (
    Handing,
    KeptMaterial,
    MaterialUse,
    Proxy,
)
from gonghui.systems.service.hall.tests import sample
from gonghui.systems.service.hall.tests.makers import handing, rating
from gonghui.systems.service.hall.tests.test_applying import (
    ANSWERS,
    START,
    consented,
    fill,
    stand_at,
    text_of,
)

TABLES = (
    "notify_timeline",
    "hall_handing",
    "hall_rating",
    "hall_keptmaterial",
    "hall_materialuse",
    "hall_proxy",
)


def seen(table: str) -> int:
    """Rows the database lets through, without any condition of the application."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


@pytest.fixture
def people(world, worker, client_of, taken, photo):
    """A member with everything of their own, somebody who acts for them, and a stranger."""
    member, agent = worker(world.factory, "张敏"), worker(world.shop, "李强")
    client = client_of(actor=member)
    fill(client, photo)
    client.post(f"{START}check/", {"keep": ["id-card"]})
    client.post(f"{START}what/", {**ANSWERS, "kind": "visit"})
    client.post(f"{START}materials/", {"again-id-card": "1"})
    client.post(f"{START}check/")
    rating(world, world.factory, person=Person.objects.unscoped("test").get(pk=member.person_id))
    consented(world, agent, member)
    return member, agent, worker(world.mill, "赵六")


def test_the_database_lets_a_person_see_their_own(people, as_application):
    member, _agent, _stranger = people
    raise_wall(member.wall())
    assert {table: seen(table) for table in TABLES} == {
        "notify_timeline": 2,
        "hall_handing": 2,
        "hall_rating": 1,
        "hall_keptmaterial": 1,
        "hall_materialuse": 1,
        "hall_proxy": 1,
    }


def test_the_database_shows_a_stranger_nothing(people, as_application):
    _member, agent, stranger = people
    raise_wall(stranger.wall())
    assert {table: seen(table) for table in TABLES} == dict.fromkeys(TABLES, 0)
    raise_wall(agent.wall())
    shown = {table: seen(table) for table in TABLES}
    assert shown == {**dict.fromkeys(TABLES, 0), "hall_proxy": 1}


def test_a_cadre_of_the_union_sees_what_was_handed_in_and_nothing_more(
    world, people, as_application
):
    cadre = world.actor("经办", (HANDLER, world.factory), (APPROVER, world.province))
    raise_wall(cadre.wall())
    shown = {table: seen(table) for table in TABLES}
    assert shown == {**dict.fromkeys(TABLES, 0), "hall_handing": 2, "hall_rating": 1}
    raise_wall(world.actor("别处", (HANDLER, world.jinghu)).wall())
    assert {table: seen(table) for table in TABLES} == dict.fromkeys(TABLES, 0)
    raise_wall(Scope.everything())
    assert all(seen(table) for table in TABLES)


def test_a_private_handing_is_behind_the_wall_even_at_the_top(
    world, client_of, worker, photo, as_application
):
    with sample.declared(private=True):
        actor = worker(world.factory, "章有福")
        client = client_of(actor=actor)
        fill(client, photo)
        done = client.post(f"{START}check/")
        assert done.status_code == 302
        assert client.get(done.url).status_code == 200
        raise_wall(world.actor("省里", (VIEWER, world.province), (HANDLER, world.province)).wall())
        assert (seen("hall_handing"), seen("notify_timeline")) == (0, 0)
        assert Handing.objects.unscoped("test").count() == 0
        raise_wall(actor.wall())
        assert (seen("hall_handing"), seen("notify_timeline")) == (1, 1)
        page = text_of(client_of((VIEWER, world.province)).get("/counter/services/"))
        assert "近 30 天网上受理" in page


def test_the_whole_way_works_as_the_application(
    world, client_of, worker, taken, photo, as_application
):
    actor = worker(world.factory)
    client = client_of(actor=actor)
    fill(client, photo)
    done = client.post(f"{START}check/", {"keep": ["id-card"]})
    assert client.get(done.url).status_code == 200
    client.post(f"{START}what/", {**ANSWERS, "kind": "visit"})
    assert "同意这次再用" in text_of(client.get(f"{START}materials/"))
    client.post(f"{START}materials/", {"again-id-card": "1"})
    assert client.post(f"{START}check/").status_code == 302
    assert "KN000002" in text_of(client.get("/hall/materials/"))
    raise_wall(actor.wall())
    assert (KeptMaterial.objects.count(), MaterialUse.objects.count()) == (1, 1)
    line = timeline.matters(actor.person_id)[0]
    assert "办理经过" in text_of(client.get(f"/hall/matters/{line.pk}/"))
    assert not TimelineLine.objects.exclude(person_id=actor.person_id).exists()


def test_the_counter_works_as_the_application(world, client_of, taken, photo, as_application):
    counter = client_of((HANDLER, world.shushan))
    stand_at(counter, world)
    for number in ("KN000001", "KN000002"):
        fill(counter, photo)
        done = counter.post(f"{START}check/", {"keep": ["id-card"]})
        assert done.status_code == 302
        assert number in text_of(counter.get(done.url))
    counter.post(f"{START}what/", {**ANSWERS, "kind": "visit"})
    assert "同意这次再用" in text_of(counter.get(f"{START}materials/"))
    assert counter.post(f"{START}materials/", {"again-id-card": "1"}).status_code == 302
    assert counter.post(f"{START}check/").status_code == 302
    raise_wall(Scope.everything())
    assert MaterialUse.objects.count() == 1


def test_a_proxy_never_uses_what_the_other_keeps(
    world, people, client_of, taken, photo, as_application
):
    member, agent, _stranger = people
    client = client_of(actor=agent)
    client.post("/hall/services/sample/for/", {"person": member.person_id})
    page = text_of(client.get("/hall/services/sample/"))
    assert "代办：正在为" in page and "已存，可再用" not in page
    client.post(f"{START}what/", {**ANSWERS, "kind": "visit"})
    assert "同意这次再用" not in text_of(client.get(f"{START}materials/"))
    assert client.post(f"{START}materials/", {"again-id-card": "1"}).status_code == 422
    client.post(f"{START}materials/", {"file-id-card": photo()})
    page = text_of(client.get(f"{START}check/"))
    assert "留着下次用" not in page
    assert client.post(f"{START}check/", {"keep": ["id-card"]}).status_code == 302
    raise_wall(Scope.everything())
    made = Handing.objects.unscoped("test").latest("pk")
    assert (made.channel, made.person_id) == ("proxy", member.person_id)
    assert KeptMaterial.objects.count() == 1


def test_private_and_by_proxy(world, worker, client_of, photo, as_application):
    member, agent = worker(world.factory, "张敏"), worker(world.shop, "李强")
    consented(world, agent, member)
    with sample.declared(private=True):
        client = client_of(actor=agent)
        client.post("/hall/services/sample/for/", {"person": member.person_id})
        fill(client, photo)
        assert client.post(f"{START}check/").status_code == 302
        raise_wall(Scope((), member.person_id))
        assert Handing.objects.unscoped("test").get().channel == "proxy"


def test_consent_as_the_application(world, worker, client_of, as_application):
    agent, father = worker(world.factory, "张敏"), worker(world.mill, "张大山")
    raise_wall(Scope.everything())
    person = Person.objects.unscoped("test").get(pk=father.person_id)
    asked = {
        "name": "张大山",
        "document_number": persons.reveal(person)["document_number"],
        "relation": "父母",
        "until": (timezone.localdate() + timedelta(days=30)).isoformat(),
    }
    client, theirs = client_of(actor=agent), client_of(actor=father)
    assert client.post("/hall/proxies/ask/", asked).status_code == 302
    raise_wall(father.wall())
    made = Proxy.objects.get()
    assert theirs.post("/hall/proxies/", {"proxy": made.pk, "do": "agree"}).status_code == 302
    raise_wall(agent.wall())
    assert Proxy.objects.get().state == "granted"
    assert client.post("/hall/proxies/", {"proxy": made.pk, "do": "lay_down"}).status_code == 302
    raise_wall(father.wall())
    assert Proxy.objects.get().state == "ended"


def test_receipts_of_others_stay_hidden(world, people, client_of, as_application):
    member, _agent, stranger = people
    raise_wall(Scope.everything())
    number = handing(world, world.factory, person_id=member.person_id).number
    assert client_of(actor=stranger).get(f"/hall/receipts/{number}/").status_code == 404
    assert client_of(actor=member).get(f"/hall/receipts/{number}/").status_code == 200
