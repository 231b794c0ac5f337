"""Form parts several steps ask with: a reason, a reply with its number."""

from __future__ import annotations

from django import forms

from gonghui.kernel.resource.forms import ActionForm


class ReasonForm(ActionForm):
    reason = forms.CharField(
        label="理由", min_length=4, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReplyForm(ActionForm):
    document = forms.CharField(label="批复文号", max_length=80, help_text="如：蜀工办〔2026〕12号")
    opinion = forms.CharField(
        label="意见", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
