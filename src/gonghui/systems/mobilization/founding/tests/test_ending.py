"""The statement of property is asked for wherever a union ends, not only where it asks itself."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.org import ending
from gonghui.systems.mobilization.founding.actions import matters
from gonghui.systems.mobilization.founding.models import Matter
from gonghui.systems.mobilization.founding.tests.test_founding import END
from gonghui.systems.mobilization.membership.public import close_union, merge_union

TODAY = timezone.localdate()
STATED = {
    "property_cash": 1200,
    "property_assets": 0,
    "property_debts": 300,
    "property_audit": "账实相符",
}


@pytest.fixture
def town(world):
    return world.actor("镇审批", (APPROVER, world.jinggang))


def ended(union):
    return type(union).objects.unscoped("test").get(pk=union.pk).status


def test_a_superior_states_the_property_to_merge_or_close(world, town):
    facts = {"by": town, "on": TODAY, "document": "井工〔2026〕9号"}
    for stated in (None, {}, {**STATED, "property_audit": " "}):
        with pytest.raises(Refusal, match="经费审查"):
            close_union(world.factory, stated=stated, **facts)
    assert ended(world.factory) == "active" and not Matter.objects.unscoped("test").exists()
    merge_union(world.factory, into=world.shop, stated=STATED, **facts)
    kept = Matter.objects.unscoped("test").get()
    assert (kept.kind, kept.state, kept.document) == ("merge", "approved", "井工〔2026〕9号")
    assert kept.property_to == world.shop.name and kept.property_debts == 300
    close_union(world.shop, stated=STATED, **facts)
    closed = Matter.objects.unscoped("test").get(kind="close")
    assert closed.property_to == world.jinggang.name


def test_a_request_under_way_is_decided_there(world, town):
    handler = world.actor("厂经办", (HANDLER, world.factory))
    asked = matters.ask_close(world.factory, by=handler, reason="企业注销", **END)
    facts = {"by": town, "on": TODAY, "document": "井工〔2026〕9号", "stated": STATED}
    with pytest.raises(Conflict, match="办理中的撤销申请"):
        close_union(world.factory, **facts)
    matters.approve(asked, by=town, document="井工〔2026〕9号")
    assert ended(world.factory) == "closed"
    assert Matter.objects.unscoped("test").count() == 1


def test_another_superior_states_nothing(world):
    other = world.actor("他区", (APPROVER, world.luyang))
    stated = ending.Ending(world.factory, None, "x", "", other, STATED)
    with pytest.raises(Forbidden):
        matters.state_property(world.factory, by=other, ending=stated)


def test_the_page_of_the_tree_asks_for_it(world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client = Client()
    client.force_login(world.user("镇审批", (APPROVER, world.jinggang)))
    place = f"/unions/{world.factory.pk}/restructure/close/"
    page = client.get(place).content.decode()
    assert "财产说明" in page and "经费审查或审计意见" in page
    paper = SimpleUploadedFile("批复.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
    asked = {"on": TODAY.isoformat(), "document": "井工〔2026〕9号", "evidence": paper}
    missing = client.post(place, asked)
    assert missing.status_code == 422 and "井工〔2026〕9号" in missing.content.decode()
    paper.seek(0)
    preview = client.post(place, {**asked, **STATED})
    text = preview.content.decode()
    assert preview.status_code == 200 and "账实相符" in text
    key = text.split('name="evidence_key" value="')[1].split('"')[0]
    sure = {**asked, **STATED, "evidence_key": key, "do": "confirm"}
    del sure["evidence"]
    assert client.post(place, sure).status_code == 302
    assert ended(world.factory) == "closed"
    assert Matter.objects.unscoped("test").get().property_audit == "账实相符"


def test_a_demand_is_registered_once():
    known = ending.demands()[0]
    assert ending.register(known) is known
    with pytest.raises(ValueError, match="twice"):
        ending.register(ending.Demand(known.code, "x", "x", dict, lambda found: None))
