"""Reads about applications: who registers, what is open, materials, both sides of a comparison."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.org.models import Union, UnionKind
from gonghui.systems.mobilization.legal_person.models import (
    Application,
    Certificate,
    CodeRange,
    CodeRequest,
    LegalPerson,
    MaterialFile,
    Standing,
)
from gonghui.systems.mobilization.legal_person.rules import comparing
from gonghui.systems.mobilization.legal_person.rules import procedures as rules
from gonghui.systems.mobilization.legal_person.rules.materials import MATERIAL_TABLE
from gonghui.systems.mobilization.membership.public import recorded_facts

REGISTRARS = (UnionKind.PROVINCE, UnionKind.CITY, UnionKind.COUNTY)
APPLICANTS = (
    UnionKind.BASIC,
    UnionKind.JOINT,
    UnionKind.FEDERATION,
    UnionKind.TOWN,
)
OF_A_UNION = "what belongs to one union whose place the caller has checked"
TERRITORY = "the registering union is the nearest county, city or province above"
TOLD = "who is to be told of a matter of a union; nobody is shown a grant"


def registrar_of(union: Union) -> Union:
    """The union that registers another: the nearest county, city or province above it."""
    rows = Union.objects.unscoped(TERRITORY).filter(
        pk__in=union.ancestor_ids, kind__in=REGISTRARS, status="active"
    )
    found = rows.order_by("-path").first()
    if found is None:
        raise Refusal(f"“{union.name}”没有可以登记的上级工会。", rule=rules.TERRITORIAL)
    return found


def check_applicant(union: Union, procedure: str) -> None:
    """Refusal unless a union of this kind applies here; one that ended may only be cancelled."""
    if union.kind not in APPLICANTS:
        raise Refusal(
            f"“{union.name}”是{union.get_kind_display()}，不在本平台申请基层工会法人登记。",
            rule="县级以上地方总工会和产业工会依《工会法》自批准成立之日起具有法人资格",
            field="union",
            code="applicant",
        )
    if not union.is_active and procedure != rules.CANCEL:
        raise Refusal(
            f"“{union.name}”{union.get_status_display()}，只能办理注销登记。", field="union"
        )


def open_application(union_id: int) -> Application | None:
    """The application of a union that is not finished."""
    rows = Application.objects.unscoped(OF_A_UNION)
    return rows.filter(union_id=union_id, state__in=rules.OPEN).first()


def person_of(union_id: int) -> LegalPerson | None:
    """The legal person of a union, while it stands in the register."""
    rows = LegalPerson.objects.unscoped(OF_A_UNION).select_related("code")
    return rows.filter(union_id=union_id, state=Standing.ACTIVE).first()


def holds_at(actor: Actor, union_id: int, permission: Permission) -> bool:
    """Whether the actor holds the permission at exactly this union, not only above it."""
    if actor.everywhere:
        return True
    codes = {role.code for role in permission.roles}
    return any(held.role in codes and held.union_id == union_id for held in actor.grants)


def at_registrar(actor: Actor, record: Any, permission: Permission) -> bool:
    """Whether the actor holds the permission at the registering union of a record itself.

    Above it one sees and judges appeals, but does not register in its stead.
    """
    return holds_at(actor, record.registrar_id, permission)


def registrar_path(record: Any) -> str:
    """Where the permission of a registering union must hold."""
    return str(record.registrar.path)


def superior_of(application: Application) -> Union:
    """Who judges an appeal: the union above the registering one; the province judges its own."""
    return application.registrar.parent or application.registrar


def superior_path(application: Application) -> str:
    """Where the permission to judge an appeal must hold."""
    return superior_of(application).path


def own_registrars(actor: Actor, permission: Permission) -> list[int]:
    """Registering unions at which the actor holds a permission itself."""
    codes = {role.code for role in permission.roles}
    ids = [held.union_id for held in actor.grants if held.role in codes]
    rows = Union.objects.within(actor.scope(permission))
    return list(rows.filter(pk__in=ids, kind__in=REGISTRARS).values_list("pk", flat=True))


def holders(union_ids: Iterable[int], permission: Permission, today: date) -> list[Recipient]:
    """The users who hold a permission at exactly these unions today."""
    rows = (
        Grant.objects.unscoped(TOLD)
        .filter(union_id__in=list(union_ids), role__in=[role.code for role in permission.roles])
        .filter(Q(valid_to=None) | Q(valid_to__gte=today), valid_from__lte=today, ended_at=None)
        .filter(user__is_active=True)
    )
    return [Recipient(user_id=pk) for pk in set(rows.values_list("user_id", flat=True))]


def changed_fields(application: Application) -> list[str]:
    """The registered facts an application changes."""
    person = application.person
    if person is None:
        return []
    fields = ("name", "residence", "representative_name", "funds")
    return [
        field
        for field in fields
        if getattr(application, field) and getattr(application, field) != getattr(person, field)
    ]


def brought(application: Application) -> set[str]:
    """Codes of the materials an application has a file for."""
    return set(application.materials.values_list("code", flat=True))


def material_case(application: Application) -> dict[str, Any]:
    """What the table of materials is asked about an application."""
    changed = changed_fields(application)
    return {
        "procedure": application.procedure,
        "representative": "representative_name" in changed,
        "residence": "residence" in changed,
        "joint": application.union.kind in (UnionKind.JOINT, UnionKind.FEDERATION),
    }


def needed(application: Application) -> list[str]:
    """Codes of the materials the registering union asks for, by its table of the day on which the
    application was handed in."""
    day = timezone.localdate(application.submitted_at)
    decision = MATERIAL_TABLE.decide(material_case(application), day, application.registrar.path)
    return decision.outcome["materials"] if decision.outcome else []


def materials_of(application: Application) -> list[dict[str, Any]]:
    """The list of materials with the files brought for each."""
    files: dict[str, list[MaterialFile]] = {}
    for file in application.materials.order_by("id"):
        files.setdefault(file.code, []).append(file)
    return [
        {
            "item": item,
            "files": files.get(item.code, []),
            "lacking": item.required and item.code not in files,
        }
        for item in rules.listed(application.procedure, needed(application))
    ]


def comparison(application: Application) -> list[comparing.Line]:
    """What the application declares beside what the grass-roots record holds now."""
    declared = {field: getattr(application, field, None) for field in comparing.ITEMS}
    person = application.person
    declared["uscc"] = person.code.uscc if person is not None else ""
    return comparing.compare(declared, recorded_facts(application.union))


def open_lines(application: Application) -> list[comparing.Line]:
    """Differences still to be decided."""
    return comparing.undecided(comparison(application), application.decisions)


def certificates_of(application: Application) -> list[Certificate]:
    """The certificates made for an application the caller already holds."""
    rows = Certificate.objects.unscoped(OF_A_UNION)
    return list(rows.filter(application=application).order_by("copy"))


def requests_of(application: Application) -> list[CodeRequest]:
    """What was asked of the issuing platform for an application the caller already holds."""
    rows = CodeRequest.objects.unscoped(OF_A_UNION)
    return list(rows.filter(application=application).order_by("id"))


def spans_of(prefixes: Iterable[str]) -> list[CodeRange]:
    """The ranges in use with these prefixes."""
    rows = CodeRange.objects.unscoped("ranges are filed once for the whole province")
    return list(rows.filter(prefix__in=list(prefixes), ended_on=None))


def search_applications(rows: QuerySet, text: str, scope: Any) -> QuerySet:
    """Applications by receipt, or by a part of the union's name."""
    if text.upper().startswith("FR"):
        return rows.filter(receipt=text.upper())
    return rows.filter(union__name__contains=text)
