"""The public check page (核验): what a code stands for, and whether a PDF is the one issued."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.documents import codes
from gonghui.kernel.documents.codes import Answer, Finding
from gonghui.kernel.documents.models import CheckCode
from gonghui.kernel.documents.verifying import LARGEST, Signature
from gonghui.kernel.security.limits import Limit, TooMany, attempt
from gonghui.kernel.security.limits import check as check_limit

WRONG_CODES = Setting(
    "documents.check_wrong",
    "核验：允许输错的次数",
    int,
    30,
    "同一地址在规定时间内输入这么多个不存在的核验码后暂停核验。",
    unit="次",
    minimum=3,
    maximum=10_000,
)
FILES = Setting(
    "documents.check_files",
    "核验：允许上传的文件数",
    int,
    60,
    "同一地址在规定时间内可以上传核验的文件数。",
    unit="个",
    minimum=1,
    maximum=10_000,
)
MINUTES = Setting(
    "documents.check_minutes",
    "核验：计数和暂停时长",
    int,
    15,
    "次数在这段时间内累计，达到上限后暂停同样长的时间。",
    unit="分钟",
    minimum=1,
    maximum=1440,
)
GUESSING = Limit("documents.guess", "核验码查询", WRONG_CODES, MINUTES)
UPLOADING = Limit("documents.upload", "文件核验", FILES, MINUTES)
UPLOAD = "pdf"
"""Names the fields of the upload on the page where a code is typed."""


class EnterForm(forms.Form):
    code = forms.CharField(
        label="核验码",
        max_length=40,
        help_text="印在二维码旁边，共 16 位，分四组；大小写、短横线都可以不管。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        code = codes.plain(self.cleaned_data["code"])
        if not codes.well_formed(code):
            raise forms.ValidationError(
                "核验码写错了，最后一位校验不符。",
                params={"remedy": "请对照文件逐位核对；核验码里没有 0、1、I、L、O。"},
            )
        return code


class FileForm(forms.Form):
    file = forms.FileField(
        label="文件",
        max_length=200,
        help_text=f"平台制发的 PDF 原件，不超过 {LARGEST // 1024 // 1024} MB；只核验，不保存。",
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
        error_messages={"empty": "文件是空的。"},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def enter(request: HttpRequest) -> HttpResponse:
    """Where a code is typed, or a PDF without one is given, which is not kept."""
    now, ip = timezone.now(), request.META.get("REMOTE_ADDR", "")
    form, upload, finding = EnterForm(), FileForm(prefix=UPLOAD), None
    if request.method == "POST" and f"{UPLOAD}-sent" in request.POST:
        upload = FileForm(request.POST, request.FILES, prefix=UPLOAD)
        finding = _judged(None, upload, ip, now)
    elif request.method == "POST":
        form = EnterForm(request.POST)
        if form.is_valid():
            return redirect("check-code", code=form.cleaned_data["code"])
    context = {
        "now": now,
        "form": form,
        "upload": upload,
        "sent": f"{UPLOAD}-sent",
        "finding": finding,
        "genuine": finding is not None and finding.answer in (Answer.GENUINE, Answer.SIGNED),
        "signatures": _signatures(finding),
    }
    status = 422 if upload.errors else 200
    return _shown(render(request, "documents/enter.html", context, status=status))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def check(request: HttpRequest, code: str) -> HttpResponse:
    """What a code stands for; a posted PDF is compared with what was issued, and not kept."""
    now, ip = timezone.now(), request.META.get("REMOTE_ADDR", "")
    check_limit(GUESSING, ip, now=now)
    found = codes.find(code)
    if found is None:
        _count(GUESSING, ip, now)
        return _shown(render(request, "documents/unknown.html", {"now": now}, status=404))
    form = FileForm()
    finding: Finding | None = None
    if request.method == "POST":
        form = FileForm(request.POST, request.FILES)
        finding = _judged(found, form, ip, now)
    today = timezone.localdate(now)
    context = {
        "found": found,
        "grouped": codes.grouped(found.code),
        "expired": found.state == CheckCode.State.IN_FORCE and codes.expired(found, today),
        "good": found.state == CheckCode.State.IN_FORCE and not codes.expired(found, today),
        "now": now,
        "form": form,
        "finding": finding,
        "genuine": finding is not None and finding.answer == Answer.GENUINE,
        "signatures": _signatures(finding),
    }
    status = 422 if form.errors else 200
    return _shown(render(request, "documents/check.html", context, status=status))


def _judged(found: CheckCode | None, form: FileForm, ip: str, now: datetime) -> Finding | None:
    """What is to be said of an uploaded file; None where the form says why there is nothing."""
    if not form.is_valid():
        return None
    _count(UPLOADING, ip, now)
    try:
        return _finding(found, form, now)
    except TooMany:
        raise
    except Refusal as refusal:
        params = {"rule": refusal.rule, "remedy": refusal.remedy}
        form.add_error("file", forms.ValidationError(refusal.format, params=params))
        return None


def _signatures(finding: Finding | None) -> tuple[Signature, ...]:
    return finding.verdict.signatures if finding and finding.verdict else ()


def _finding(found: CheckCode | None, form: FileForm, now: datetime) -> Finding:
    given = form.cleaned_data["file"]
    if given.size > LARGEST:
        raise Refusal(
            f"文件超过 {LARGEST // 1024 // 1024} MB，不能核验。",
            remedy="平台制发的文件不会这么大，请确认选对了文件。",
            code="too_big",
        )
    today = timezone.localdate(now)
    if found is None:
        return codes.check_alone(given.read(), today)
    return codes.check_file(found, given.read(), today)


def _count(limit: Limit, ip: str, now: datetime) -> None:
    """One more of what is limited from an address; TooMany when there were enough."""
    with attempt(limit, ip, now=now, ip=ip):
        pass


def _shown(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex"
    return response
