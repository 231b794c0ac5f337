"""Certificates, preprinted sheets and the seal record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Facts,
    Resource,
    Section,
    Sort,
    Step,
    Under,
)
from gonghui.systems.mobilization.legal_person import permissions
from gonghui.systems.mobilization.legal_person.actions import certificates as actions
from gonghui.systems.mobilization.legal_person.models import (
    Certificate,
    CertificateState,
    Copy,
    SealUse,
    Sheet,
    SheetState,
)
from gonghui.systems.mobilization.legal_person.queries import applications as queries
from gonghui.systems.mobilization.legal_person.queries import persons as reads
from gonghui.systems.mobilization.legal_person.resources import forms

TONES = {
    CertificateState.READY: "wait",
    CertificateState.PRINTED: "wait",
    CertificateState.SEALED: "wait",
    CertificateState.ISSUED: "good",
    CertificateState.VOID: "stop",
}


def _here(*states: str, permission: Permission) -> Callable[[Certificate, Actor], bool]:
    return lambda record, actor: (
        record.state in states and queries.at_registrar(actor, record, permission)
    )


def _sheets(record: Certificate, actor: Actor) -> dict[str, Any]:
    return {
        "sheets": reads.sheets_of(record),
        "seals": reads.seals_of(record),
        "record": record,
        "printable": record.state == CertificateState.PRINTED
        and queries.at_registrar(actor, record, permissions.PRINT_CERTIFICATE),
    }


CERTIFICATES = Resource(
    code="certificates",
    title="法人资格证书",
    unit="份",
    model=Certificate,
    view=permissions.VIEW_CERTIFICATES,
    columns=(
        Column("name", "名称", kind="title"),
        Column("copy", "类别", choices=Copy),
        Column("state", "状态", kind="state", choices=CertificateState, tones=TONES),
        Column("number", "证号"),
        Column("code__uscc", "统一社会信用代码"),
        Column("expires_on", "有效期至", kind="date"),
        Column("registrar__name", "登记机关", shown=False),
        Column("issued_at", "发证时间", kind="datetime"),
    ),
    filters=(
        Choice("state", "状态", choices=CertificateState),
        Choice("copy", "类别", choices=Copy),
        Under(),
    ),
    search=lambda rows, text, scope: rows.filter(name__contains=text),
    search_hint="名称",
    facts=(
        Facts(
            "证书",
            (
                ("名称", "name"),
                ("类别", "copy"),
                ("证号", "number"),
                ("统一社会信用代码", "code.uscc"),
                ("住所", "residence"),
                ("法定代表人", "representative_name"),
                ("有效期自", "valid_from"),
                ("有效期至", "expires_on"),
                ("登记机关", "registrar"),
            ),
        ),
        Facts(
            "制发",
            (
                ("制证时间", "made_at"),
                ("打印时间", "printed_at"),
                ("打印人", "printed_by_name"),
                ("发证时间", "issued_at"),
                ("发证人", "issued_by_name"),
                ("领取人", "received_by"),
                ("失效时间", "voided_at"),
                ("失效原因", "void_reason"),
            ),
        ),
    ),
    sections=(Section("证书纸和用印", "legal_person/sheets.html", _sheets),),
    steps=(
        Step(
            actions.print_out,
            "print",
            "领用证书纸打印",
            shown=_here(CertificateState.READY, permission=permissions.PRINT_CERTIFICATE),
            tone="primary",
            help="按编号顺序取用一张库存证书纸，请把对应编号的纸放入打印机。",
            done="已取用证书纸，请在“证书纸和用印”中打开打印页打印。",
        ),
        Step(
            actions.spoil,
            "spoil",
            "登记打坏",
            forms.SpoilForm,
            shown=_here(
                CertificateState.PRINTED,
                CertificateState.SEALED,
                permission=permissions.PRINT_CERTIFICATE,
            ),
            tone="danger",
            help="打坏的证书纸登记作废后，可以取用下一张重新打印。",
            done="已登记作废，可以重新打印。",
        ),
        Step(
            actions.seal,
            "seal",
            "批准用印",
            forms.SealForm,
            shown=_here(CertificateState.PRINTED, permission=permissions.SEAL_CERTIFICATE),
            tone="primary",
            done="已记入用印登记。",
        ),
        Step(
            actions.issue,
            "issue",
            "发放证书",
            forms.IssueForm,
            shown=_here(CertificateState.SEALED, permission=permissions.ISSUE_CERTIFICATE),
            tone="primary",
            help="发放后原证书失效，应当收回。",
            done="已发放。",
        ),
    ),
    related=("union", "registrar", "code", "person"),
    empty="还没有证书。核准并取得代码后自动制作正本和副本。",
)

SHEETS = Resource(
    code="certificate-sheets",
    title="证书纸",
    unit="张",
    model=Sheet,
    view=permissions.VIEW_CERTIFICATES,
    columns=(
        Column("number", "编号", kind="title"),
        Column("copy", "类别", choices=Copy),
        Column(
            "state",
            "状态",
            kind="state",
            choices=SheetState,
            tones={"stock": "info", "used": "good", "spoiled": "stop"},
        ),
        Column("union__name", "登记机关"),
        Column("received_on", "领入日期", kind="date"),
        Column("used_at", "使用时间", kind="datetime"),
        Column("spoiled_at", "作废时间", kind="datetime"),
        Column("spoiled_reason", "作废原因"),
    ),
    filters=(
        Choice("state", "状态", choices=SheetState),
        Choice("copy", "类别", choices=Copy),
        Under(),
    ),
    sorts=(Sort("id", "登记先后"), Sort("number", "编号", descending=False)),
    search=lambda rows, text, scope: rows.filter(number=text.strip().upper()),
    search_hint="完整编号",
    facts=(
        Facts(
            "证书纸",
            (
                ("编号", "number"),
                ("类别", "copy"),
                ("登记机关", "union"),
                ("领入日期", "received_on"),
                ("领自", "received_from"),
                ("领入登记人", "received_by_name"),
                ("证书", "certificate"),
                ("使用时间", "used_at"),
                ("使用人", "used_by_name"),
                ("作废时间", "spoiled_at"),
                ("作废登记人", "spoiled_by_name"),
                ("作废原因", "spoiled_reason"),
            ),
        ),
    ),
    creates=(
        Step(
            actions.receive,
            "receive",
            "登记领入",
            forms.ReceiveForm,
            help="按包登记印有编号的空白证书纸，编号在全省不重复。",
            done="已登记入库。",
        ),
    ),
    steps=(
        Step(
            actions.waste,
            "waste",
            "作废",
            forms.SpoilForm,
            shown=lambda record, actor: (
                record.state == SheetState.STOCK
                and queries.holds_at(actor, record.union_id, permissions.STOCK_SHEETS)
            ),
            tone="danger",
            done="已登记作废。",
        ),
    ),
    related=("union", "certificate"),
    empty="还没有证书纸。领到空白证书纸后先登记领入，打印时按编号顺序取用。",
)

SEALS = Resource(
    code="seal-uses",
    title="用印登记",
    unit="次",
    model=SealUse,
    view=permissions.VIEW_CERTIFICATES,
    columns=(
        Column("subject", "用印事项", kind="title"),
        Column("seal", "印章"),
        Column("sheet", "证书纸编号"),
        Column("approved_by_name", "批准人"),
        Column("at", "用印时间", kind="datetime"),
    ),
    filters=(Under(),),
    facts=(
        Facts(
            "用印",
            (
                ("用印事项", "subject"),
                ("印章", "seal"),
                ("证书纸编号", "sheet"),
                ("证书", "certificate"),
                ("批准人", "approved_by_name"),
                ("用印时间", "at"),
            ),
        ),
    ),
    related=("union", "certificate"),
    empty="还没有用印登记。批准证书用印后自动登记。",
)
