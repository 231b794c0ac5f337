"""Numbers of people and organisations (公民身份号码, 统一社会信用代码, 手机号码): parse and refuse.

Sources: GB 11643-1999 (resident ID number), GB 32100-2015 (unified social credit code),
GB 11714-1997 (organisation code), 电信网编号计划 2017 (mobile numbers). Every parser takes the
number as typed or pasted, returns it in normal form, and raises Refusal saying in Chinese which
part is wrong. No message repeats the number: messages reach logs and workbooks.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gonghui.kernel.base.errors import Refusal

RESIDENT_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_ID_CHECK_CHARACTERS = "10X98765432"
"""The check character stands at index (weighted sum of the first 17 digits) mod 11."""

USCC_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)

ORGANISATION_CODE_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

MAXIMUM_AGE = 130
HONG_KONG, MACAO, TAIWAN = "810000", "820000", "830000"

_RESIDENT_ID_RULE = "《公民身份号码》（GB 11643-1999）"
_USCC_RULE = "《法人和其他组织统一社会信用代码编码规则》（GB 32100-2015）"
_ORGANISATION_CODE_RULE = "《全国组织机构代码编制规则》（GB 11714-1997）"
_MOBILE_RULE = "《电信网编号计划（2017年版）》"
_DOCUMENT_RULE = "有效证件的号码格式"
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+[0-9]+")

RegionKnown = Callable[[str], bool]


class Sex(StrEnum):
    """Sex as a number tells it (性别), coded by GB/T 2261.1-2003."""

    MALE = "1"
    FEMALE = "2"


class DocumentKind(StrEnum):
    """Kinds of identity document (证件类型)."""

    RESIDENT_ID = "resident_id"
    HONG_KONG_MACAO_RESIDENCE = "hk_macao_residence"
    TAIWAN_RESIDENCE = "taiwan_residence"
    FOREIGN_PERMANENT_RESIDENCE = "foreign_residence"
    PASSPORT = "passport"
    HONG_KONG_MACAO_PERMIT = "hk_macao_permit"
    TAIWAN_PERMIT = "taiwan_permit"
    MILITARY_OFFICER = "military_officer"

    @property
    def label(self) -> str:
        """The kind's name in Chinese."""
        return _LABELS[self]

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Pairs of value and Chinese name, for form and model fields."""
        return [(kind.value, kind.label) for kind in cls]


_LABELS = {
    DocumentKind.RESIDENT_ID: "居民身份证",
    DocumentKind.HONG_KONG_MACAO_RESIDENCE: "港澳居民居住证",
    DocumentKind.TAIWAN_RESIDENCE: "台湾居民居住证",
    DocumentKind.FOREIGN_PERMANENT_RESIDENCE: "外国人永久居留身份证",
    DocumentKind.PASSPORT: "护照",
    DocumentKind.HONG_KONG_MACAO_PERMIT: "港澳居民来往内地通行证",
    DocumentKind.TAIWAN_PERMIT: "台湾居民来往大陆通行证",
    DocumentKind.MILITARY_OFFICER: "军官证",
}


@dataclass(frozen=True)
class ResidentId:
    """A valid 18-character number and what it says.

    region: its first six digits, a GB/T 2260 code of any year; for a foreigner 9, two digits of
    the issuing province and three of the country. kind: which document carries the number.
    """

    number: str
    region: str
    birth: date
    sex: Sex
    kind: DocumentKind = DocumentKind.RESIDENT_ID

    def __repr__(self) -> str:
        return f"<ResidentId {self.kind} {self.number[:4]}…>"

    def age(self, on: date) -> int:
        """Full years on a day (周岁)."""
        return full_years(self.birth, on)


@dataclass(frozen=True)
class Uscc:
    """A valid unified social credit code (统一社会信用代码) and its parts.

    department: registering department, "8" for trade unions. kind: class within it, "1" for a
    grass-roots union. region: code of the registering authority. organisation_code: the nine
    characters of GB 11714.
    """

    number: str
    department: str
    kind: str
    region: str
    organisation_code: str

    @property
    def is_union(self) -> bool:
        """Registered by a trade union (工会)."""
        return self.department == "8"


def full_years(birth: date, on: date) -> int:
    """Full years lived on a day; born on 29 February, a year is full on 1 March."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def compact(text: str) -> str:
    """Return a number without blanks and invisible characters, half-width, in upper case."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return "".join(text.split()).upper()


def resident_id_check_character(first17: str) -> str:
    """Return the 18th character of a number's first 17 digits (ISO 7064 MOD 11-2)."""
    total = sum(int(d) * w for d, w in zip(first17, RESIDENT_ID_WEIGHTS, strict=True))
    return RESIDENT_ID_CHECK_CHARACTERS[total % 11]


def upgrade_15_digits(text: str) -> str | None:
    """Return the 18-character form of an old 15-digit number, None when it is not one.

    For matching old records only: the old form has no check digit, so a slip of the pen
    becomes a valid number.
    """
    old = compact(text)
    if not re.fullmatch("[0-9]{15}", old):
        return None
    first17 = f"{old[:6]}19{old[6:]}"
    return first17 + resident_id_check_character(first17)


def parse_resident_id(
    text: str, *, on: date, region_known: RegionKnown | None = None
) -> ResidentId:
    """Return the parts of an 18-character number as typed.

    Serves resident ID cards, residence permits of Hong Kong, Macao and Taiwan residents and the
    2023 foreigner's permanent residence card, which share check and birth date. on: the day
    births may not lie after. region_known: tells whether a six-digit code was ever a GB/T 2260
    county; asked for resident ID cards only. Raises Refusal with code resident_id.length,
    .characters, .spreadsheet, .day, .future, .age, .check or .region.
    """
    number = compact(text)
    _check_resident_id_form(number)
    birth = _birth_of(number[6:14])
    if birth > on:
        raise _resident_id_refusal("号码中的出生日期晚于今天。", "future")
    if full_years(birth, on) > MAXIMUM_AGE:
        raise _resident_id_refusal(f"按号码中的出生日期，年龄超过{MAXIMUM_AGE}岁。", "age")
    if number[17] != resident_id_check_character(number[:17]):
        raise _resident_id_refusal("第18位校验码与前17位不符，号码有误。", "check")
    kind = _kind_of(number)
    region = number[:6]
    if kind is DocumentKind.RESIDENT_ID and region_known and not region_known(region):
        raise _resident_id_refusal(f"前6位“{region}”不是已知的行政区划代码。", "region")
    sex = Sex.MALE if int(number[16]) % 2 else Sex.FEMALE
    return ResidentId(number, region, birth, sex, kind)


def _resident_id_refusal(message: str, code: str, remedy: str = "请对照证件核对。") -> Refusal:
    return Refusal(
        message,
        rule=_RESIDENT_ID_RULE,
        remedy=remedy,
        field="id_number",
        code=f"resident_id.{code}",
    )


def _check_resident_id_form(number: str) -> None:
    if _SCIENTIFIC.fullmatch(number):
        raise _resident_id_refusal(
            "号码被电子表格改成了科学计数法，末几位已经丢失。",
            "spreadsheet",
            "请把该列设为文本格式后重新录入。",
        )
    if re.fullmatch("[0-9]{15}", number):
        raise _resident_id_refusal(
            "这是15位旧号码，公民身份号码应为18位。", "length", "请填写现用证件上的18位号码。"
        )
    if len(number) != 18:
        raise _resident_id_refusal(f"号码应为18位，现为{len(number)}位。", "length")
    if not re.fullmatch("[0-9]{17}[0-9X]", number):
        raise _resident_id_refusal("前17位只能是数字，第18位只能是数字或X。", "characters")


def _birth_of(digits: str) -> date:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        shown = f"{digits[:4]}年{digits[4:6]}月{digits[6:]}日"
        raise _resident_id_refusal(f"第7至14位出生日期“{shown}”在日历上不存在。", "day") from None


def _kind_of(number: str) -> DocumentKind:
    if number[0] == "9":
        return DocumentKind.FOREIGN_PERMANENT_RESIDENCE
    if number[:6] in (HONG_KONG, MACAO):
        return DocumentKind.HONG_KONG_MACAO_RESIDENCE
    if number[:6] == TAIWAN:
        return DocumentKind.TAIWAN_RESIDENCE
    return DocumentKind.RESIDENT_ID


@dataclass(frozen=True)
class _Pattern:
    """How a document's number looks: its groups joined are the normal form."""

    expression: str
    described: str


# The eleven-digit form of the Hong Kong and Macao permit ends in a count of re-issues; the
# holder's number for life is what stands before it. Foreign passports know no common form.
_PATTERNS = {
    DocumentKind.FOREIGN_PERMANENT_RESIDENCE: _Pattern(
        r"([A-Z]{3}[0-9]{12})", "以9开头的18位号码，旧版为3位字母加12位数字"
    ),
    DocumentKind.PASSPORT: _Pattern(r"((?=.*[0-9])[A-Z0-9]{5,15})", "5至15位字母和数字"),
    DocumentKind.HONG_KONG_MACAO_PERMIT: _Pattern(
        r"([HM][0-9]{8})(?:[0-9]{2})?", "H或M加8位数字，旧版末尾另有2位换证次数"
    ),
    DocumentKind.TAIWAN_PERMIT: _Pattern(
        r"([0-9]{8}|[0-9]{10})(?:\([A-Z0-9]\)|[A-Z])?", "8位数字，旧版为10位数字加括号字母"
    ),
    DocumentKind.MILITARY_OFFICER: _Pattern(
        r"([\u4e00-\u9fff]{1,2}字第[0-9]{4,9})号?", "如“军字第1234567号”"
    ),
}
_BY_RESIDENT_ID_RULE = frozenset(
    {
        DocumentKind.RESIDENT_ID,
        DocumentKind.HONG_KONG_MACAO_RESIDENCE,
        DocumentKind.TAIWAN_RESIDENCE,
    }
)


def check_document(
    kind: DocumentKind | str, number: str, *, on: date, region_known: RegionKnown | None = None
) -> str:
    """Return a document's number in normal form, upper case and without blanks.

    kind: a DocumentKind or its value (ValueError for others). on, region_known and the codes
    resident_id.* as in `parse_resident_id`; further Refusal codes: document.kind (a valid
    number of another kind of document) and document.pattern.
    """
    kind = DocumentKind(kind)
    text = compact(number)
    if kind in _BY_RESIDENT_ID_RULE or (
        kind is DocumentKind.FOREIGN_PERMANENT_RESIDENCE and text[:1] == "9"
    ):
        parsed = parse_resident_id(text, on=on, region_known=region_known)
        if parsed.kind is not kind:
            raise Refusal(
                f"这是{parsed.kind.label}的号码，不是{kind.label}的号码。",
                rule=_DOCUMENT_RULE,
                remedy=f"请把证件类型改为“{parsed.kind.label}”，或核对号码。",
                field="id_number",
                code="document.kind",
            )
        return parsed.number
    pattern = _PATTERNS[kind]
    match = re.fullmatch(pattern.expression, text)
    if not match:
        raise Refusal(
            f"{kind.label}号码格式不对，应为{pattern.described}。",
            rule=_DOCUMENT_RULE,
            remedy="请对照证件核对。",
            field="id_number",
            code="document.pattern",
        )
    suffix = "号" if kind is DocumentKind.MILITARY_OFFICER else ""
    return match[1] + suffix


def organisation_code_check_character(first8: str) -> str:
    """Return the ninth character of an organisation code (GB 11714-1997)."""
    total = sum(int(c, 36) * w for c, w in zip(first8, ORGANISATION_CODE_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def uscc_check_character(first17: str) -> str:
    """Return the 18th character of a unified social credit code (GB 32100-2015)."""
    total = sum(USCC_CHARACTERS.index(c) * w for c, w in zip(first17, USCC_WEIGHTS, strict=True))
    return USCC_CHARACTERS[-total % 31]


def parse_uscc(text: str, *, region_known: RegionKnown | None = None) -> Uscc:
    """Return the parts of a unified social credit code as typed.

    region_known: tells whether a six-digit code was ever a GB/T 2260 region. Raises Refusal
    with code uscc.length, .characters, .check (18th), .organisation_check (17th) or .region.
    """
    number = compact(text).replace("-", "")
    if len(number) != 18:
        raise _uscc_refusal(f"统一社会信用代码应为18位，现为{len(number)}位。", "length")
    if any(c not in USCC_CHARACTERS for c in number):
        raise _uscc_refusal(
            "统一社会信用代码只用数字和大写字母，且不使用字母I、O、S、V、Z。", "characters"
        )
    region, organisation_code = number[2:8], number[8:17]
    if not re.fullmatch("[0-9]{6}", region):
        raise _uscc_refusal("第3至8位登记管理机关行政区划码应为6位数字。", "characters")
    if number[17] != uscc_check_character(number[:17]):
        raise _uscc_refusal("第18位校验码与前17位不符，代码有误。", "check")
    if organisation_code[8] != organisation_code_check_character(organisation_code[:8]):
        raise _uscc_refusal(
            "第9至17位主体标识码（组织机构代码）的校验码不符，代码有误。",
            "organisation_check",
            _ORGANISATION_CODE_RULE,
        )
    if region_known and not region_known(region):
        raise _uscc_refusal(f"第3至8位“{region}”不是已知的行政区划代码。", "region")
    return Uscc(number, number[0], number[1], region, organisation_code)


def _uscc_refusal(message: str, code: str, rule: str = _USCC_RULE) -> Refusal:
    return Refusal(
        message, rule=rule, remedy="请对照登记证书核对。", field="uscc", code=f"uscc.{code}"
    )


def parse_mobile(text: str) -> str:
    """Return an 11-digit mainland mobile number, without +86, blanks and hyphens.

    Raises Refusal with code mobile.length, .characters or .segment.
    """
    number = re.sub(r"[-()]", "", compact(text))
    number = re.sub(r"^(\+|00)?86(?=1[0-9]{10}$)", "", number)
    if not re.fullmatch("[0-9]*", number):
        raise _mobile_refusal("手机号码只能是数字。", "characters")
    if len(number) != 11:
        raise _mobile_refusal(f"手机号码应为11位，现为{len(number)}位。", "length")
    if not re.match("1[3-9]", number):
        raise _mobile_refusal("手机号码应以13至19开头。", "segment")
    return number


def _mobile_refusal(message: str, code: str) -> Refusal:
    return Refusal(
        message,
        rule=_MOBILE_RULE,
        remedy="请填写中国内地手机号码。",
        field="mobile",
        code=f"mobile.{code}",
    )


def synthetic_resident_id(rng: random.Random, region: str, birth: date, sex: Sex) -> str:
    """Return a number of a made-up person with a valid check character, for demo and tests."""
    sequence = rng.randrange(0, 500) * 2 + (1 if sex is Sex.MALE else 0)
    first17 = f"{region}{birth:%Y%m%d}{sequence:03d}"
    return first17 + resident_id_check_character(first17)


def synthetic_uscc(
    rng: random.Random, region: str, *, department: str = "8", kind: str = "1"
) -> str:
    """Return a made-up code with both checks valid, by default of a grass-roots union."""
    first8 = "".join(rng.choices(USCC_CHARACTERS, k=8))
    first17 = f"{department}{kind}{region}{first8}{organisation_code_check_character(first8)}"
    return first17 + uscc_check_character(first17)


def synthetic_mobile(rng: random.Random) -> str:
    """Return a made-up mobile number."""
    return f"1{rng.choice('3456789')}{rng.randrange(10**9):09d}"
