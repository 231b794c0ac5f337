"""The register: legal persons, codes, ranges and the queue of the issuing platform."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Custom,
    Days,
    Facts,
    Resource,
    Section,
    Sort,
    Step,
    Under,
)
from gonghui.systems.mobilization.legal_person import permissions
from gonghui.systems.mobilization.legal_person.actions import codes, platform, registering
from gonghui.systems.mobilization.legal_person.models import (
    Application,
    Certificate,
    CodeRange,
    CodeRequest,
    CodeState,
    LegalPerson,
    RequestKind,
    RequestState,
    Standing,
    UnionCode,
)
from gonghui.systems.mobilization.legal_person.queries import applications as queries
from gonghui.systems.mobilization.legal_person.queries import persons as reads
from gonghui.systems.mobilization.legal_person.resources import forms


def _due(actor: Actor) -> Sequence[tuple[str, str]]:
    return [("renew", "到期前应换证"), ("expired", "已过有效期"), ("unlike", "与组织库不一致")]


def _narrow(rows: QuerySet, value: str) -> QuerySet:
    today = timezone.localdate()
    if value == "unlike":
        return rows.filter(state=Standing.ACTIVE).exclude(mismatch="")
    if value == "expired":
        return rows.filter(state=Standing.ACTIVE, expires_on__lt=today)
    return reads.due_for_renewal(rows, today)


def _certificates(record: LegalPerson, actor: Actor) -> dict[str, Any]:
    rows = Certificate.objects.within(actor.scope(permissions.VIEW_CERTIFICATES))
    return {"certificates": list(rows.filter(person=record).order_by("-id")[:20])}


def _applications(record: LegalPerson, actor: Actor) -> dict[str, Any]:
    rows = Application.objects.within(actor.scope(permissions.VIEW_LEGAL))
    return {"applications": list(rows.filter(person=record).order_by("-id")[:20])}


PERSONS = Resource(
    code="legal-persons",
    title="工会法人库",
    unit="家",
    model=LegalPerson,
    view=permissions.VIEW_PERSONS,
    columns=(
        Column("name", "名称", kind="title"),
        Column("code__uscc", "统一社会信用代码"),
        Column("number", "证号"),
        Column("representative_name", "法定代表人"),
        Column("state", "状态", kind="state", choices=Standing, tones={"active": "good"}),
        Column("expires_on", "有效期至", kind="date"),
        Column("mismatch", "与组织库不一致"),
        Column("registrar__name", "登记机关", shown=False),
        Column("registered_on", "登记日期", kind="date", shown=False),
        Column("residence", "住所", shown=False),
    ),
    filters=(
        Choice("state", "状态", choices=Standing),
        Custom("due", "需要处理", _due, _narrow),
        Days("expires_on", "有效期至"),
        Under(),
    ),
    sorts=(
        Sort("expires_on", "有效期至", descending=False),
        Sort("id", "登记先后"),
    ),
    search=reads.search_persons,
    search_hint="名称、证号或统一社会信用代码",
    facts=(
        Facts(
            "登记事项",
            (
                ("名称", "name"),
                ("统一社会信用代码", "code.uscc"),
                ("证号", "number"),
                ("住所", "residence"),
                ("法定代表人", "representative_name"),
                ("证件号码", "representative_mask"),
                ("经费来源", "funds"),
                ("成立日期", "founded_on"),
                ("登记机关", "registrar"),
                ("登记日期", "registered_on"),
                ("有效期自", "valid_from"),
                ("有效期至", "expires_on"),
                ("延期至", "delayed_to"),
                ("注销日期", "cancelled_on"),
                ("与组织库不一致", "mismatch"),
            ),
        ),
    ),
    sections=(
        Section("证书", "legal_person/certificates.html", _certificates),
        Section("登记申请", "legal_person/applications.html", _applications),
    ),
    creates=(
        Step(
            registering.take_over,
            "enter",
            "补录存量法人",
            forms.TakeOverForm,
            help="平台启用前已领取证书的工会，由登记机关按证书补录；代码逐位校验，不得重复。",
            done="已补录。",
        ),
    ),
    export=permissions.EXPORT_PERSONS,
    related=("union", "registrar", "code"),
    empty="法人库还是空的。准予登记并取得代码的工会会出现在这里，已持证的可以补录。",
)

CODES = Resource(
    code="union-codes",
    title="赋码登记簿",
    unit="个",
    model=UnionCode,
    view=permissions.VIEW_CODES,
    columns=(
        Column("uscc", "统一社会信用代码", kind="title"),
        Column("name", "登记名称"),
        Column("state", "状态", kind="state", choices=CodeState, tones={"in_use": "good"}),
        Column("registrar__name", "登记机关"),
        Column("allotted_at", "登记时间", kind="datetime"),
        Column("taken_over", "存量补录", kind="flag"),
        Column("cancelled_at", "注销时间", kind="datetime", shown=False),
        Column("cancel_told_at", "平台确认注销", kind="datetime", shown=False),
        Column("serial", "平台流水号", shown=False),
    ),
    filters=(Choice("state", "状态", choices=CodeState), Under()),
    search=lambda rows, text, scope: rows.filter(uscc__startswith=text.upper().strip()),
    search_hint="代码的开头几位",
    facts=(
        Facts(
            "代码",
            (
                ("统一社会信用代码", "uscc"),
                ("登记名称", "name"),
                ("工会", "union"),
                ("登记机关", "registrar"),
                ("登记时间", "allotted_at"),
                ("存量补录", "taken_over"),
                ("平台流水号", "serial"),
                ("注销时间", "cancelled_at"),
                ("平台确认注销", "cancel_told_at"),
            ),
        ),
    ),
    related=("union", "registrar"),
    empty="还没有登记代码。代码只由赋码平台给出，校验无误后登记在这里，注销后不再使用。",
)


def _use(record: CodeRange, actor: Actor) -> dict[str, Any]:
    return {"use": reads.range_use([record])[0]}


RANGES = Resource(
    code="code-ranges",
    title="赋码号段",
    unit="段",
    model=CodeRange,
    view=permissions.VIEW_CODES,
    columns=(
        Column("prefix", "前缀", kind="title"),
        Column("first", "起始主体标识"),
        Column("last", "终止主体标识"),
        Column("union__name", "登记机关"),
        Column("document", "备案依据"),
        Column("since", "启用日期", kind="date"),
        Column("ended_on", "停用日期", kind="date"),
    ),
    filters=(Under(),),
    facts=(
        Facts(
            "号段",
            (
                ("前缀", "prefix"),
                ("起始主体标识", "first"),
                ("终止主体标识", "last"),
                ("登记机关", "union"),
                ("备案依据", "document"),
                ("启用日期", "since"),
                ("停用日期", "ended_on"),
                ("登记人", "recorded_by_name"),
            ),
        ),
    ),
    sections=(Section("使用情况", "legal_person/range_use.html", _use),),
    creates=(
        Step(
            codes.file_range,
            "file",
            "备案号段",
            forms.RangeForm,
            help="外部平台赋的代码只有落在已备案号段内才会登记。",
            done="已备案。",
        ),
    ),
    steps=(
        Step(
            codes.end_range,
            "end",
            "停用号段",
            forms.EndRangeForm,
            shown=lambda record, actor: record.ended_on is None,
            tone="danger",
            done="已停用。",
        ),
    ),
    related=("union",),
    empty="还没有备案号段。没有备案号段时，外部平台赋的代码都不会登记。",
)


def _answers(record: CodeRequest, actor: Actor) -> dict[str, Any]:
    return {
        "answers": [
            {"answer": answer, "outcome": codes.OUTCOMES.get(answer.outcome, answer.outcome)}
            for answer in record.answers.order_by("-id")[:30]
        ],
        "simulated": platform.PARTY.is_simulated(),
    }


REQUESTS = Resource(
    code="code-requests",
    title="赋码申请",
    unit="件",
    model=CodeRequest,
    view=permissions.VIEW_CODES,
    columns=(
        Column("name", "单位名称", kind="title"),
        Column("kind", "事项", choices=RequestKind),
        Column(
            "state",
            "状态",
            kind="state",
            choices=RequestState,
            tones={"waiting": "wait", "done": "good", "declined": "stop"},
        ),
        Column("registrar__name", "登记机关"),
        Column("asked_at", "提出时间", kind="datetime"),
        Column("tries", "询问次数", kind="number"),
        Column("rejected", "应答被拒次数", kind="number"),
        Column("trouble", "最近的问题"),
    ),
    filters=(
        Choice("state", "状态", choices=RequestState),
        Choice("kind", "事项", choices=RequestKind),
        Under(),
    ),
    search=lambda rows, text, scope: rows.filter(name__contains=text),
    search_hint="单位名称",
    facts=(
        Facts(
            "赋码申请",
            (
                ("单位名称", "name"),
                ("事项", "kind"),
                ("登记机关", "registrar"),
                ("行政区划", "region"),
                ("代码", "code"),
                ("提出时间", "asked_at"),
                ("询问次数", "tries"),
                ("应答被拒次数", "rejected"),
                ("下次询问", "next_at"),
                ("最近的问题", "trouble"),
                ("办结时间", "settled_at"),
            ),
        ),
    ),
    sections=(Section("应答记录", "legal_person/answers.html", _answers),),
    steps=(
        Step(
            codes.again,
            "again",
            "重新申请",
            shown=lambda record, actor: (
                record.state != RequestState.DONE
                and queries.at_registrar(actor, record, permissions.ASK_AGAIN)
            ),
            tone="primary",
            help="立即再问一次外部平台。平台恢复后排队的申请也会自动办理，不需要逐件重试。",
            done="已重新排队。",
        ),
    ),
    related=("union", "registrar", "code"),
    empty="没有赋码申请。新办登记核准后自动向外部平台申请赋码，注销登记后自动通知平台。",
)
