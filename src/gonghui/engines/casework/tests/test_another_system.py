"""One small package more: it declares, and hall, intake, desk, clock, timeline, figures work."""

from __future__ import annotations

import sys
import types

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gonghui.engines.casework.models import Case, Clock, Intake, Phase
from gonghui.engines.casework.testing import on_trial
from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.identity.models import User
from gonghui.kernel.notify import timeline
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.resource.declaration import SYSTEMS, services

pytestmark = pytest.mark.django_db

PACKAGE = '''
"""Lost and found (失物招领), the whole of it."""
from gonghui.engines.casework.declaring import CaseKind, ClockRule, Permissions, Until
from gonghui.engines.casework.parameters import PART_WORKDAYS
from gonghui.engines.casework.rules.clocks import Unit
from gonghui.kernel.access.roles import APPROVER, HANDLER, Permission
from gonghui.engines.casework import serving
from gonghui.kernel.resource.declaration import Served, System
from gonghui.kernel.resource.services import VOICE, Guide

def right(verb, title, *roles, **more):
    return Permission(f"lost.{verb}", title, roles, **more)

LOST = CaseKind(
    code="lost", title="失物招领", prefix="SW", system="X1", service="失物招领",
    permissions=Permissions(
        right("view", "查看失物", HANDLER, APPROVER), right("register", "登记失物", HANDLER),
        right("handle", "办理失物", HANDLER), right("approve", "审核失物答复", APPROVER),
        right("supervise", "督办失物", APPROVER), right("reveal", "查看失主", HANDLER),
        right("submit", "报失", open=True), right("own", "查看本人的报失", own=True),
    ),
    categories={"card": "会员卡", "bag": "包"},
    clocks=(ClockRule("reply", "答复失主", PART_WORKDAYS, Unit.WORK, until=Until.REPLIED),),
    reviewed=lambda case: False,
)
GUIDE = Guide("东西丢了，告诉工会", "五个工作日内答复", "省总工会")
SYSTEM = System(
    code="X1", name="失物招领系统", owner="办公室", chapter="测试",
    functions={"X1/1": Served(LOST.action("submit"), "报失")},
    services=(serving.service(LOST, "lost", (VOICE,), GUIDE),),
)
'''


@pytest.fixture
def lost():
    with on_trial():
        module = types.ModuleType("gonghui_lost")
        sys.modules["gonghui_lost"] = module
        exec(compile(PACKAGE, "gonghui_lost", "exec"), module.__dict__)
        yield module.LOST
        del sys.modules["gonghui_lost"]


def client_of(actor):
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def test_another_system(lost, world):
    system, service = services()["lost"]
    assert system is SYSTEMS["X1"] and service.title == "失物招领" and service.apply.screens
    person = world.person(world.mill, "严冬")
    worker = client_of(world.actor("严冬", person=person))
    clerk = client_of(
        world.actor("失物经办", (HANDLER, world.province), (APPROVER, world.province))
    )
    form = reverse("casework:submit", args=["lost"])
    assert "失物招领" in worker.get(form).content.decode()
    said = {"secrecy": "named", "category": "card", "title": "会员卡", "text": "丢在食堂"}
    page = worker.post(form, said).content.decode()
    raise_wall(Scope.everything())
    case = Case.objects.unscoped("test").get(kind="lost")
    assert case.number.startswith("SW") and case.number in page
    assert Clock.objects.get(case=case).due_on == case.due_on is not None
    assert case.number in clerk.get(reverse("casework:desk")).content.decode()
    for verb, given in (
        ("accept", {"category": "card", "difficulty": "common"}),
        ("take", {}),
        ("draft", {"text": "已找到，请来取。"}),
        ("submit_reply", {}),
    ):
        address = reverse("casework:do", args=[case.number, verb])
        answer = clerk.post(address, given)
        assert answer.status_code == 302, answer.content.decode()[-2000:]
    thread = reverse("casework:thread", args=[case.number])
    assert "已找到，请来取。" in worker.get(thread).content.decode()
    assert worker.post(thread, {"do": "rate", "score": "5"}).status_code == 302
    raise_wall(Scope.everything())
    case.refresh_from_db()
    assert case.phase == Phase.CLOSED
    number = Intake.objects.unscoped("test").get(case=case).pk
    lines = timeline.of_matter(person.pk, "casework.intake", number)
    assert [line.title for line in lines] == [
        "已收到",
        "已受理",
        "已签收",
        "已答复",
        "已评价",
        "已办结",
    ]
    assert [line.service for line in timeline.matters(person.pk)] == ["失物招领"]
    year = timezone.localdate().year
    figures = clerk.get(reverse("casework:statistics"), {"by": "kind", "from": f"{year}-01-01"})
    assert "失物招领" in figures.content.decode()
