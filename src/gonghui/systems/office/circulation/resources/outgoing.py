"""Outgoing documents: the list, the record with its trace, every step."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.org.models import UnionKind
from gonghui.kernel.process import cases, work
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
from gonghui.kernel.resource.forms import ActionForm, UnionField
from gonghui.kernel.ui import components as ui
from gonghui.systems.office.circulation import permissions
from gonghui.systems.office.circulation.actions import chain as steps
from gonghui.systems.office.circulation.actions import drafting, exchanging, filing, issuing
from gonghui.systems.office.circulation.models import Outgoing, Piece
from gonghui.systems.office.circulation.models.filing import Retention
from gonghui.systems.office.circulation.models.outgoing import (
    DeliveryState,
    DocumentKind,
    State,
    UrgencyChoice,
)
from gonghui.systems.office.circulation.queries import desk
from gonghui.systems.office.circulation.queries import filing as filed
from gonghui.systems.office.circulation.queries import outgoing as queries
from gonghui.systems.office.circulation.resources.fields import (
    ColleagueForm,
    UnionNames,
    ink_field,
    place,
    text_area,
)
from gonghui.systems.office.circulation.rules import chain, handling
from gonghui.systems.office.circulation.rules.kinds import KINDS

TONES = {
    chain.DRAFT: "idle",
    chain.UNDER_WAY: "wait",
    chain.SIGNED: "info",
    chain.SEALED: "info",
    chain.ISSUED: "good",
    chain.ARCHIVED: "good",
    chain.VOID: "stop",
}
SHOWN = 8
"""Unions named on the record that have not received a document; all of them have a page."""
RECEIPT_TONES = {"sent": "wait", "received": "good", "recalled": "idle"}
URGENCIES = list(UrgencyChoice.choices)


class TextForm(ActionForm):
    """The parts of a document one writes."""

    title = forms.CharField(label="标题", max_length=200, help_text="如“关于……的通知”。")
    to = forms.CharField(
        label="主送机关",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="用顿号分开。公布性公文、纪要可以不写；请示、报告只主送一个上级机关。",
    )
    body = forms.CharField(
        label="正文",
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text="一段一行，段首不用空格；层次序数用“一、”“（一）”“1.”“（1）”。",
    )
    attachments = text_area("附件说明", 2, required=False, help_text="一行一个附件名称。")
    copies = forms.CharField(label="抄送机关", required=False, max_length=1000)
    meeting = forms.CharField(
        label="会议名称和日期",
        required=False,
        max_length=120,
        help_text="决议、公报、纪要必填，如“省总工会十五届三次常委会，2026年11月20日”。",
    )
    note = forms.CharField(label="附注", required=False, max_length=120)
    series = forms.TypedChoiceField(label="机关代字", coerce=int, required=False, empty_value=None)
    urgency = forms.ChoiceField(label="紧急程度", choices=URGENCIES, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organ = place(self.record, self.actor, permissions.DRAFT)
        found = queries.series_of(organ, self.record.kind if self.record else "") if organ else []
        self.fields["series"].choices = [("", "按文种选用")] + [
            (item.pk, f"{item.prefix}（{item.use}）" if item.use else item.prefix) for item in found
        ]


class DraftForm(TextForm):
    field_order = ["union", "kind", "template"]
    union = UnionField(label="发文机关", permission=permissions.DRAFT)
    kind = forms.ChoiceField(
        label="文种",
        choices=[("", "请选择")]
        + [(kind.code, f"{kind.title}：{kind.use[:24]}") for kind in KINDS.values()],
    )
    groups = [
        ("文种和标题", ["union", "kind", "title", "series", "urgency"]),
        ("正文", ["to", "body", "attachments"]),
        ("版记和附注", ["copies", "meeting", "note"]),
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organ = place(None, self.actor, permissions.DRAFT)
        if organ is not None and not self.is_bound:
            self.initial = {"union": organ.name, **(self.initial or {})}


class EditForm(TextForm):
    remark = forms.CharField(label="修改说明", required=False, max_length=200)
    groups = [
        ("标题和正文", ["title", "to", "body", "attachments"]),
        ("版记和附注", ["copies", "meeting", "note", "series", "urgency"]),
        ("留痕", ["remark"]),
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound and self.record is not None:
            now = {name: getattr(self.record, name) for name in (*drafting.TEXTS, "urgency")}
            self.initial = {**now, "series": self.record.series_id, **(self.initial or {})}


class SubmitForm(ColleagueForm):
    asks = {
        "reviewer": permissions.TAKE_PART,
        "countersigners": permissions.TAKE_PART,
        "signer": permissions.SIGN,
    }
    reviewer = forms.ChoiceField(label="核稿人", help_text="本机关办公室，不能是拟稿人本人。")
    countersigners = forms.MultipleChoiceField(
        label="会签人",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="涉及其他部门职权的，同时送这些人会签；可以不选。",
    )
    signer = forms.ChoiceField(label="签发人", help_text="本机关负责人。")


class OpinionForm(ActionForm):
    text = text_area("意见", 3, required=False, max_length=1000)


class InkForm(OpinionForm):
    ink = ink_field()


class BackForm(ActionForm):
    to = forms.ChoiceField(label="退回到")
    reason = text_area("退回原因", 3, max_length=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        item = desk.item_for(self.record, self.actor, tuple(chain.STEPS))
        found = work.earlier_steps(item) if item is not None else []
        self.fields["to"].choices = [(node.id, node.title) for node in found]


class ReasonForm(ActionForm):
    reason = text_area("原因", 3, min_length=4, max_length=200)


class AddSignerForm(ColleagueForm):
    asks = {"user": permissions.TAKE_PART}
    user = forms.ChoiceField(label="加签人")


class RemoveSignerForm(ActionForm):
    user = forms.ChoiceField(label="减签人")
    reason = forms.CharField(label="原因", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = self.record.countersigns.all()
        self.fields["user"].choices = [(row.user_id, row.name) for row in rows]


class SealForm(ActionForm):
    copies = forms.IntegerField(label="印数", min_value=1, max_value=9999, initial=1)


class DistributeForm(ActionForm):
    group = forms.ChoiceField(
        label="分发范围",
        required=False,
        choices=[("", "只发下面写明的单位"), *queries.GROUPS.items()],
    )
    unions = UnionNames(
        label="其他单位", required=False, help_text="工会全称，一行一个；上报的公文写上级工会。"
    )
    copy = forms.BooleanField(label="作为抄送", required=False)


class FileForm(ActionForm):
    retention = forms.ChoiceField(label="保管期限", choices=Retention.choices)
    category = forms.CharField(
        label="机构（问题）代码", max_length=12, initial="BGS", help_text="如办公室写 BGS。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            found = filed.proposed(self.record)
            self.fields["retention"].help_text = found.because
            retention = found.outcome["retention"] if found.outcome else ""
            self.initial = {"retention": retention, "category": "BGS", **(self.initial or {})}


def _turn(*at: str) -> Any:
    """Offered to whoever has the document at one of these steps of its approval."""
    return lambda record, actor: desk.item_for(record, actor, at) is not None


_returns = _turn(chain.REVIEW, chain.COUNTERSIGN, chain.SIGNING)
_adds = _turn(chain.REVIEW, chain.COUNTERSIGN)


def _edits(record: Outgoing, actor: Actor) -> bool:
    return record.state in chain.ALLOWED["edit"] and desk.edits(record, actor)


def _submits(record: Outgoing, actor: Actor) -> bool:
    if record.state == chain.DRAFT:
        return desk.edits(record, actor)
    return desk.item_for(record, actor, (chain.REDRAFT,)) is not None


def _drafts(record: Outgoing, actor: Actor) -> bool:
    return record.state == chain.DRAFT and desk.edits(record, actor)


def _state(verb: str) -> Any:
    return lambda record, actor: record.state in chain.ALLOWED[verb]


def _goes_up(record: Outgoing, actor: Actor) -> bool:
    return _state("distribute")(record, actor) and record.union.kind == UnionKind.PROVINCE


def _drafter(record: Outgoing, actor: Actor) -> bool:
    return record.state == chain.UNDER_WAY and actor.user_id == record.drafter_id


def _where(record: Outgoing, actor: Actor) -> dict[str, Any]:
    signers = [row.name for row in record.countersigns.all()]
    order = [chain.REDRAFT, chain.REVIEW, chain.COUNTERSIGN, chain.SIGNING]
    if not signers:
        order.remove(chain.COUNTERSIGN)
    after = [chain.SIGNED, chain.SEALED, chain.ISSUED, chain.ARCHIVED]
    names = {
        chain.REDRAFT: record.drafter.display_name,
        chain.REVIEW: record.reviewer.display_name if record.reviewer else "",
        chain.COUNTERSIGN: "、".join(signers),
        chain.SIGNING: record.signer.display_name if record.signer else "",
        chain.SIGNED: record.number_text,
    }
    items = desk.open_items(record)
    here = next((code for code in order if any(item.step == code for item in items)), order[0])
    now = order.index(here) if record.state in (chain.DRAFT, chain.UNDER_WAY) else -1
    if record.state in after:
        # A document that was filed stands behind the last step: nothing of it is under way.
        now = len(order) + after.index(record.state) + (record.state == chain.ARCHIVED)
    waiting = "、".join(item.assignee_name or item.title for item in items)
    case = cases.of(record)
    titles = {**chain.TITLES, **chain.STEPS}
    return {
        "steps": [
            ui.Step(
                titles[code],
                "now" if place == now else ("done" if place < now else "todo"),
                names.get(code, ""),
            )
            for place, code in enumerate([*order, *after])
        ],
        "waiting": waiting,
        "lacks": queries.lacks(record) if record.state == chain.DRAFT else [],
        "void": record.state == chain.VOID,
        "case_url": f"/cases/{case.pk}/" if case else "",
    }


def _paper(record: Outgoing, actor: Actor) -> dict[str, Any]:
    return {
        "document": record,
        "preview_url": reverse("circulation-paper", args=[record.pk]),
        "docx_url": reverse("circulation-docx", args=[record.pk]),
        "trace_url": reverse("circulation-trace", args=[record.pk]),
        "sheet_url": reverse("circulation-sheet", args=[record.pk]),
        "versions": record.revision,
        "file_url": reverse("files:download", args=[record.paper.key]) if record.paper else "",
    }


def _opinions(record: Outgoing, actor: Actor) -> dict[str, Any] | None:
    found = desk.opinions(record)
    return {"opinions": found} if found else None


def _receipts(record: Outgoing, actor: Actor) -> dict[str, Any] | None:
    if record.state not in (chain.ISSUED, chain.ARCHIVED):
        return None
    found = queries.receipts_of(record)
    waiting = queries.deliveries_of(record).filter(state=DeliveryState.SENT)
    return {
        "found": found,
        "waiting": list(waiting.values_list("union__name", flat=True)[:SHOWN]),
        "more": max(found.live - found.received - SHOWN, 0),
        "errands": queries.errands_of(record),
        "progress_url": reverse("circulation-progress", args=[record.pk]),
        "record_url": reverse("circulation-receipts", args=[record.pk]),
    }


def filed_piece(record: Any, actor: Actor) -> dict[str, Any] | None:
    """The piece (归档文件) a document that was sent or came in has become."""
    if record.state not in (chain.ARCHIVED, handling.ARCHIVED):
        return None
    pieces = Piece.objects.within(actor.scope(permissions.VIEW_PIECES))
    piece = pieces.filter(**{record._meta.model_name: record}).first()
    return {"piece": piece} if piece else None


def _search(rows: QuerySet, text: str, scope: Any) -> QuerySet:
    return rows.filter(Q(title__contains=text) | Q(number_text__contains=text))


def _mine(rows: QuerySet, value: str) -> QuerySet:
    if value == "waiting":
        return rows.filter(state=chain.UNDER_WAY)
    if value == "unissued":
        return rows.filter(state__in=(chain.SIGNED, chain.SEALED))
    return rows.filter(state=chain.ISSUED)


OUTGOING = Resource(
    code="outgoing",
    title="发文",
    unit="件",
    model=Outgoing,
    view=permissions.VIEW_OUTGOING,
    seen=queries.visible,
    columns=(
        Column("title", "标题", kind="title"),
        Column("kind", "文种", choices=DocumentKind),
        Column("number_text", "发文字号"),
        Column("state", "状态", kind="state", choices=State, tones=TONES),
        Column("union__name", "发文机关"),
        Column("drafter__display_name", "拟稿人"),
        Column("signer__display_name", "签发人", shown=False),
        Column("urgency", "紧急程度", choices=UrgencyChoice, shown=False),
        Column("drafted_at", "起草时间", kind="datetime"),
        Column("signed_at", "签发时间", kind="datetime", shown=False),
    ),
    filters=(
        Choice("state", "状态", choices=State),
        Choice("kind", "文种", choices=DocumentKind),
        Custom(
            "stage",
            "办理阶段",
            lambda actor: [
                ("waiting", "审签中"),
                ("unissued", "已签发未分发"),
                ("issued", "已分发"),
            ],
            _mine,
        ),
        Days("drafted_at", "起草时间"),
        Under(title="发文机关"),
    ),
    sorts=(Sort("drafted_at", "起草时间"),),
    search=_search,
    search_hint="标题或发文字号",
    facts=(
        Facts(
            "公文",
            (
                ("文种", "kind"),
                ("发文字号", lambda record: record.number_text or "签发时取号"),
                ("发文机关", "union"),
                ("主送机关", lambda record: record.to or "—"),
                ("抄送机关", lambda record: record.copies or "—"),
                ("紧急程度", "urgency"),
                ("机关代字", "series"),
            ),
        ),
        Facts(
            "办理",
            (
                ("拟稿人", "drafter.display_name"),
                ("核稿人", "reviewer.display_name"),
                ("签发人", "signer.display_name"),
                ("送审时间", "submitted_at"),
                ("签发时间", "signed_at"),
                ("用印", lambda record: record.sealed_by or "—"),
                ("印数", lambda record: f"{record.printed_copies} 份" if record.sealed_at else "—"),
                ("分发时间", "issued_at"),
            ),
        ),
    ),
    sections=(
        Section("办到哪一步", "circulation/where.html", _where),
        Section("文稿", "circulation/paper.html", _paper),
        Section("审签意见", "circulation/opinions.html", _opinions),
        Section("签收情况", "circulation/receipts_part.html", _receipts),
        Section("归档", "circulation/filed_part.html", filed_piece),
    ),
    creates=(
        Step(
            drafting.draft,
            "draft",
            "起草公文",
            DraftForm,
            help="本平台是非涉密系统，标有秘密、机密、绝密的公文不能在这里起草。",
            done="已存为草稿，可以继续修改或送审。",
        ),
    ),
    steps=(
        Step(
            steps.submit,
            "submit",
            "送审",
            SubmitForm,
            shown=_submits,
            tone="primary",
            done="已送核稿。",
        ),
        Step(
            steps.review,
            "review",
            "核稿通过",
            OpinionForm,
            shown=_turn(chain.REVIEW),
            tone="primary",
            done=lambda record: f"已核稿，送{desk.step_title(record)}。",
        ),
        Step(
            steps.countersign,
            "countersign",
            "会签同意",
            InkForm,
            shown=_turn(chain.COUNTERSIGN),
            tone="primary",
            done="已会签。",
        ),
        Step(
            steps.sign,
            "sign",
            "签发",
            InkForm,
            shown=_turn(chain.SIGNING),
            tone="primary",
            help="签发后立即取得发文字号，登记在文号登记簿中。",
            done=lambda record: f"已签发，发文字号 {record.number_text}。",
        ),
        Step(
            issuing.seal,
            "seal",
            "用印",
            SealForm,
            shown=_state("seal"),
            tone="primary",
            help="生成带印章和数字签名的版式文件，生成后内容不能再改。",
            done="已用印，可以分发。",
        ),
        Step(
            issuing.distribute,
            "distribute",
            "分发",
            DistributeForm,
            shown=_state("distribute"),
            tone="primary",
            done="已分发，签收情况见下方。",
        ),
        Step(
            exchanging.send_up,
            "send-up",
            "报送全总",
            shown=_goes_up,
            help="送到全总协同办公环境；对方停机时排队，恢复后自动补送。",
            done="已排队报送，进展见“与全总的公文交换”。",
        ),
        Step(
            drafting.edit,
            "edit",
            "修改文稿",
            EditForm,
            shown=_edits,
            help="每次修改存为一个版本，增删的字、修改人和时间都留痕。",
            done="已存为新版本。",
        ),
        Step(
            steps.send_back,
            "send-back",
            "退回",
            BackForm,
            shown=_returns,
            done="已退回。",
        ),
        Step(
            steps.add_signer,
            "add-signer",
            "加签",
            AddSignerForm,
            shown=_adds,
            done="已加签。",
        ),
        Step(
            steps.remove_signer,
            "remove-signer",
            "减签",
            RemoveSignerForm,
            shown=_adds,
            done="已减签。",
        ),
        Step(steps.withdraw, "withdraw", "撤回送审", ReasonForm, shown=_drafter, done="已撤回。"),
        Step(
            issuing.urge_all,
            "urge",
            "催收",
            shown=_state("recall"),
            help="向所有没有签收的单位催收。",
            done="已催收。",
        ),
        Step(
            issuing.recall_all,
            "recall",
            "撤回未签收的",
            ReasonForm,
            shown=_state("recall"),
            help="只撤回没有签收的单位；已签收的，请另行发文更正。",
            tone="danger",
            done="已撤回。",
        ),
        Step(filing.file_outgoing, "file", "归档", FileForm, shown=_state("archive")),
        Step(
            steps.void,
            "void",
            "作废",
            ReasonForm,
            shown=_state("void"),
            help="发文字号登记为作废，不再使用。",
            tone="danger",
            done="已作废，发文字号已登记作废原因。",
        ),
        Step(
            drafting.abandon,
            "abandon",
            "废弃文稿",
            ReasonForm,
            shown=_drafts,
            tone="danger",
            done="已废弃。",
        ),
    ),
    export=permissions.EXPORT_OUTGOING,
    related=("union", "drafter", "reviewer", "signer", "series", "paper", "number"),
    empty="还没有发文。点“起草公文”写第一件。",
)
