"""Batches and messages: lists, records, forms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.identifiers import parse_mobile
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
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
from gonghui.systems.media.short_messages import permissions
from gonghui.systems.media.short_messages.actions import batches, messages
from gonghui.systems.media.short_messages.models import Batch, Message, Submit
from gonghui.systems.media.short_messages.models.phones import indexes_of
from gonghui.systems.media.short_messages.models.sending import BatchState, MessageState
from gonghui.systems.media.short_messages.queries import figures, reach
from gonghui.systems.media.short_messages.resources.fields import (
    OwnRow,
    ReasonForm,
    SenderForm,
    counted_text,
)
from gonghui.systems.media.short_messages.rules import (
    billing,
    carriers,
    categories,
    payloads,
    states,
)

BATCH_TONES = {
    "draft": "idle",
    "pending": "wait",
    "expanding": "info",
    "sending": "info",
    "held": "stop",
    "done": "good",
    "refused": "stop",
    "cancelled": "idle",
}
MESSAGE_TONES = {
    "waiting": "wait",
    "sending": "info",
    "sent": "info",
    "unknown": "stop",
    "delivered": "good",
    "failed": "stop",
    "unconfirmed": "stop",
    "cancelled": "idle",
}
BULK = [(code, categories.CATEGORIES[code].title) for code in categories.BULK]
ONE = [
    (code, item.title)
    for code, item in categories.CATEGORIES.items()
    if code not in {"code", "reply"}
]


class MomentField(forms.DateTimeField):
    """A day and time, typed or picked."""

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], **kwargs)


class BatchForm(SenderForm):
    permission = permissions.COMPOSE
    union = UnionField(label="发送工会", permission=permissions.COMPOSE)
    title = forms.CharField(label="标题", max_length=80, help_text="只在这里显示，不发给对方。")
    category = forms.ChoiceField(label="类别", choices=[("", "请选择"), *BULK])
    signature = OwnRow(label="签名")
    budget = OwnRow(label="短信预算")
    template = OwnRow(label="模板", required=False)
    text = counted_text(required=False)
    payload = forms.ChoiceField(
        label="形式", choices=payloads.CHOICES, initial=payloads.SMS, required=False
    )
    link = forms.CharField(
        label="网址", max_length=120, required=False, help_text="WAP 推送和应用下载需要。"
    )
    picture = forms.FileField(
        label="彩信图片", required=False, help_text="JPEG 或 PNG，不超过 300 KB。"
    )
    audience = OwnRow(label="发送对象", required=False)
    numbers = forms.CharField(
        label="填写号码",
        required=False,
        max_length=30_000,
        widget=forms.Textarea(attrs={"rows": 3, "data-private": "1"}),
        help_text="用空格、逗号或换行分开，最多 2,000 个。",
    )
    rank = forms.TypedChoiceField(
        label="优先级",
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", "按类别"), *categories.PRIORITIES.items()],
    )
    scheduled_at = MomentField(
        label="定时发送", required=False, help_text="22 时至 8 时自动改到早上 8 时，紧急通知除外。"
    )
    groups = [
        ("内容", ["union", "title", "category", "signature", "template", "text"]),
        ("对象", ["audience", "numbers"]),
        ("发送", ["budget", "rank", "scheduled_at"]),
        ("其他形式", ["payload", "link", "picture"], payloads.OLD),
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer()

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        found["payload"] = found.get("payload") or payloads.SMS
        return found


class OneForm(SenderForm):
    permission = permissions.COMPOSE
    union = UnionField(label="发送工会", permission=permissions.COMPOSE)
    mobile = forms.CharField(
        label="手机号码",
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "data-private": "1"}),
    )
    category = forms.ChoiceField(label="类别", choices=[("", "请选择"), *ONE])
    signature = OwnRow(label="签名")
    budget = OwnRow(label="短信预算")
    text = counted_text()
    at = MomentField(label="定时发送", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer()


class DecideForm(ActionForm):
    grant = forms.TypedChoiceField(
        label="审核结果",
        choices=[("1", "通过"), ("0", "不通过")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    opinion = forms.CharField(
        label="意见", required=False, max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )


def _state(*allowed: str) -> Any:
    return lambda record, actor: record.state in allowed


def _excluded(batch: Batch) -> str:
    found = [f"{reach.WHY.get(why, why)} {many:,} 人" for why, many in batch.excluded.items()]
    return "；".join(found) or "无"


def _moment(value: Any) -> str:
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if value else "—"


def _progress(batch: Batch, actor: Actor) -> dict[str, Any] | None:
    if batch.state in {BatchState.DRAFT, BatchState.PENDING, BatchState.REFUSED}:
        return None
    counts = figures.of_batch(batch)
    titles = dict(MessageState.choices)
    return {
        "total": sum(counts.values()),
        "delivered": counts.get("delivered", 0),
        "stats": [ui.Stat(str(titles[key]), f"{many:,}", "条") for key, many in counts.items()],
    }


def _preview(batch: Batch, actor: Actor) -> dict[str, Any]:
    return {
        "text": f"【{batch.signature.text}】{batch.text}",
        "words": batch.words,
        "payload": batch.get_payload_display(),
        "link": batch.link,
        "picture": batch.picture,
    }


BATCHES = Resource(
    code="short-batches",
    title="群发短信",
    unit="次",
    model=Batch,
    view=permissions.VIEW,
    columns=(
        Column("title", "标题", kind="title"),
        Column("category", "类别", paint=lambda value: categories.CATEGORIES[value].title),
        Column("state", "状态", kind="state", choices=BatchState, tones=BATCH_TONES),
        Column("reachable", "可发人数", kind="number"),
        Column("made", "已生成", kind="number"),
        Column("estimate", "预计费用", paint=billing.in_words),
        Column("scheduled_at", "定时", kind="datetime"),
        Column("union__name", "发送工会"),
        Column("made_by", "编写人", shown=False),
        Column("made_at", "编写时间", kind="datetime"),
    ),
    filters=(Choice("state", "状态", choices=BatchState), Days("made_at", "编写"), Under()),
    sorts=(Sort("made_at", "编写时间"),),
    search=lambda rows, text, scope: rows.filter(title__contains=text),
    search_hint="标题",
    facts=(
        Facts(
            "发送",
            (
                ("类别", "category"),
                ("签名", lambda record: f"【{record.signature.text}】"),
                ("模板", lambda record: record.template.name if record.template else "—"),
                ("优先级", "rank"),
                ("定时", lambda record: _moment(record.scheduled_at)),
                ("预算", lambda record: record.budget.department),
                ("试发", lambda record: _moment(record.tested_at)),
            ),
        ),
        Facts(
            "对象和费用",
            (
                (
                    "发送对象",
                    lambda record: record.audience.name if record.audience else "填写的号码",
                ),
                ("对象人数", lambda record: f"{record.headcount:,} 人"),
                ("可发人数", lambda record: f"{record.reachable:,} 人"),
                ("不发", _excluded),
                ("每人条数", lambda record: f"{record.parts_each} 条"),
                ("预计费用", lambda record: billing.in_words(record.estimate)),
            ),
        ),
        Facts(
            "审核",
            (
                ("编写人", "made_by"),
                ("编写时间", "made_at"),
                ("审核人", lambda record: record.decided_by or "—"),
                ("审核时间", lambda record: _moment(record.decided_at)),
                ("意见", lambda record: record.opinion or "—"),
            ),
        ),
    ),
    sections=(
        Section("内容", "short_messages/preview_part.html", _preview),
        Section("进度", "short_messages/progress_part.html", _progress),
    ),
    creates=(
        Step(
            batches.write,
            "write",
            "编写群发短信",
            BatchForm,
            help="先存为草稿，试发到自己的手机，再提交审核。",
            done="已存为草稿，请核对人数和费用后提交。",
        ),
    ),
    steps=(
        Step(
            batches.submit,
            "submit",
            "提交审核",
            shown=_state("draft", "refused"),
            tone="primary",
            done="已提交，审核通过后发送。",
        ),
        Step(
            batches.try_out,
            "try",
            "试发给自己",
            shown=_state("draft", "pending"),
            done="已发到您本人的手机。",
        ),
        Step(
            batches.decide,
            "decide",
            "审核",
            DecideForm,
            shown=_state("pending"),
            tone="primary",
            done="已审核。",
        ),
        Step(
            batches.go_on,
            "go-on",
            "继续发送",
            shown=_state("held"),
            tone="primary",
            done="继续发送。",
        ),
        Step(
            batches.stop,
            "stop",
            "撤回",
            ReasonForm,
            shown=_state("draft", "pending", "expanding", "sending", "held", "refused"),
            help="没有提交给运营商的不再发出；已经提交的不能追回。",
            tone="danger",
            done="已撤回。",
        ),
    ),
    export=permissions.EXPORT,
    related=("union", "signature", "template", "audience", "budget"),
    empty="还没有群发短信。",
)


def _find(rows: QuerySet, text: str, scope: Any) -> QuerySet:
    """By a whole number; parts of one are not searched."""
    try:
        return rows.filter(mobile_index__in=indexes_of(parse_mobile(text)))
    except Refusal:
        return rows.none()


def _submits(message: Message, actor: Actor) -> dict[str, Any] | None:
    rows = Submit.objects.filter(message=message).select_related("route").order_by("pk")
    columns = [
        ui.Column("第几条", "title"),
        ui.Column("通道"),
        ui.Column("状态", "state"),
        ui.Column("登记时间", "code"),
        ui.Column("应答时间", "code"),
        ui.Column("回执", "code"),
        ui.Column("单价", "number"),
    ]
    tones = {
        "accepted": "info",
        "delivered": "good",
        "refused": "stop",
        "undelivered": "stop",
        "unknown": "stop",
    }
    lines = [
        ui.Row(
            str(row.pk),
            [
                f"第 {row.number} 条第 {row.attempt} 次",
                row.route.name,
                ui.pill(row.get_state_display(), tones.get(row.state, "idle")),
                _second(row.recorded_at),
                _second(row.answered_at),
                states.receipt_title(row.word) or "—",
                billing.in_words(row.price),
            ],
        )
        for row in rows
    ]
    return {"table": ui.Table("提交记录", columns, lines)} if lines else None


def _second(value: Any) -> str:
    return timezone.localtime(value).strftime("%m-%d %H:%M:%S") if value else "—"


MESSAGES = Resource(
    code="short-messages",
    title="短信记录",
    unit="条",
    model=Message,
    view=permissions.VIEW,
    columns=(
        Column("mobile_mask", "手机号码", kind="title"),
        Column("category", "类别", paint=lambda value: categories.CATEGORIES[value].title),
        Column("state", "状态", kind="state", choices=MessageState, tones=MESSAGE_TONES),
        Column("parts", "条数", kind="number"),
        Column("carrier", "运营商", paint=lambda value: carriers.TITLES.get(value, value)),
        Column("payload", "形式", paint=lambda value: payloads.PAYLOADS[value].title, shown=False),
        Column("route__name", "通道"),
        Column("fault", "说明"),
        Column("batch__title", "群发", shown=False),
        Column("union__name", "发送工会", shown=False),
        Column("sender", "发送人", shown=False),
        Column("created_at", "产生时间", kind="datetime"),
        Column("submitted_at", "提交时间", kind="datetime", shown=False),
        Column("settled_at", "办结时间", kind="datetime", shown=False),
    ),
    filters=(
        Choice("state", "状态", choices=MessageState),
        Days("created_at", "产生"),
        Under(),
    ),
    sorts=(Sort("id", "先后"),),
    search=_find,
    search_hint="完整的手机号码",
    facts=(
        Facts(
            "短信",
            (
                ("手机号码", "mobile_mask"),
                ("运营商", "carrier"),
                ("类别", "category"),
                ("形式", "payload"),
                ("条数", "parts"),
                ("群发", lambda record: record.batch.title if record.batch else "单条"),
                ("发送人", lambda record: record.sender or "—"),
            ),
        ),
        Facts(
            "发送",
            (
                ("不早于", "send_after"),
                ("不晚于", "expires_at"),
                ("通道", lambda record: record.route.name if record.route else "—"),
                ("提交次数", "tries"),
                ("提交时间", lambda record: _moment(record.submitted_at)),
                ("办结时间", lambda record: _moment(record.settled_at)),
                ("说明", lambda record: record.fault or "—"),
            ),
        ),
        Facts(
            "费用",
            (
                (
                    "预算",
                    lambda record: record.budget.department if record.budget else "平台",
                ),
                ("计入预算", lambda record: billing.in_words(record.committed)),
            ),
        ),
    ),
    sections=(Section("提交和回执", "short_messages/table_part.html", _submits),),
    creates=(
        Step(
            messages.send,
            "send",
            "发送一条短信",
            OneForm,
            done="已排队发送。",
        ),
    ),
    steps=(
        Step(
            messages.resend,
            "resend",
            "重发",
            ReasonForm,
            shown=_state("failed", "unconfirmed"),
            help="未确认的短信可能已经送达，重发会使对方收到两次，请先核实。",
            done="已重新排队发送。",
        ),
        Step(
            messages.cancel,
            "cancel",
            "撤回",
            ReasonForm,
            shown=lambda record, actor: record.state == "waiting" and not record.tries,
            tone="danger",
            done="已撤回。",
        ),
    ),
    export=permissions.EXPORT,
    reveal=messages.reveal,
    related=("union", "batch", "route", "budget"),
    empty="还没有短信。",
)
