"""Check codes: issued inside the action that issues the document, checked by anybody.

KIND = codes.owner("legal_person.certificate")
register_owner(KIND, may_read)
code = codes.issue(kind="工会法人资格证书", title=…, issuer=…, owner=(KIND, pk), …)
pdf = signing.sign(rendering.render(Certificate(…, check=codes.printed(code))))
file = codes.keep(code, pdf, name="…正本.pdf", part="正本", org_path=union.path)
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from io import BytesIO
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.identifiers import resident_id_check_character
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.documents.content import Check
from gonghui.kernel.documents.models import CheckCode, CheckedCopy
from gonghui.kernel.documents.verifying import State, Verdict, verify
from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.files.purposes import Purpose
from gonghui.kernel.files.storing import digests, store
from gonghui.kernel.files.types import PDF

ADDRESS = Setting(
    "documents.check_address",
    "核验页的网址",
    str,
    "",
    "印在二维码里的平台地址，如 https://gh.example.cn。空为平台启动时的地址。",
    maximum=200,
    pattern=r"|https?://[A-Za-z0-9.\-\[\]:]+",
    dangerous=True,
)
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""31 characters without 0 1 I L O, which are misread; a prime, so the check finds every single
wrong character and every exchange of two neighbours."""
LENGTH = 16
ISSUED = Purpose("documents.issued", "制发的文件", (PDF,), 30 * 1024 * 1024)
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_RESIDENT = re.compile(r"(?<![0-9A-Z])\d{17}[\dXx](?![0-9A-Z])")


class Answer(StrEnum):
    """What the check page says of a file, best first."""

    GENUINE = "genuine"
    SIGNED = "signed"
    ENDED = "ended"
    EXPIRED = "expired"
    OTHER = "other"
    TAMPERED = "tampered"
    NOT_OURS = "not_ours"
    UNREADABLE = "unreadable"


WORDS = {
    Answer.GENUINE: "文件真实，与平台制发的原件完全一致。",
    Answer.SIGNED: "文件由本平台电子签章，签章后没有改动。",
    Answer.ENDED: "文件是平台制发的原件，但已经作废或换发，不再有效。",
    Answer.EXPIRED: "文件是平台制发的原件，但已过有效期。",
    Answer.OTHER: "文件是平台制发的，但不是这个核验码所指的那一份。",
    Answer.TAMPERED: "文件在签章以后被改动过，不可采信。",
    Answer.NOT_OURS: "文件不是平台制发的原件，可能是打印、扫描或另行制作的，不可作为原件采信。",
    Answer.UNREADABLE: "文件已损坏或不是 PDF，无法核验。",
}


@dataclass(frozen=True)
class Finding:
    """The answer for a file; part: 正本 or 副本 where it is one; code: where it has one."""

    answer: Answer
    part: str = ""
    verdict: Verdict | None = None
    code: CheckCode | None = None

    @property
    def words(self) -> str:
        return WORDS[self.answer]


_kinds: set[str] = set()


def owner(kind: str) -> str:
    """Declare that documents of owners of a kind get check codes; returns it.

    Who reads the files kept under them is said by `files.access.register_owner`; a Django check
    finds at start where it was forgotten.
    """
    _kinds.add(kind)
    return kind


def owners() -> frozenset[str]:
    """The declared kinds of owners."""
    return frozenset(_kinds)


def issue(
    *,
    kind: str,
    title: str,
    issuer: str,
    issued_on: date,
    owner: tuple[str, int],
    number: str = "",
    valid_until: date | None = None,
    facts: Sequence[tuple[str, str]] = (),
) -> CheckCode:
    """Register what is being issued; called inside the issuing action.

    owner: a kind declared by `owner`, and a key. facts: (label, value) shown to everybody on the
    check page. Raises Refusal when one of them looks like an ID number or a mobile number,
    ValueError for a kind that was not declared.
    """
    if owner[0] not in _kinds:
        raise ValueError(f"owner kind {owner[0]!r} is not declared by codes.owner")
    for text in (title, issuer, number, *(value for _label, value in facts)):
        _refuse_personal(text)
    return CheckCode.objects.create(
        code=_new_code(),
        kind=kind,
        title=title,
        issuer=issuer,
        number=number,
        issued_on=issued_on,
        valid_until=valid_until,
        facts=[[label, value] for label, value in facts],
        owner_kind=owner[0],
        owner_id=owner[1],
        at=timezone.now(),
    )


def printed(code: CheckCode) -> Check:
    """What the document prints: the code in groups and its address as QR code."""
    return Check(grouped(code.code), address(code.code))


def keep(
    code: CheckCode, pdf: bytes, *, name: str, part: str = "", org_path: str = ""
) -> StoredFile:
    """Store the finished PDF for the code's owner and remember its digests.

    Raises Conflict for a code that is no longer in force.
    """
    if code.state != CheckCode.State.IN_FORCE:
        raise Conflict(f"{code.kind}{code.get_state_display()}，不能再登记文件。", code="ended")
    file = store(
        BytesIO(pdf),
        purpose=ISSUED,
        name=name,
        uploaded_by_id=None,
        owner_kind=code.owner_kind,
        owner_id=code.owner_id,
        org_path=org_path,
        inspected=True,
    )
    CheckedCopy.objects.create(
        code=code, part=part, sha256=file.sha256, sm3=file.sm3, file=file, at=timezone.now()
    )
    return file


def end(
    code: CheckCode,
    why: str,
    *,
    on: date,
    state: CheckCode.State = CheckCode.State.REVOKED,
) -> None:
    """Say on the check page that it is revoked or replaced, and why; inside an action.

    Raises Conflict when it has ended before.
    """
    row = CheckCode.objects.select_for_update().get(pk=code.pk)
    if row.state != CheckCode.State.IN_FORCE:
        raise Conflict(f"{row.kind}{row.get_state_display()}。", code="ended")
    _refuse_personal(why)
    row.state, row.ended_on, row.ended_why = state, on, why
    row.save(update_fields=["state", "ended_on", "ended_why"])
    code.state, code.ended_on, code.ended_why = row.state, on, why


def of(owner_kind: str, owner_id: int) -> list[CheckCode]:
    """The codes of an owner, newest first."""
    rows = CheckCode.objects.filter(owner_kind=owner_kind, owner_id=owner_id)
    return list(rows.order_by("-id"))


def find(typed: str) -> CheckCode | None:
    """The code as typed, groups and small letters allowed."""
    code = plain(typed)
    return CheckCode.objects.filter(code=code).first() if well_formed(code) else None


def check_file(code: CheckCode, pdf: bytes, today: date) -> Finding:
    """What is to be said of a file shown with a code. Raises Refusal as `verify` does."""
    same = _copies(pdf)
    mine = next((copy for copy in same if copy.code_id == code.pk), None)
    if mine is not None:
        return Finding(_standing(code, today), mine.part, code=code)
    if same:
        return Finding(Answer.OTHER)
    verdict = verify(pdf)
    # Signed by us and whole, but not among this code's files.
    answer = Answer.OTHER if verdict else _OF_STATE[verdict.state]
    return Finding(answer, verdict=verdict)


def check_alone(pdf: bytes, today: date) -> Finding:
    """What is to be said of a file shown without a code. Raises Refusal as `verify` does."""
    if same := _copies(pdf):
        copy = same[-1]
        return Finding(_standing(copy.code, today), copy.part, code=copy.code)
    verdict = verify(pdf)
    return Finding(_OF_STATE[verdict.state], verdict=verdict)


_OF_STATE = {
    State.VALID: Answer.SIGNED,
    State.UNSIGNED: Answer.NOT_OURS,
    State.FOREIGN: Answer.NOT_OURS,
    State.TAMPERED: Answer.TAMPERED,
    State.BROKEN: Answer.UNREADABLE,
}


def _copies(pdf: bytes) -> list[CheckedCopy]:
    sha256, _sm3 = digests(BytesIO(pdf))
    return list(CheckedCopy.objects.filter(sha256=sha256).select_related("code").order_by("id"))


def _standing(code: CheckCode, today: date) -> Answer:
    if code.state != CheckCode.State.IN_FORCE:
        return Answer.ENDED
    return Answer.EXPIRED if expired(code, today) else Answer.GENUINE


def expired(code: CheckCode, today: date) -> bool:
    """Whether its term is over."""
    return code.valid_until is not None and code.valid_until < today


def address(code: str) -> str:
    """The whole address of a code's check page."""
    path = reverse("check-code", args=[code])
    return f"{_base()}{path}"


def _base() -> str:
    if given := (ADDRESS.value() or settings.PUBLIC_ADDRESS):
        parts = urlsplit(given)
        return f"{parts.scheme}://{parts.netloc}"
    scheme = "https" if getattr(settings, "SECURE_SSL_REDIRECT", False) else "http"
    hosts = [host for host in settings.ALLOWED_HOSTS if "*" not in host and host[:1] != "."]
    return f"{scheme}://{hosts[0] if hosts else 'localhost'}"


def plain(typed: str) -> str:
    """A code without groups, in capitals."""
    return re.sub(r"[\s\-‐–—－]", "", typed).upper()[: LENGTH + 1]


def grouped(code: str) -> str:
    """A code in groups of four."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def well_formed(code: str) -> bool:
    """Whether it has the length, the characters and the check character of a code."""
    if len(code) != LENGTH or any(letter not in ALPHABET for letter in code):
        return False
    return _sum(code) % len(ALPHABET) == 0


def _sum(code: str) -> int:
    return sum(place * ALPHABET.index(letter) for place, letter in enumerate(reversed(code), 1))


def _new_code() -> str:
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return body + ALPHABET[-_sum(body + ALPHABET[0]) % len(ALPHABET)]


def _refuse_personal(text: str) -> None:
    numbers = _RESIDENT.findall(text.upper())
    if _MOBILE.search(text) or any(_is_resident_id(number) for number in numbers):
        raise Refusal(
            "核验页上不能出现证件号码或手机号码。",
            rule="《个人信息保护法》第六条",
            remedy="请改用工会名称、文号等公开信息。",
            code="personal",
        )


def _is_resident_id(number: str) -> bool:
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return resident_id_check_character(number[:17]) == number[17]
