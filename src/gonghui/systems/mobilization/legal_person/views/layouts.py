"""What goes on paper: the certificate's places in mm, and the texts of forms and notices.

The measures of the preprinted sheets stand on samples at hand; the offset in mm meets another
printing or another printer.
"""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from gonghui.kernel.documents.content import (
    Align,
    Cell,
    Certificate,
    CertificateTemplate,
    Check,
    Face,
    Form,
    Frame,
    Kind,
    Official,
    Place,
    Row,
    Seal,
    Spot,
    Text,
    chinese_day,
    label,
)
from gonghui.systems.mobilization.legal_person.models import Application, Copy, MaterialFile
from gonghui.systems.mobilization.legal_person.models import Certificate as Made
from gonghui.systems.mobilization.legal_person.rules import procedures as rules

_LABELS = (
    ("uscc", "统一社会信用代码"),
    ("name", "名称"),
    ("residence", "住所"),
    ("representative", "法定代表人"),
    ("valid", "有效期限"),
    ("registrar", "登记机关"),
    ("issued", "发证日期"),
)


def _template(
    code: str, part: str, width: float, height: float, scale: float
) -> CertificateTemplate:
    top, step = 74 * scale, 15 * scale
    left, label_width = 40 * scale, 52 * scale
    value_left = left + label_width + 4 * scale
    value_width = width - value_left - 74 * scale
    size = 16 * scale
    ground: list[Text | Frame] = [
        Frame(8 * scale, 8 * scale, width - 16 * scale, height - 16 * scale, inner=2 * scale),
        Text(
            "工会法人资格证书",
            0,
            26 * scale,
            width=width,
            size=34 * scale,
            face=Face.TITLE,
            align=Align.CENTER,
            colour="#B3202C",
        ),
        Text(
            f"（{part}）",
            0,
            44 * scale,
            width=width,
            size=16 * scale,
            face=Face.SONG,
            align=Align.CENTER,
        ),
    ]
    places = [
        Place(
            "number", left, 58 * scale, width - 2 * left, 9 * scale, 13 * scale, align=Align.RIGHT
        )
    ]
    for index, (field, words) in enumerate(_LABELS):
        y = top + index * step
        ground.append(Text(words, left, y, width=label_width, size=size, face=Face.SONG))
        places.append(Place(field, value_left, y - 2.7 * scale, value_width, 11 * scale, size))
    return CertificateTemplate(
        code=code,
        title="工会法人资格证书",
        width_mm=width,
        height_mm=height,
        places=tuple(places),
        ground=tuple(ground),
        part=part,
        seal=Spot(width - 52 * scale, height - 50 * scale, 42 * scale),
        qr=Spot(width - 66 * scale, 80 * scale, 32 * scale),
    )


TEMPLATES = {
    Copy.ORIGINAL: _template("legal-original", "正本", 297, 210, 1.0),
    Copy.DUPLICATE: _template("legal-duplicate", "副本", 210, 148.5, 0.707),
}


def certificate(
    made: Made, check: Check | None, offset: tuple[float, float], specimen: str
) -> Certificate:
    """A printed certificate onto its preprinted sheet; with a specimen's words, with its ground."""
    fields = {
        "number": made.number,
        "uscc": made.code.uscc,
        "name": made.name,
        "residence": made.residence,
        "representative": made.representative_name,
        "valid": f"{chinese_day(made.valid_from)}至{chinese_day(made.expires_on)}",
        "registrar": made.registrar.name,
        "issued": chinese_day(timezone.localdate(made.printed_at or made.made_at)),
    }
    template = TEMPLATES[Copy(made.copy)]
    return Certificate(
        template=template,
        fields=fields,
        offset_mm=offset,
        stock=not specimen,
        check=check,
        seal=Seal(made.registrar.name, diameter_mm=template.seal.size, note=specimen)
        if specimen and template.seal
        else None,
        specimen=specimen,
    )


def application_form(application: Application, files: list[MaterialFile]) -> Form:
    """The application form of a procedure (登记申请表)."""
    titles = {
        item.code: item.title
        for item in (*rules.CATALOGUE.values(), *rules.MATERIALS[application.procedure])
    }
    rows = [
        ("工会名称", application.name or application.union.name),
        ("住所", application.residence),
        ("法定代表人", application.representative_name),
        ("证件号码", application.representative_mask),
        ("经费来源", application.funds),
        ("成立日期", _day(application.founded_on)),
        ("成立批复文号", application.founded_document),
        ("变更或选举日期", _day(application.happened_on)),
        ("任期", f"{application.term_years} 年" if application.term_years else ""),
        ("延期至", _day(application.delayed_to)),
        ("依据文号", application.basis),
        ("申请事由", application.reason),
        ("经办联系人", f"{application.contact_name} {application.contact_mask}".strip()),
    ]
    brought = "；".join(dict.fromkeys(titles.get(file.code, file.code) for file in files))
    shown = [(title, text) for title, text in rows if text]
    return Form(
        title=f"工会法人{application.get_procedure_display()}申请表",
        organ=application.union.name,
        number=application.receipt or "",
        widths=(1, 3),
        rows=(
            *(Row((label(title), Cell(text)), 11) for title, text in shown),
            Row((label("提交的材料"), Cell(brought or "（无）")), 22),
            Row((label("申请工会意见"), Cell("（盖章）", lines=False)), 30),
            Row((label("登记机关意见"), Cell("（盖章）", lines=False)), 30),
        ),
        notes=("证件号码和电话号码在平台加密保存，表上只显示部分。",),
        draft=application.submitted_at is None,
    )


def notice(application: Application, kind: str) -> Official:
    """A notice or decision of the registering union in the layout of an official letter."""
    builders = {
        "accepted": _accepted,
        "supplement": _supplement,
        "unaccepted": _unaccepted,
        "decision": _decision,
    }
    return builders[kind](application)


def _official(
    application: Application, title: str, body: tuple[str, ...], day: date | None, number: str = ""
) -> Official:
    organ = application.registrar.name
    return Official(
        organs=(organ,),
        kind=Kind.LETTER,
        title=title,
        body=body,
        number=number,
        to=(application.union.name,),
        date=day,
        seals=(Seal(organ),),
        printed_by=organ,
        printed_on=day,
    )


def _named(application: Application) -> str:
    """The application in words; its receipt comes early in the line, where it need not break."""
    return f"你会 {application.receipt} 号{application.get_procedure_display()}申请"


def _accepted(application: Application) -> Official:
    day = application.accepted_on
    due = chinese_day(application.due_on) if application.due_on else "补正后顺延的期限"
    return _official(
        application,
        "工会法人登记受理通知书",
        (
            f"{_named(application)}收悉。经核对，属于本机关登记范围，予以受理。",
            f"本机关将在{due}前作出决定。需要补正材料的，将一次性告知，补正期间不计入办理时限。",
        ),
        day,
    )


def _supplement(application: Application) -> Official:
    due = application.supplement_due_on
    return _official(
        application,
        "工会法人登记补正通知书",
        (
            f"{_named(application)}需要补正，现一次性告知如下：",
            *[line for line in application.supplement.splitlines() if line.strip()],
            f"请在{chinese_day(due) if due else '规定期限'}前补正。补正期间停止计算办理时限；"
            "逾期未补正的，本次申请办结，可以重新申请。",
        ),
        application.supplement_on,
    )


def _unaccepted(application: Application) -> Official:
    return _official(
        application,
        "工会法人登记不予受理通知书",
        (f"{_named(application)}不予受理。理由：{application.opinion}",),
        _decided(application),
    )


def _decision(application: Application) -> Official:
    refused = not application.granted
    what = application.get_procedure_display()
    head = f"{_named(application)}收悉。"
    if refused:
        body = (
            f"{head}经审查，决定不予登记。理由：{application.opinion}",
            f"依据：{rules.MEASURE}。",
            "如对本决定不服，可以自收到本决定之日起，向本机关的上一级工会申请复核一次。",
        )
    else:
        end = {
            rules.NEW: "统一社会信用代码由赋码平台赋予后，发给《工会法人资格证书》。",
            rules.CANCEL: "原《工会法人资格证书》同时失效，统一社会信用代码不再使用。",
        }.get(application.procedure, "发给新的《工会法人资格证书》，原证书同时失效。")
        body = (f"{head}{application.opinion}", f"依据：{rules.MEASURE}。", end)
    title = f"关于{'不予' if refused else '准予'}{application.union.name}{what}的决定"
    return _official(application, title, body, _decided(application), application.document)


def _decided(application: Application) -> date | None:
    return timezone.localdate(application.decided_at) if application.decided_at else None


def _day(day: date | None) -> str:
    return chinese_day(day) if day else ""
