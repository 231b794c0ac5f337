"""The word lists."""

from __future__ import annotations

from typing import Any

from django import forms

from gonghui.engines.language.actions import words as actions
from gonghui.engines.language.models import LABELS, Word, WordList
from gonghui.engines.language.permissions import EDIT_WORDS, VIEW_WORDS
from gonghui.engines.language.rules import sensitive
from gonghui.kernel.resource.declaration import Choice, Column, Facts, Resource, Sort, Step, Under
from gonghui.kernel.resource.forms import ActionForm, UnionField

BLANK = [("", "不填")]


class FactsForm(ActionForm):
    kind = forms.ChoiceField(
        label="类别（敏感词）", choices=[*BLANK, *sensitive.KINDS.items()], required=False
    )
    level = forms.ChoiceField(
        label="处置（敏感词）", choices=[*BLANK, *sensitive.LEVELS.items()], required=False
    )
    sound = forms.BooleanField(label="谐音也算（敏感词）", required=False)
    label = forms.ChoiceField(label="倾向类别（专业词）", choices=[*BLANK, *LABELS], required=False)
    note = forms.CharField(label="说明", max_length=100, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(self.record, Word):
            for name in ("kind", "level", "sound", "label", "note"):
                self.fields[name].initial = getattr(self.record, name)


class WordForm(FactsForm):
    union = UnionField(label="适用工会", permission=EDIT_WORDS)
    wordlist = forms.ChoiceField(label="词表", choices=WordList.choices)
    text = forms.CharField(label="词", max_length=30)

    field_order = ["union", "wordlist", "text", "kind", "level", "sound", "label", "note"]


class ImportForm(ActionForm):
    union = UnionField(label="适用工会", permission=EDIT_WORDS)
    wordlist = forms.ChoiceField(label="词表", choices=WordList.choices)
    lines = forms.CharField(
        label="词",
        widget=forms.Textarea(attrs={"rows": 12}),
        max_length=200_000,
        help_text="每行一个词，后面可用逗号接类别、处置或倾向类别的名称和说明，"
        "如“代开发票，违法广告，不予发布”。可从表格复制粘贴。",
    )

    def clean_lines(self) -> list[str]:
        rows = (line.strip() for line in self.cleaned_data["lines"].splitlines())
        return [line for line in rows if line]


class ReasonForm(ActionForm):
    reason = forms.CharField(
        label="理由", min_length=4, max_length=200, widget=forms.Textarea(attrs={"rows": 3})
    )


WORDS = Resource(
    code="language-words",
    title="词库",
    unit="个",
    model=Word,
    view=VIEW_WORDS,
    columns=(
        Column("text", "词", kind="title"),
        Column("wordlist", "词表", choices=WordList),
        Column("kind", "类别", paint=lambda value: sensitive.KINDS.get(value, "")),
        Column("level", "处置", paint=lambda value: sensitive.LEVELS.get(value, "")),
        Column("label", "倾向类别", paint=lambda value: dict(LABELS).get(value, "")),
        Column("union__name", "适用工会"),
        Column("active", "使用中", kind="flag"),
        Column("changed_at", "修改时间", kind="datetime", shown=False),
    ),
    filters=(Choice("wordlist", "词表", choices=WordList), Under()),
    sorts=(Sort("changed_at", "修改时间"), Sort("text", "词", descending=False)),
    search=lambda rows, text, scope: rows.filter(text__contains=text),
    search_hint="词",
    facts=(
        Facts(
            "词",
            (
                ("词表", "wordlist"),
                ("类别", lambda row: row.get_kind_display()),
                ("处置", lambda row: row.get_level_display()),
                ("谐音也算", lambda row: "是" if row.sound else "否"),
                ("倾向类别", lambda row: row.get_label_display()),
                ("适用工会", "union"),
                ("说明", "note"),
                ("修改人", "changed_by"),
                ("修改时间", "changed_at"),
            ),
        ),
    ),
    creates=(
        Step(actions.add, "add", "增加词", WordForm, tone="primary", done="已增加，立即生效。"),
        Step(
            actions.add_many,
            "import",
            "批量导入",
            ImportForm,
            help="已有的词跳过；有一行不合要求，全部不导入。",
            done=lambda many: f"已导入 {many} 个新词。",
        ),
    ),
    steps=(
        Step(actions.change, "change", "修改", FactsForm, done="已修改。"),
        Step(
            actions.stop,
            "stop",
            "停用",
            ReasonForm,
            shown=lambda row, actor: row.active,
            done="已停用。",
        ),
        Step(
            actions.resume,
            "resume",
            "恢复使用",
            shown=lambda row, actor: not row.active,
            done="已恢复使用。",
        ),
    ),
    related=("union",),
    empty="还没有自己的词；平台自带的词不列在这里，一直有效。",
)
