"""One record of each resource of C1.2, for the generated suite, and stages of an application."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.base.identifiers import Sex, synthetic_resident_id, synthetic_uscc
from gonghui.kernel.org.models import Union
from gonghui.kernel.testing.world import World
from gonghui.systems.mobilization.legal_person.actions import (
    applications,
    examining,
    requesting,
)
from gonghui.systems.mobilization.legal_person.models import (
    Application,
    Certificate,
    CodeRange,
    CodeRequest,
    LegalPerson,
    SealUse,
    Sheet,
    UnionCode,
)
from gonghui.systems.mobilization.legal_person.queries import applications as queries
from gonghui.systems.mobilization.legal_person.rules import procedures as rules

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n%%EOF\n"


def paper(name: str = "材料") -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{name}.pdf", PDF, "application/pdf")


def facts(world: World, procedure: str, **given: Any) -> dict[str, Any]:
    """Everything a procedure needs."""
    today = timezone.localdate()
    number = synthetic_resident_id(world.rng, "340104", date(1980, 3, 2), Sex.MALE)
    found: dict[str, Any] = {"contact_name": "储晓燕", "contact_phone": "19900001234"}
    if procedure == rules.NEW:
        found |= {
            "residence": "合肥市蜀山区井岗路 8 号",
            "representative_name": "占国强",
            "representative_id": number,
            "funds": "单位拨缴工会经费和会员会费",
            "founded_document": "井工发〔2026〕3号",
            "happened_on": today - timedelta(days=20),
            "term_years": 5,
            "late_reason": "登记资料曾在整理",
        }
    if procedure in (rules.CHANGE, rules.ELECTION):
        found |= {
            "happened_on": today - timedelta(days=5),
            "basis": "井工发〔2026〕9号",
            "reason": "主席调离，已补选",
            "representative_name": "束文斌",
            "representative_id": number,
            "term_years": 5,
        }
    if procedure in (rules.DELAY, rules.CANCEL, rules.REISSUE):
        found |= {"basis": "井工发〔2026〕10号", "reason": "企业搬迁，正本遗失并已声明"}
    return {**found, **given}


def drawn(world: World, union: Union, procedure: str = rules.NEW, **given: Any) -> Application:
    """A complete draft with every material."""
    by = world.actor("经办", (HANDLER, union))
    if procedure == rules.NEW:
        given = {"name": f"{union.name}委员会", **given}
    wanted = facts(world, procedure, **given)
    made = applications.draw(union, by=by, procedure=procedure, **wanted)
    files = {item.code: paper(item.title[:6]) for item in rules.MATERIALS[procedure]}
    return applications.bring(made, by=by, files=files)


def submitted(world: World, union: Union, procedure: str = rules.NEW, **given: Any) -> Application:
    made = drawn(world, union, procedure, **given)
    return applications.submit(made, by=world.actor("经办", (HANDLER, union)))


def accepted(world: World, union: Union, procedure: str = rules.NEW, **given: Any) -> Application:
    made = submitted(world, union, procedure, **given)
    return examining.accept(made, by=examiner(world, union))


def examined(world: World, union: Union, procedure: str = rules.NEW, **given: Any) -> Application:
    """Every difference decided for the declaration where that may be, else kept on both sides."""
    made = accepted(world, union, procedure, **given)
    by = examiner(world, union)
    choices = {line.field: line.choices[-1][0] for line in queries.open_lines(made)}
    choices |= {
        line.field: "declared"
        for line in queries.open_lines(made)
        if "declared" in dict(line.choices)
    }
    if choices:
        made = examining.compare(made, by=by, choices=choices, reason="查阅批复")
    return examining.examine(made, by=by, favourable=True, finding="材料齐全，情况属实")


def approved(world: World, union: Union, procedure: str = rules.NEW, **given: Any) -> Application:
    made = examined(world, union, procedure, **given)
    return examining.approve(made, by=decider(world, union))


def coding(world: World, union: Union, **given: Any) -> Application:
    """A first registration just approved, its question to the platform queued."""
    wanted = facts(world, rules.NEW)
    number = wanted.pop("representative_id")
    for sealed in ("contact_phone", "late_reason"):
        wanted.pop(sealed)
    made = Application(
        **{
            **wanted,
            "procedure": rules.NEW,
            "state": rules.CODING,
            "name": f"{union.name}委员会",
            "representative_id": number,
            "registrar": queries.registrar_of(union),
            "founded_on": union.founded_on,
            "document": f"工法登〔2026〕{union.pk}号",
            **given,
        }
    )
    made.place_at(union)
    made.save()
    requesting.ask_for_code(made)
    return made


def examiner(world: World, union: Union) -> Any:
    return world.actor("审查", (HANDLER, queries.registrar_of(union)))


def decider(world: World, union: Union) -> Any:
    return world.actor("核准", (APPROVER, queries.registrar_of(union)))


def code_range(world: World, union: Union, **given: Any) -> CodeRange:
    made = CodeRange(
        **{
            "prefix": "81340104",
            "first": "MC000000",
            "last": "MCYYYYYY",
            "document": "赋码号段下达通知",
            "since": date(2021, 1, 1),
            "recorded_by_name": "测试",
            **given,
        }
    )
    made.place_at(union)
    made.save()
    return made


def union_code(world: World, union: Union, **given: Any) -> UnionCode:
    made = UnionCode(
        **{
            "uscc": synthetic_uscc(world.rng, "340104"),
            "name": union.name,
            "region": "340104",
            "registrar": queries.registrar_of(union),
            "allotted_at": timezone.now(),
            **given,
        }
    )
    made.place_at(union)
    made.save()
    return made


def legal_person(world: World, union: Union, **given: Any) -> LegalPerson:
    code = given.pop("code", None) or union_code(world, union)
    today = timezone.localdate()
    world.serial += 1
    made = LegalPerson(
        **{
            "code": code,
            "number": f"工法证字第340104{world.serial:05d}号",
            "registrar": queries.registrar_of(union),
            "name": union.name,
            "residence": "合肥市蜀山区井岗路 8 号",
            "representative_name": "占国强",
            "founded_on": union.founded_on,
            "registered_on": today - timedelta(days=800),
            "valid_from": today - timedelta(days=800),
            "expires_on": today + timedelta(days=300),
            **given,
        }
    )
    made.place_at(union)
    made.save()
    union.uscc = code.uscc
    union.save(update_fields=["uscc"])
    return made


def certificate(world: World, union: Union, **given: Any) -> Certificate:
    """The original of a reissue that waits to be printed."""
    settle(union)
    if queries.person_of(union.pk) is None:
        legal_person(world, union)
    made = approved(world, union, rules.REISSUE)
    found = queries.certificates_of(made)
    return next(item for item in found if item.copy == given.get("copy", "original"))


def sheet(world: World, union: Union, **given: Any) -> Sheet:
    world.serial += 1
    made = Sheet(
        **{
            "number": f"ZB{world.serial:06d}",
            "copy": "original",
            "received_on": date(2026, 1, 4),
            "received_from": "安徽省总工会",
            "received_by_name": "测试",
            **given,
        }
    )
    made.place_at(union)
    made.save()
    return made


def seal_use(world: World, union: Union) -> SealUse:
    made = SealUse(
        certificate=certificate(world, union),
        seal="合肥市蜀山区总工会印章",
        subject="发给测试工会的法人资格证书",
        sheet="ZB000001",
        approved_by_name="测试",
        at=timezone.now(),
    )
    made.place_at(union)
    made.save()
    return made


def code_request(world: World, union: Union) -> CodeRequest:
    settle(union)
    return CodeRequest.objects.unscoped("test").get(application=coding(world, union))


def application(world: World, union: Union) -> Application:
    settle(union)
    return submitted(world, union)


def settle(union: Union) -> None:
    """Let what other makers began be over: a union has one application at a time."""
    Application.objects.unscoped("a maker").filter(union=union).update(state=rules.DONE)


MAKERS = {
    "legal-applications": application,
    "legal-persons": legal_person,
    "union-codes": union_code,
    "code-ranges": code_range,
    "code-requests": code_request,
    "certificates": certificate,
    "certificate-sheets": sheet,
    "seal-uses": seal_use,
}
