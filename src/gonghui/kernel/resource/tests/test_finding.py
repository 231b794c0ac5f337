"""The search above every page finds records of each resource, and only those of the actor's."""

from __future__ import annotations

import pytest
from django.test import Client

from gonghui.kernel.access.roles import AUDITOR, HANDLER
from gonghui.kernel.search.finding import find

pytestmark = pytest.mark.django_db


def test_people_and_unions_are_found_within_the_scope(world) -> None:
    member = world.member(world.factory, "欧阳若兰")
    there = world.actor("蜀山", (HANDLER, world.shushan))
    titles = {group.title: group.hits for group in find("欧阳", there)}
    assert [hit.title for hit in titles["会员"]] == [str(member)]
    assert titles["会员"][0].note == world.factory.name
    assert [hit.title for group in find("华阳机械", there) for hit in group.hits] == [
        world.factory.name
    ]
    assert find("欧阳", world.actor("镜湖", (HANDLER, world.jinghu))) == []
    assert find("欧阳", world.actor("审计", (AUDITOR, world.province))) == []


def test_the_page_links_to_the_record(world) -> None:
    member = world.member(world.factory, "欧阳若兰")
    client = Client()
    client.force_login(world.user("cadre", (HANDLER, world.shushan)))
    page = client.get("/search/", {"q": member.number}).content.decode()
    assert f'href="/w/memberships/{member.pk}/"' in page
