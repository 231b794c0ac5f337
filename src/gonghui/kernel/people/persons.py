"""Finding and writing persons: plain functions for actions to call inside their transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import F

from gonghui.kernel import codes
from gonghui.kernel.base import masking
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.identifiers import check_document, parse_mobile, parse_resident_id
from gonghui.kernel.base.names import check_name
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.kernel.people.models import (
    DOCUMENT,
    MOBILE,
    Membership,
    MembershipStatus,
    Person,
)

PROVINCE_WIDE = "one person has one record in the province, so identity is looked up in all of it"


@dataclass(frozen=True)
class Identity:
    """Who somebody says to be; checked when made.

    Sex and birth date are derived from the document number where it carries them.
    """

    name: str
    document_number: str
    document_kind: str = "resident_id"
    sex: str = ""
    born_on: date | None = None
    mobile: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def checked(
        cls,
        *,
        name: str,
        document_number: str,
        document_kind: str = "resident_id",
        today: date,
        sex: str = "",
        born_on: date | None = None,
        mobile: str = "",
        **facts: Any,
    ) -> Identity:
        """An identity whose every part obeys its standard, or a Refusal naming the field."""
        number, born, told = _document(document_kind, document_number, today)
        return cls(
            name=check_name(name),
            document_number=number,
            document_kind=document_kind,
            sex=told or sex or "0",
            born_on=born or born_on,
            mobile=parse_mobile(mobile) if mobile else "",
            facts=facts,
        )


def _document(kind: str, text: str, today: date) -> tuple[str, date | None, str]:
    """Number in normal form, and birth date and sex where the number carries them."""
    try:
        number = check_document(kind, text, on=today, region_known=codes.known_region)
    except Refusal as refusal:
        refusal.field = "document_number"
        raise
    if len(number) != 18:
        return number, None, ""
    parsed = parse_resident_id(number, on=today)
    return number, parsed.birth, str(parsed.sex)


def by_document(number: str) -> Person | None:
    """The living record with this document number, anywhere in the province.

    A number of a record that was merged away leads to the record it was merged into.
    """
    with wall_at(Scope.everything()):
        found = (
            Person.objects.unscoped(PROVINCE_WIDE)
            .select_related("merged_into")
            .filter(document_index__in=keyring().blind_indexes(number, context=DOCUMENT))
            .order_by(F("merged_into").asc(nulls_first=True))
            .first()
        )
        return found and (found.merged_into or found)


def membership_of(person: Person | int) -> Membership | None:
    """The person's membership, whatever its status, unless merged away."""
    person_id = person if isinstance(person, int) else person.pk
    with wall_at(Scope.everything()):
        return (
            Membership.objects.unscoped(PROVINCE_WIDE)
            .select_related("union")
            .filter(person_id=person_id)
            .exclude(status=MembershipStatus.MERGED)
            .first()
        )


def register(identity: Identity, union: Union) -> Person:
    """The person of this identity: the known record, or a new one kept at `union`."""
    known = by_document(identity.document_number)
    if known is not None:
        if known.name != identity.name:
            raise Refusal(
                "该证件号码已登记在另一个姓名之下。",
                rule="一个证件号码只对应一人（实名制管理）",
                remedy="请核对姓名与证件号码；确为更名或登记有误的，请办理信息变更。",
                field="name",
                code="name_differs",
            )
        return known
    person = Person(union=union, org_path=union.path, sex=identity.sex, born_on=identity.born_on)
    person.name = identity.name
    seal_document(person, identity.document_kind, identity.document_number)
    if identity.mobile:
        seal_mobile(person, identity.mobile)
    for key, value in identity.facts.items():
        setattr(person, key, value)
    person.save()
    return person


def seal_document(person: Person, kind: str, number: str) -> None:
    """Put a document number on a person, sealed, indexed and masked; the caller saves."""
    person.document_kind = kind
    person.document_sealed = keyring().seal(number, context=DOCUMENT)
    person.document_index = keyring().blind_index(number, context=DOCUMENT)
    person.document_mask = masking.mask_id(number)


def seal_mobile(person: Person, mobile: str) -> None:
    """Put a mobile number on a person, sealed, indexed and masked; the caller saves."""
    person.mobile_sealed = keyring().seal(mobile, context=MOBILE)
    person.mobile_index = keyring().blind_index(mobile, context=MOBILE)
    person.mobile_mask = masking.mask_mobile(mobile)


def reveal(person: Person) -> dict[str, str]:
    """The plain document and mobile numbers; only for an action that logged the reason."""
    return {
        "document_number": _open(person.document_sealed, DOCUMENT),
        "mobile": _open(person.mobile_sealed, MOBILE),
    }


def correct(person: Person, **changes: Any) -> Person:
    """Change identity facts, keeping the copies on the membership true.

    `document_number`, `document_kind` and `mobile` are accepted in plain form and sealed.
    """
    number = changes.pop("document_number", None)
    kind = changes.pop("document_kind", person.document_kind)
    mobile = changes.pop("mobile", None)
    if number:
        other = by_document(number)
        if other is not None and other.pk != person.pk:
            raise Refusal(
                "该证件号码已登记在另一份人员档案上。",
                rule="一个证件号码只对应一人（实名制管理）",
                remedy="如两份档案是同一人，请办理重复人员合并。",
                field="document_number",
                code="duplicate",
            )
        seal_document(person, kind, number)
    if mobile:
        seal_mobile(person, mobile)
    for key, value in changes.items():
        setattr(person, key, value)
    person.version += 1
    person.save()
    membership = membership_of(person)
    if membership is not None:
        membership.name_after(person)
        membership.save(update_fields=["name", "name_tail", "sex"])
    return person


def _open(blob: bytes | memoryview | None, context: str) -> str:
    return keyring().open(bytes(blob), context=context) if blob else ""
