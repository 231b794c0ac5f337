"""A cadre of another county breaks in nowhere: no page, verb, API, list, export or print of a case.

Every address is asked for by the desk's own people as well, so that none is merely misspelt.
"""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from gonghui.engines.casework.actions import work
from gonghui.engines.casework.forms import INTAKE_FORMS, VERB_FORMS
from gonghui.engines.casework.models import Case, CaseEvent, Intake
from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.systems.rights.feedback.actions.matters import row_of
from gonghui.systems.rights.feedback.tests import makers

pytestmark = pytest.mark.django_db
CLOSED = (403, 404)
GIVEN = {"kind": "csv", "purpose": "核对来件情况"}


@pytest.fixture
def desks(hotline):
    """Clients with every role of the business: at the case's county, and at another county."""

    def at(name, union):
        actor = hotline.world.actor(name, *((role, union) for role in (HANDLER, APPROVER, VIEWER)))
        client = Client()
        client.force_login(User.objects.get(pk=actor.user_id))
        return client

    return at("蜀山干部", hotline.world.shushan), at("镜湖干部", hotline.world.jinghu)


@pytest.fixture
def affair(hotline):
    """A case with a part asked, a call, a petition with its paper and an appeal, all at Shushan."""
    world = hotline.world
    county = world.actor("区经办", (HANDLER, world.shushan))
    row = makers.matter(world, world.shushan)
    case = work.accept(row.case, by=county, category="pay", summary="反映加班")
    case = work.take(case, by=county)
    part = work.ask_part(case, by=county, union=world.luyang, task="请协助核实")
    call = makers.call(world, world.shushan, case=case)
    paper = makers.petition(world, world.shushan, mobile="13805510008", name="李四")
    petition = work.accept(paper.case, by=county, category="pay")
    appeal = makers.appeal(world, world.shushan, petition=row_of(petition))
    return case, part, call, petition, appeal


def addresses(case, part, call, petition, appeal):
    """What there is to look at, of the case and the petition."""
    sheet = row_of(petition).papers.first()
    found = [
        reverse("casework:part", args=[part.pk]),
        reverse("feedback:call", args=[call.pk]),
        reverse("feedback:transcribe", args=[call.pk]),
        reverse("feedback:paper", args=[sheet.pk]),
        reverse("feedback:paper", args=[sheet.pk]) + "?print=plain",
    ]
    for item in (case, petition):
        found.append(reverse("casework:case", args=[item.number]))
        found += [reverse("casework:do", args=[item.number, verb]) for verb in ("describe", "step")]
    for code, pk in (
        ("hotline", row_of(case).pk),
        ("petitions", row_of(petition).pk),
        ("calls", call.pk),
        ("appeals", appeal.pk),
    ):
        found += [f"/w/{code}/{pk}/", f"/api/v1/{code}/{pk}/"]
    return found


def test_another_county_reads_nothing(hotline, desks, affair):
    own, other = desks
    for address in addresses(*affair):
        assert own.get(address).status_code == 200, address
        assert other.get(address).status_code in CLOSED, address
    case, _, _, petition, _ = affair
    links = {
        f"/w/hotline/{row_of(case).pk}/",
        f"/w/petitions/{row_of(petition).pk}/",
        f"/{case.number}/",
        f"/{petition.number}/",
    }
    for address in ("/casework/", "/w/hotline/", "/w/petitions/", "/w/appeals/", "/w/calls/"):
        for query in ("", case.number, petition.number, "13805510008"):
            text = other.get(f"{address}?q={query}").content.decode()
            marks = links | ({case.number, petition.number} - {query})
            assert not any(mark in text for mark in marks), f"{address}?q={query}"
    text = own.get(f"/w/hotline/?q={case.number}").content.decode()
    assert any(link in text for link in links)
    for code, item in (("hotline", case), ("petitions", petition)):
        assert item.number not in other.get(f"/api/v1/{code}/").content.decode()
        taken = [
            b"".join(client.post(f"/w/{code}/export/", GIVEN).streaming_content).decode()
            for client in (own, other)
        ]
        assert [item.number in text for text in taken] == [True, False]


def test_another_county_does_nothing(hotline, desks, affair):
    _, other = desks
    case, part, call, petition, appeal = affair
    raise_wall(Scope.everything())
    events = CaseEvent.objects.count()
    said = Intake.objects.unscoped("test").get(case=case)
    for item in (case, petition):
        for verb in [*VERB_FORMS, *INTAKE_FORMS]:
            address = reverse("casework:do", args=[item.number, verb])
            given = {"reason": "想办一下", "text": "想办一下", "words": "想办一下"}
            answer = other.post(f"{address}?intake={said.pk}", given)
            assert answer.status_code in CLOSED, (verb, answer.status_code)
        for name in ("reveal", "join"):
            address = reverse(f"casework:{name}", args=[item.number])
            assert other.post(address, {"reason": "想知道是谁"}).status_code in CLOSED, name
    sheet = row_of(petition).papers.first()
    for address in (
        reverse("casework:part", args=[part.pk]),
        reverse("feedback:call", args=[call.pk]),
        reverse("feedback:call-back", args=[call.pk]),
        reverse("feedback:paper", args=[sheet.pk]),
        f"/w/appeals/{appeal.pk}/decide/",
    ):
        assert other.post(address, {"reason": "核对", "text": "好"}).status_code in CLOSED, address
    raise_wall(Scope.everything())
    assert CaseEvent.objects.count() == events
    assert Case.objects.unscoped("test").get(pk=case.pk).version == case.version
