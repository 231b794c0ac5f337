"""Reads of corrections (信息变更)."""

from __future__ import annotations

from dataclasses import dataclass

from gonghui.kernel import codes
from gonghui.kernel.base.identifiers import DocumentKind
from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.files.storing import files_of
from gonghui.systems.mobilization.membership.models.corrections import Correction

OWNER = "membership.correction"


@dataclass(frozen=True)
class Change:
    """One key fact before and after, as both sides may see it."""

    label: str
    old: str
    new: str

    @property
    def same(self) -> bool:
        return self.old == self.new


def changes(correction: Correction) -> list[Change]:
    """The key facts side by side; the document number masked on both sides."""
    found = [
        Change("姓名", correction.old_name, correction.new_name),
        Change(
            "证件类型",
            DocumentKind(correction.old_document_kind).label,
            DocumentKind(correction.new_document_kind).label,
        ),
        Change(
            "证件号码", correction.old_document_mask or "—", str(correction.new_document_number)
        ),
        Change(
            "性别", codes.name("sex", correction.old_sex), codes.name("sex", correction.new_sex)
        ),
        Change("出生日期", _day(correction.old_born_on), _day(correction.new_born_on)),
    ]
    return found


def _day(value: object) -> str:
    return f"{value:%Y-%m-%d}" if value else "—"


def evidence_of(correction: Correction) -> list[StoredFile]:
    """The files a request rests on."""
    return files_of(OWNER, correction.pk)
