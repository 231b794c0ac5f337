"""The procedures against the database: each to its end, and every refusal on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.bus.dispatch import dispatch_pending
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.org import tree
from gonghui.kernel.testing.settings import setting_set
from gonghui.systems.mobilization.legal_person.actions import applications, certificates, examining
from gonghui.systems.mobilization.legal_person.actions.registering import take_over
from gonghui.systems.mobilization.legal_person.jobs.watching import compare, lapse, renew
from gonghui.systems.mobilization.legal_person.models import (
    Application,
    Certificate,
    LegalPerson,
    SealUse,
    Sheet,
    State,
    UnionCode,
)
from gonghui.systems.mobilization.legal_person.queries import applications as queries
from gonghui.systems.mobilization.legal_person.rules import procedures as rules
from gonghui.systems.mobilization.legal_person.tests import makers

pytestmark = pytest.mark.django_db


def todos(application) -> list[tuple[str, int]]:
    rows = Todo.objects.filter(
        target_type="legal_person.application", target_id=str(application.pk), done_at=None
    )
    return list(rows.values_list("kind", "union_id"))


def fresh(application) -> Application:
    return Application.objects.unscoped("test").get(pk=application.pk)


class TestApplying:
    def test_a_draft_is_filled_from_the_record_and_waits_for_its_union(self, world):
        by = world.actor("经办", (HANDLER, world.factory))
        made = applications.draw(world.factory, by=by, procedure=rules.NEW)
        assert (made.name, made.registrar) == (world.factory.name, world.shushan)
        assert made.receipt is None and todos(made) == [("legal.submit", world.factory.pk)]

    def test_what_lacks_is_named_facts_before_materials(self, world):
        by = world.actor("经办", (HANDLER, world.factory))
        made = applications.draw(world.factory, by=by, procedure=rules.NEW)
        with pytest.raises(Refusal, match=r"住所.*证件号码"):
            applications.submit(made, by=by)
        made = applications.edit(made, by=by, name=made.name, **makers.facts(world, rules.NEW))
        with pytest.raises(Refusal, match="成立工会的批复"):
            applications.submit(made, by=by)

    def test_one_application_at_a_time(self, world):
        makers.drawn(world, world.factory)
        with pytest.raises(Conflict, match="已有一份"):
            makers.drawn(world, world.factory)

    def test_only_unions_that_may_and_procedures_that_fit(self, world):
        by = world.actor("经办", (HANDLER, world.shushan))
        with pytest.raises(Refusal, match="不在本平台申请"):
            applications.draw(world.shushan, by=by, procedure=rules.NEW)
        with pytest.raises(Refusal, match="还没有登记为法人"):
            applications.draw(world.factory, by=by, procedure=rules.CHANGE)
        makers.legal_person(world, world.factory)
        with pytest.raises(Refusal, match="已经登记为法人"):
            applications.draw(world.factory, by=by, procedure=rules.NEW)
        world.shop.uscc = makers.synthetic_uscc(world.rng, "340104")
        world.shop.save()
        with pytest.raises(Refusal, match="不再申请新的代码"):
            applications.draw(world.shop, by=by, procedure=rules.NEW)

    def test_after_sixty_days_a_reason_is_asked_and_kept(self, world):
        with pytest.raises(Refusal, match="60 天"):
            makers.submitted(world, world.factory, late_reason="")
        found = makers.submitted(world, world.shop)
        assert found.late and found.receipt.startswith("FR")

    def test_a_change_after_thirty_days_is_late(self, world):
        makers.legal_person(world, world.factory, representative_name="旧主席")
        day = timezone.localdate() - timedelta(31)
        with pytest.raises(Refusal, match="30 天"):
            makers.submitted(world, world.factory, rules.CHANGE, happened_on=day)

    def test_a_re_election_after_the_certificate_ran_out_is_late(self, world):
        ended = timezone.localdate() - timedelta(1)
        makers.legal_person(world, world.factory, expires_on=ended)
        with pytest.raises(Refusal, match="有效期满前"):
            makers.submitted(world, world.factory, rules.ELECTION)
        makers.legal_person(world, world.shop, expires_on=timezone.localdate())
        assert not makers.submitted(world, world.shop, rules.ELECTION).late

    def test_a_new_representative_has_a_number_of_their_own(self, world):
        number = makers.facts(world, rules.NEW)["representative_id"]
        makers.legal_person(world, world.factory, representative_id=number)
        with pytest.raises(Refusal, match="还没有填写证件号码") as caught:
            makers.submitted(world, world.factory, rules.CHANGE, representative_id="")
        assert caught.value.field == "representative_id"
        by = world.actor("经办", (HANDLER, world.factory))
        made = queries.open_application(world.factory.pk)
        other = makers.facts(world, rules.NEW)["representative_id"]
        assert other != number
        made = applications.edit(made, by=by, representative_id=other)
        assert applications.submit(made, by=by).state == State.SUBMITTED

    @pytest.mark.parametrize("procedure", [rules.REISSUE, rules.DELAY, rules.CANCEL])
    def test_facts_a_procedure_does_not_ask_for_are_not_taken(self, world, procedure):
        person = makers.legal_person(world, world.factory)
        by = world.actor("经办", (HANDLER, world.factory))
        made = applications.draw(world.factory, by=by, procedure=procedure, name="别的名称工会")
        made = applications.edit(made, by=by, residence="别处", representative_name="束文斌")
        assert made.name == person.name and made.residence == person.residence
        assert made.representative_name == person.representative_name

    def test_a_change_that_changes_nothing(self, world):
        makers.legal_person(world, world.factory, representative_name="束文斌")
        with pytest.raises(Refusal, match="没有要变更"):
            makers.submitted(world, world.factory, rules.CHANGE)

    def test_numbers_are_sealed_and_shown_masked(self, world):
        made = makers.drawn(world, world.factory)
        number = made.representative_id.reveal()
        assert number not in made.representative_mask and "1990000" not in made.contact_mask
        for entry in Entry.objects.all():
            assert number not in str(entry.changes) and "19900001234" not in str(entry.changes)

    def test_a_wrong_id_number_is_refused_beside_its_field(self, world):
        with pytest.raises(Refusal) as caught:
            makers.drawn(world, world.factory, representative_id="340104198003021234")
        assert caught.value.field == "representative_id"

    def test_files_are_for_materials_of_the_list_and_of_types_taken(self, world):
        made = makers.drawn(world, world.factory)
        by = world.actor("经办", (HANDLER, world.factory))
        with pytest.raises(Refusal, match="不收这种材料"):
            applications.bring(made, by=by, files={"consent": makers.paper()})
        bad = makers.paper("x")
        bad.name = "x.exe"
        with pytest.raises(Refusal) as caught:
            applications.bring(made, by=by, files={"form": bad})
        assert caught.value.field == "form"

    def test_another_union_has_no_say(self, world):
        made = makers.drawn(world, world.factory)
        for union in (world.shop, world.jinghu):
            with pytest.raises(Forbidden):
                applications.submit(made, by=world.actor("外人", (HANDLER, union)))

    def test_withdrawn_and_applied_for_again(self, world):
        made = makers.submitted(world, world.factory)
        by = world.actor("经办", (HANDLER, world.factory))
        made = applications.withdraw(made, by=by)
        assert made.state == State.WITHDRAWN and not todos(made)
        makers.submitted(world, world.factory)


class TestExamining:
    def test_superiors_see_but_do_not_register_in_its_stead(self, world):
        made = makers.submitted(world, world.factory)
        city = world.actor("市总", (HANDLER, world.hefei), (APPROVER, world.hefei))
        assert city.may(queries.at_registrar and examining.accept.permission, made.registrar.path)
        with pytest.raises(Forbidden, match="不代为登记"):
            examining.accept(made, by=city)
        with pytest.raises(Forbidden):
            examining.accept(made, by=world.actor("基层", (HANDLER, world.factory)))
        with pytest.raises(Forbidden):
            examining.accept(made, by=world.actor("镇总", (HANDLER, world.jinggang)))
        assert fresh(made).state == State.SUBMITTED

    def test_accepting_starts_the_clock(self, world):
        made = makers.accepted(world, world.factory)
        assert made.due_on == add_workdays(timezone.localdate(), 15)
        assert todos(made) == [("legal.examine", world.shushan.pk)]

    def test_supplement_once_with_the_clock_standing(self, world):
        made = makers.accepted(world, world.factory)
        by = makers.examiner(world, world.factory)
        made = examining.supplement(made, by=by, reason="住所证明过期，请补新的")
        assert made.left == 15 and made.state == State.SUPPLEMENT
        assert made.supplement_due_on == add_workdays(timezone.localdate(), 10)
        with pytest.raises(Conflict):
            examining.examine(made, by=by, favourable=True, finding="材料齐全")
        own = world.actor("经办", (HANDLER, world.factory))
        made = applications.bring(made, by=own, files={"residence": makers.paper()})
        made = applications.answer(made, by=own)
        assert made.state == State.EXAMINING and made.left is None
        assert made.due_on == add_workdays(timezone.localdate(), 15)
        with pytest.raises(Refusal, match="告知过一次"):
            examining.supplement(made, by=by, reason="再补一份别的材料")

    def test_supplement_before_acceptance_goes_back_to_acceptance(self, world):
        made = makers.submitted(world, world.factory)
        by = makers.examiner(world, world.factory)
        made = examining.supplement(made, by=by, reason="申请表没有盖章")
        made = applications.answer(made, by=world.actor("经办", (HANDLER, world.factory)))
        assert made.state == State.SUBMITTED

    def test_nobody_mends_in_time(self, world):
        made = makers.accepted(world, world.factory)
        made = examining.supplement(
            made, by=makers.examiner(world, world.factory), reason="住所证明过期"
        )
        assert lapse() == 0
        Application.objects.unscoped("test").update(
            supplement_due_on=timezone.localdate() - timedelta(1)
        )
        assert lapse() == 1 and lapse() == 0
        assert fresh(made).state == State.LAPSED
        makers.drawn(world, world.factory)

    def test_differences_are_decided_before_it_goes_on(self, world):
        made = makers.accepted(world, world.factory)
        by = makers.examiner(world, world.factory)
        assert {line.field for line in queries.open_lines(made)} >= {"name", "residence"}
        with pytest.raises(Conflict, match="还没有核实"):
            examining.examine(made, by=by, favourable=True, finding="材料齐全")
        made = examining.compare(made, by=by, choices={"name": "recorded"})
        assert made.name == world.factory.name
        with pytest.raises(Refusal, match="没有这一项"):
            examining.compare(made, by=by, choices={"residence": "recorded"})
        made = examining.examine(made, by=by, favourable=False, finding="住所不实")
        assert made.state == State.EXAMINED

    def test_keeping_both_sides_needs_a_reason_and_a_step_a_choice(self, world):
        made = makers.accepted(world, world.factory)
        by = makers.examiner(world, world.factory)
        with pytest.raises(Refusal, match="还没有选择"):
            examining.compare(made, by=by, choices={"name": "", "nonsense": "both"})
        with pytest.raises(Refusal, match="各自保留"):
            examining.compare(made, by=by, choices={"name": "both"})
        made = examining.compare(made, by=by, choices={"name": "both"}, reason="章程名称未改")
        assert made.decisions["name"]["reason"] == "章程名称未改"

    def test_examiner_and_decider_are_two_people(self, world):
        made = makers.examined(world, world.factory)
        one = world.actor("一人", (HANDLER, world.shushan), (APPROVER, world.shushan))
        made = examining.send_back(made, by=one, reason="请再核对住所")
        made = examining.examine(made, by=one, favourable=True, finding="已核对住所")
        with pytest.raises(Forbidden, match="审查人不能核准"):
            examining.approve(made, by=one)
        with setting_set(examining.TWO_PERSONS, False):
            assert examining.approve(made, by=one).state == State.CODING

    def test_who_applies_does_not_register(self, world):
        both = world.actor("兼任", (HANDLER, world.factory), (HANDLER, world.shushan))
        made = makers.drawn(world, world.factory)
        made = applications.submit(made, by=both)
        with pytest.raises(Forbidden, match="自己提交"):
            examining.accept(made, by=both)

    def test_refused_appealed_and_examined_anew(self, world):
        made = makers.examined(world, world.factory)
        decider = makers.decider(world, world.factory)
        with pytest.raises(Refusal, match="理由"):
            examining.refuse(made, by=decider, reason="不")
        made = examining.refuse(made, by=decider, reason="不具备独立的经费")
        assert made.document.endswith("号") and made.state == State.REFUSED
        own = world.actor("经办", (HANDLER, world.factory))
        made = applications.appeal(made, by=own, reason="经费账户已经开立")
        assert todos(made) == [("legal.judge", world.hefei.pk)]
        with pytest.raises(Forbidden):
            examining.judge(made, by=decider, uphold=True, reason="维持原来的决定")
        province = world.actor("省总", (APPROVER, world.province))
        with pytest.raises(Forbidden, match=f"由“{world.hefei.name}”复核"):
            examining.judge(made, by=province, uphold=True, reason="维持原来的决定")
        city = world.actor("市总", (APPROVER, world.hefei))
        made = examining.judge(made, by=city, uphold=False, reason="经费账户已核实")
        assert made.state == State.EXAMINING
        # The decision is undone: there is no paper of one until the next.
        assert (made.granted, made.document) == (None, "")
        by = makers.examiner(world, world.factory)
        made = examining.examine(made, by=by, favourable=False, finding="仍然不符合")
        made = examining.refuse(made, by=decider, reason="住所证明不实")
        with pytest.raises(Refusal, match="已经复核过"):
            applications.appeal(made, by=own, reason="再次申请复核")

    def test_an_appeal_has_its_term(self, world):
        made = makers.examined(world, world.factory)
        made = examining.refuse(
            made, by=makers.decider(world, world.factory), reason="不具备独立的经费"
        )
        made.decided_at = timezone.now() - timedelta(days=62)
        made.save()
        with pytest.raises(Refusal, match="复核期限"):
            applications.appeal(
                made, by=world.actor("经办", (HANDLER, world.factory)), reason="不服决定"
            )

    def test_decisions_are_numbered_without_gaps(self, world):
        first = makers.approved(world, world.factory)
        second = makers.approved(world, world.shop)
        year = timezone.localdate().year
        assert (first.document, second.document) == (f"工法登〔{year}〕1号", f"工法登〔{year}〕2号")
        assert makers.approved(world, world.mill).document == f"工法登〔{year}〕1号"


class TestEffects:
    def test_decided_differences_are_written_back(self, world):
        makers.approved(world, world.factory)
        world.factory.refresh_from_db()
        assert world.factory.name == "安徽华阳机械有限公司工会委员会"
        record = queries.recorded_facts(world.factory)
        assert record["representative_name"] == "占国强" and "井岗路" in record["residence"]

    def test_a_change_after_the_decision_on_it_asks_again(self, world):
        made = makers.examined(world, world.factory)
        tree.rename(
            world.factory,
            "另一个名称工会",
            on=timezone.localdate(),
            today=timezone.localdate(),
        )
        with pytest.raises(Conflict, match="工会名称"):
            examining.approve(made, by=makers.decider(world, world.factory))
        assert fresh(made).document == ""

    def test_new_waits_for_the_code_and_has_neither_person_nor_certificate(self, world):
        made = makers.approved(world, world.factory)
        assert made.state == State.CODING and made.code_requests.unscoped("test").count() == 1
        assert not LegalPerson.objects.unscoped("test").exists()
        assert not Certificate.objects.unscoped("test").exists()
        assert not UnionCode.objects.unscoped("test").exists()

    def test_change_and_election(self, world):
        makers.legal_person(world, world.factory, representative_name="旧主席")
        made = makers.approved(world, world.factory, rules.CHANGE)
        person = queries.person_of(world.factory.pk)
        assert person.representative_name == "束文斌" and made.state == State.CERTIFYING
        assert len(queries.certificates_of(made)) == 2
        other = makers.legal_person(world, world.shop)
        made = makers.approved(world, world.shop, rules.ELECTION)
        person = queries.person_of(world.shop.pk)
        assert person.expires_on > other.expires_on
        assert person.expires_on == rules.add_months(made.happened_on, 60)

    def test_delay_once(self, world):
        person = makers.legal_person(world, world.factory)
        wanted = rules.add_months(person.expires_on, 6)
        made = makers.approved(world, world.factory, rules.DELAY, delayed_to=wanted)
        assert queries.person_of(world.factory.pk).expires_on == wanted
        _issue_all(world, made)
        with pytest.raises(Refusal, match="不能再次延期"):
            makers.submitted(
                world, world.factory, rules.DELAY, delayed_to=wanted + timedelta(days=5)
            )

    def test_reissue_voids_at_once_and_cancel_ends_code_and_certificates(self, world):
        makers.legal_person(world, world.factory)
        _issue_all(world, makers.approved(world, world.factory, rules.REISSUE))
        second = makers.approved(world, world.factory, rules.REISSUE)
        states = set(
            Certificate.objects.unscoped("test")
            .exclude(application=second)
            .values_list("state", flat=True)
        )
        assert states == {"void"}
        _issue_all(world, second)
        made = makers.approved(world, world.factory, rules.CANCEL)
        assert made.state == State.DONE and queries.person_of(world.factory.pk) is None
        assert UnionCode.objects.unscoped("test").get().state == "cancelled"
        states = Certificate.objects.unscoped("test").values_list("state", flat=True)
        assert set(states) == {"void"}
        world.factory.refresh_from_db()
        assert world.factory.uscc == ""

    def test_a_union_that_ended_may_still_be_taken_off_the_register(self, world):
        makers.legal_person(world, world.factory)
        tree.close(world.factory, on=timezone.localdate(), today=timezone.localdate(), members=0)
        by = world.actor("镇总", (HANDLER, world.jinggang))
        with pytest.raises(Refusal, match="只能办理注销"):
            applications.draw(world.factory, by=by, procedure=rules.REISSUE)
        made = applications.draw(
            world.factory, by=by, procedure=rules.CANCEL, **makers.facts(world, rules.CANCEL)
        )
        assert made.state == State.DRAFT

    def test_an_ended_union_is_cancelled_but_nothing_else(self, world):
        makers.legal_person(world, world.factory)
        made = makers.examined(world, world.factory, rules.REISSUE)
        tree.close(world.factory, on=timezone.localdate(), today=timezone.localdate(), members=0)
        with pytest.raises(Conflict, match="不能登记"):
            examining.approve(made, by=makers.decider(world, world.factory))


def _issue_all(world, made) -> None:
    handler, approver = makers.examiner(world, made.union), makers.decider(world, made.union)
    for certificate in queries.certificates_of(made):
        makers.sheet(world, made.registrar, copy=certificate.copy)
        found = certificates.print_out(certificate, by=handler)
        found = certificates.seal(found, by=approver)
        certificates.issue(found, by=handler, received_by="储晓燕")


class TestCertificates:
    def test_printing_takes_the_next_sheet_once(self, world):
        made = makers.certificate(world, world.factory)
        by = makers.examiner(world, world.factory)
        with pytest.raises(Refusal, match="没有库存"):
            certificates.print_out(made, by=by)
        makers.sheet(world, world.shushan, copy="duplicate")
        with pytest.raises(Refusal, match="没有库存"):
            certificates.print_out(made, by=by)
        makers.sheet(world, world.shushan, number="ZB900002")
        makers.sheet(world, world.shushan, number="ZB900001")
        made = certificates.print_out(made, by=by)
        assert certificates.sheet_of(made).number == "ZB900001"
        with pytest.raises(Conflict, match="不能打印"):
            certificates.print_out(made, by=by)

    def test_spoiled_sheets_are_kept_and_the_next_is_taken(self, world):
        made = makers.certificate(world, world.factory)
        by = makers.examiner(world, world.factory)
        for number in ("ZB900001", "ZB900002"):
            makers.sheet(world, world.shushan, number=number)
        made = certificates.print_out(made, by=by)
        made = certificates.spoil(made, by=by, reason="打印偏位")
        made = certificates.print_out(made, by=by)
        assert certificates.sheet_of(made).number == "ZB900002"
        spoiled = Sheet.objects.unscoped("test").get(number="ZB900001")
        assert spoiled.state == "spoiled" and spoiled.spoiled_reason == "打印偏位"

    def test_sealed_entered_in_the_record_then_issued_and_the_old_one_void(self, world):
        makers.legal_person(world, world.factory)
        first = makers.approved(world, world.factory, rules.ELECTION)
        _issue_all(world, first)
        assert fresh(first).state == State.DONE
        assert SealUse.objects.unscoped("test").count() == 2
        second = makers.approved(world, world.factory, rules.CHANGE, representative_name="盛晓兰")
        valid = Certificate.objects.unscoped("test").filter(state="issued")
        assert {item.application_id for item in valid} == {first.pk}
        _issue_all(world, second)
        assert {item.application_id for item in valid.all()} == {second.pk}

    def test_not_out_of_order(self, world):
        made = makers.certificate(world, world.factory)
        handler = makers.examiner(world, world.factory)
        approver = makers.decider(world, world.factory)
        with pytest.raises(Conflict):
            certificates.seal(made, by=approver)
        with pytest.raises(Conflict):
            certificates.issue(made, by=handler, received_by="储晓燕")
        with pytest.raises(Conflict):
            certificates.spoil(made, by=handler, reason="打印偏位")
        makers.sheet(world, world.shushan)
        city = world.actor("市总", (HANDLER, world.hefei))
        with pytest.raises(Forbidden):
            certificates.print_out(made, by=city)

    def test_sheets_are_received_by_registrars_and_never_twice(self, world):
        by = world.actor("经办", (HANDLER, world.shushan))
        pack = {
            "copy": "original",
            "prefix": "皖",
            "first": "0001",
            "count": 3,
            "received_on": timezone.localdate(),
            "received_from": "合肥市总工会",
        }
        certificates.receive(world.shushan, by=by, **pack)
        assert Sheet.objects.unscoped("test").count() == 3
        with pytest.raises(Refusal, match="已经登记过"):
            certificates.receive(world.shushan, by=by, **{**pack, "first": "0003"})
        with pytest.raises(Refusal, match="县级以上"):
            certificates.receive(world.jinggang, by=by, **pack)
        sheet = Sheet.objects.unscoped("test").first()
        assert certificates.waste(sheet, by=by, reason="受潮变形").state == "spoiled"
        with pytest.raises(Conflict):
            certificates.waste(sheet, by=by, reason="受潮变形")
        city = world.actor("市总", (HANDLER, world.hefei))
        with pytest.raises(Forbidden, match="保管"):
            certificates.waste(sheet, by=city, reason="受潮变形")


class TestWatching:
    def test_renewal_is_told_once_per_expiry(self, world):
        today = timezone.localdate()
        person = makers.legal_person(world, world.factory, expires_on=today + timedelta(30))
        makers.legal_person(world, world.shop, expires_on=today + timedelta(31))
        assert renew() == 1 and renew() == 0
        kinds = Todo.objects.filter(kind="legal.renew", done_at=None)
        assert list(kinds.values_list("target_id", flat=True)) == [str(person.pk)]
        makers.approved(world, world.factory, rules.ELECTION)
        assert not kinds.exists()

    def test_mismatches_are_found_daily_and_at_once(self, world):
        person = makers.legal_person(world, world.factory)
        assert compare() == 0
        # A change writes its chair into the record; the register is then made to differ.
        makers.approved(world, world.factory, rules.CHANGE)
        assert compare() == 0
        rows = LegalPerson.objects.unscoped("test").filter(pk=person.pk)
        rows.update(representative_name="占国强")
        publish("cn.gonghui.union.changed", "union/1", {"id": world.factory.pk})
        dispatch_pending()
        assert "束文斌" in rows.get().mismatch and "占国强" in rows.get().mismatch
        assert compare() == 0
        rows.update(representative_name="束文斌")
        assert compare() == 1 and rows.get().mismatch == ""

    def test_founding_opens_a_draft_once(self, world):
        data = {
            "id": world.factory.pk,
            "elected_on": "2026-11-02",
            "years": 5,
            "document": "井工发〔2026〕7号",
        }
        for _ in range(2):
            publish("cn.gonghui.founding.approved", "union/1", data, world.factory.path)
        dispatch_pending()
        made = Application.objects.unscoped("test").get()
        assert (made.state, made.procedure, made.term_years) == (State.DRAFT, rules.NEW, 5)
        assert todos(made) == [("legal.submit", world.factory.pk)]
        assert made.founded_document == data["document"]

    def test_a_re_election_opens_the_renewal_with_the_chair_elected(self, world):
        makers.legal_person(world, world.factory)
        _issue_all(world, makers.approved(world, world.factory, rules.CHANGE))
        Application.objects.unscoped("test").update(representative_name="")
        data = {"id": world.factory.pk, "elected_on": "2026-11-02", "years": 3, "document": "9号"}
        publish("cn.gonghui.founding.renewed", "union/1", data, world.factory.path)
        dispatch_pending()
        made = Application.objects.unscoped("test").get(procedure=rules.ELECTION)
        assert (made.state, made.basis) == (State.DRAFT, "9号")
        assert made.representative_name == "束文斌"


class TestTakingOver:
    def facts(self, world, **given):
        today = timezone.localdate()
        return {
            "name": world.factory.name,
            "number": "工法证字第340104900001号",
            "residence": "合肥市蜀山区",
            "representative_name": "占国强",
            "registered_on": today - timedelta(900),
            "valid_from": today - timedelta(900),
            "expires_on": today + timedelta(100),
            **given,
        }

    def test_from_the_certificate_with_every_check(self, world):
        by = world.actor("经办", (HANDLER, world.shushan))
        code = makers.union_code(world, world.shop)
        with pytest.raises(Refusal, match="不能再次赋给"):
            take_over(world.factory, by=by, uscc=code.uscc, **self.facts(world))
        with pytest.raises(Refusal):
            take_over(world.factory, by=by, uscc=code.uscc[:17] + "0", **self.facts(world))
        good = makers.synthetic_uscc(world.rng, "340104")
        made = take_over(world.factory, by=by, uscc=good, **self.facts(world))
        world.factory.refresh_from_db()
        assert made.code.taken_over and world.factory.uscc == good
        with pytest.raises(Conflict, match="已经在法人库"):
            take_over(world.factory, by=by, uscc=good, **self.facts(world))

    def test_not_while_the_union_applies(self, world):
        by = world.actor("经办", (HANDLER, world.shushan))
        makers.coding(world, world.factory)
        good = makers.synthetic_uscc(world.rng, "340104")
        with pytest.raises(Conflict, match="正在申请"):
            take_over(world.factory, by=by, uscc=good, **self.facts(world))

    def test_by_the_registrar_alone(self, world):
        by = world.actor("基层", (HANDLER, world.factory))
        good = makers.synthetic_uscc(world.rng, "340104")
        with pytest.raises(Forbidden):
            take_over(world.factory, by=by, uscc=good, **self.facts(world))
