"""The pages of C1.2: papers, the print, the public check, renewals and figures, files."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER
from gonghui.kernel.documents import codes
from gonghui.kernel.documents.models import CheckCode
from gonghui.kernel.org.scoping import Scope
from gonghui.systems.mobilization.legal_person.actions import applications, certificates, examining
from gonghui.systems.mobilization.legal_person.models import (
    Application,
    CodeRange,
    LegalPerson,
    Sheet,
)
from gonghui.systems.mobilization.legal_person.queries import applications as queries
from gonghui.systems.mobilization.legal_person.queries import persons
from gonghui.systems.mobilization.legal_person.rules import procedures as rules
from gonghui.systems.mobilization.legal_person.tests import makers
from gonghui.systems.mobilization.legal_person.views import layouts

pytestmark = pytest.mark.django_db


def client_of(world, union, role=HANDLER) -> Client:
    client = Client()
    client.force_login(world.user("某人", (role, union)))
    return client


def issued(world, union):
    """The original and the duplicate of an election, handed out."""
    makers.legal_person(world, union)
    made = makers.approved(world, union, rules.ELECTION)
    handler, approver = makers.examiner(world, union), makers.decider(world, union)
    for item in queries.certificates_of(made):
        makers.sheet(world, made.registrar, copy=item.copy)
        printed = certificates.print_out(item, by=handler)
        sealed = certificates.seal(printed, by=approver)
        certificates.issue(sealed, by=handler, received_by="储晓燕")
    return queries.certificates_of(made)


def test_papers_come_with_their_step_and_only_to_who_sees_the_application(world):
    made = makers.accepted(world, world.factory)
    own, other = client_of(world, world.factory), client_of(world, world.jinghu)
    answer = own.get(f"/legal/{made.pk}/paper/accepted/")
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF")
    assert own.get(f"/legal/{made.pk}/paper/decision/").status_code == 404
    assert own.get(f"/legal/{made.pk}/paper/nonsense/").status_code == 404
    assert other.get(f"/legal/{made.pk}/paper/accepted/").status_code == 403
    form = layouts.application_form(made, list(made.materials.all()))
    assert made.representative_id.reveal() not in str(form)


@pytest.mark.parametrize("kind", ["refused", "approved"])
def test_decisions_say_what_why_and_what_next(world, kind):
    made = makers.examined(world, world.factory)
    made.document, made.decided_at = "工法登〔2026〕9号", timezone.now()
    made.granted = kind == "approved"
    made.opinion = "准予登记。" if made.granted else "住所不实"
    text = str(layouts.notice(made, "decision"))
    assert "工法登〔2026〕9号" in text and made.opinion in text
    assert ("复核一次" in text) == (kind == "refused")


def test_files_open_for_who_sees_the_application(world):
    made = makers.drawn(world, world.factory)
    key = made.materials.first().file_key
    for union, status in ((world.factory, 200), (world.shushan, 200), (world.jinghu, 403)):
        answer = client_of(world, union).get(reverse("files:download", args=[key]))
        assert answer.status_code == status, union


def test_the_print_is_for_the_registrar_while_it_waits_for_the_seal(world):
    made = makers.certificate(world, world.factory)
    makers.sheet(world, world.shushan)
    address = f"/legal/certificates/{made.pk}/print/"
    county = client_of(world, world.shushan)
    assert county.get(address).status_code == 409
    made = certificates.print_out(made, by=makers.examiner(world, world.factory))
    assert county.get(address).content.startswith(b"%PDF")
    for union in (world.hefei, world.factory, world.jinghu):
        assert client_of(world, union).get(address).status_code == 403
    certificates.seal(made, by=makers.decider(world, world.factory))
    assert county.get(address).status_code == 409


def test_offset_moves_and_stock_leaves_the_ground_out(world):
    made = makers.certificate(world, world.factory)
    onto = layouts.certificate(made, None, (1.5, -2.0), "")
    assert onto.offset_mm == (1.5, -2.0) and onto.stock and onto.seal is None
    shown = layouts.certificate(made, None, (0, 0), "样张")
    assert not shown.stock and shown.specimen == "样张"
    assert onto.fields["uscc"] == made.code.uscc


def test_check_codes_end_with_spoiling_and_with_the_next_certificate(world):
    first = issued(world, world.factory)
    live = [code for item in first for code in codes.of("legal_person.certificate", item.pk)]
    assert {code.state for code in live} == {"in_force"} and len(live) == 2
    made = makers.approved(world, world.factory, rules.REISSUE)
    states = set(CheckCode.objects.values_list("state", flat=True))
    assert states == {"revoked"}
    item = queries.certificates_of(made)[0]
    for _ in range(2):
        makers.sheet(world, world.shushan, copy=item.copy)
    by = makers.examiner(world, world.factory)
    item = certificates.print_out(item, by=by)
    item = certificates.spoil(item, by=by, reason="打印偏位")
    item = certificates.print_out(item, by=by)
    found = [code.state for code in codes.of("legal_person.certificate", item.pk)]
    assert found == ["in_force", "revoked"]


class TestCheckPage:
    def post(self, number, name):
        return Client().post("/legal/check/", {"number": number, "name": name})

    def test_number_or_code_with_the_whole_name(self, world):
        made = issued(world, world.factory)[0]
        for number in (made.number, made.code.uscc, made.code.uscc.lower()):
            assert "证书有效" in self.post(number, made.name).content.decode()
        assert self.post(made.number, made.name[:-1]).status_code == 404
        assert self.post("x", made.name).status_code == 404
        assert "没有这份证书" in self.post(made.number, "别的").content.decode()

    def test_expired_and_cancelled_are_said_to_be(self, world):
        made = next(item for item in issued(world, world.factory) if item.copy == "original")
        made.expires_on = timezone.localdate() - timezone.timedelta(days=1)
        made.save()
        assert "已过有效期" in self.post(made.number, made.name).content.decode()
        LegalPerson.objects.unscoped("test").update(
            state="cancelled", cancelled_on=timezone.localdate()
        )
        assert "注销" in self.post(made.number, made.name).content.decode()

    def test_what_is_not_handed_out_yet_is_not_known(self, world):
        made = makers.certificate(world, world.factory)
        assert self.post(made.number, made.name).status_code == 404

    def test_no_personal_number_is_shown(self, world):
        made = issued(world, world.factory)[0]
        text = self.post(made.number, made.name).content.decode()
        person = LegalPerson.objects.unscoped("test").get(pk=made.person_id)
        assert person.representative_id.reveal() not in text
        assert person.representative_mask not in text


def test_renewals_and_figures_within_the_scope(world):
    today = timezone.localdate()
    soon = today + timezone.timedelta(days=9)
    makers.legal_person(world, world.factory, expires_on=soon, mismatch="法定代表人不同")
    for union, seen in ((world.shushan, True), (world.hefei, True), (world.jinghu, False)):
        client = client_of(world, union, VIEWER)
        for address in ("/legal/renewals/", "/legal/statistics/"):
            assert client.get(address).status_code == 200
        assert (world.factory.name in client.get("/legal/renewals/").content.decode()) == seen
    assert (
        client_of(world, world.jinghu, APPROVER)
        .get(f"/legal/statistics/?under={world.shushan.pk}")
        .status_code
        == 403
    )
    assert Client().get("/legal/renewals/").status_code in {302, 403}


def test_figures_of_a_county_are_by_its_streets(world):
    makers.legal_person(world, world.factory)
    found = {
        row["unit"].pk: row["total"]
        for union in (world.province, world.hefei, world.shushan)
        for row in persons.by_unit(union, Scope.of([union.path]), timezone.localdate())
    }
    assert found[world.hefei.pk] == found[world.shushan.pk] == found[world.jinggang.pk] == 1
    assert found[world.wuhu.pk] == 0 and world.factory.pk not in found


def test_an_undone_refusal_has_no_paper(world):
    made = makers.examined(world, world.factory)
    decider = makers.decider(world, world.factory)
    made = examining.refuse(made, by=decider, reason="不具备独立的经费")
    own = world.actor("经办", (HANDLER, world.factory))
    made = applications.appeal(made, by=own, reason="经费账户已经开立")
    client = client_of(world, world.factory)
    assert client.get(f"/legal/{made.pk}/paper/decision/").status_code == 200
    city = world.actor("市总", (APPROVER, world.hefei))
    examining.judge(made, by=city, uphold=False, reason="经费账户已核实")
    assert client.get(f"/legal/{made.pk}/paper/decision/").status_code == 404
    text = client.get(f"/w/legal-applications/{made.pk}/").content.decode()
    assert "受理通知书" in text and "登记决定书" not in text


@pytest.mark.parametrize(
    ("address", "given"),
    [
        ("legal-applications/new/draw", {"procedure": "new"}),
        ("legal-persons/new/enter", {"uscc": "x"}),
        ("code-ranges/new/file", {"prefix": "81340104"}),
        ("certificate-sheets/new/receive", {"copy": "original", "first": "0001", "count": 1}),
    ],
)
def test_another_county_begins_nothing_here(world, address, given):
    """What is begun on a union is refused to the cadres of another county, on page and API."""
    client = Client()
    roles = ((HANDLER, world.jinghu), (APPROVER, world.jinghu))
    client.force_login(world.user("外县", *roles))
    counted = (Application, LegalPerson, CodeRange, Sheet)
    for place in (f"/w/{address}/", f"/api/v1/{address}/"):
        sent = {**given, "union": world.shushan.pk}
        kind = {"content_type": "application/json"} if place.startswith("/api/") else {}
        answer = client.post(place, sent, **kind)
        assert answer.status_code in {403, 422}, (place, answer.status_code)
        if answer.status_code == 422:
            assert "union" in answer.content.decode()
    assert not any(model.objects.unscoped("test").exists() for model in counted)
