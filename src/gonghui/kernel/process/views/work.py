"""Pages of work: my lists, one item, one case, delegation, finding a colleague."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_http_methods, require_safe

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.identity.models import User
from gonghui.kernel.identity.stepup import StepUp
from gonghui.kernel.process import cases, delegating, paging, queries, trial, work
from gonghui.kernel.process.declaring import FLOWS, GIVEN
from gonghui.kernel.process.definitions import flow_of
from gonghui.kernel.process.diagram import FormField
from gonghui.kernel.process.models import (
    Case,
    Copy,
    Delegation,
    Follow,
    ItemKind,
    ItemState,
    WorkItem,
)
from gonghui.kernel.process.paging import Order
from gonghui.kernel.process.panels import TONES, course, panel_of
from gonghui.kernel.process.permissions import DELEGATE_WORK, MANAGE_CASES, SIGN_WORK
from gonghui.kernel.process.stepping import subject_of
from gonghui.kernel.rules.kinds import Kind
from gonghui.kernel.ui import components as ui

LISTS = {
    "todo": "待办",
    "done": "已办",
    "started": "我发起的",
    "followed": "我关注的",
    "copied": "抄送我的",
}
OWN = "what somebody signs, started, follows or had a copy of is theirs to look at"
RELATED = {"due_at": ("case", "union"), "decided_at": ("case", "union"), "": ("union",)}
MOST_COUNTED = 10_000
EMPTY = {
    "todo": ("没有待办", "轮到您办理的事项会出现在这里。"),
    "done": ("还没有已办", "您办理过的事项会出现在这里。"),
    "started": ("还没有发起过", "您提交的事项会出现在这里，可以看办到哪一步。"),
    "followed": ("没有关注的事项", "在事项页面点“关注”，它就会列在这里。"),
    "copied": ("没有抄送", "别人抄送给您的事项会出现在这里。"),
}


def _signed_in(request: HttpRequest) -> Actor:
    actor: Actor = request.actor
    if actor.user_id is None:
        raise Forbidden("请先登录。", code="anonymous")
    return actor


@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """What waits for me, what I did, started, follow, had a copy of."""
    actor = _signed_in(request)
    actor.require(SIGN_WORK)
    which = request.GET.get("list", "todo")
    which = which if which in LISTS else "todo"
    parts, order = _rows(which, actor)
    page = paging.page(parts, order, request.GET, queries.PAGE)
    rows = parts[0].model.objects.unscoped(OWN).select_related(*RELATED[order.field])
    found = rows.in_bulk(page.ids)
    count = functools.reduce(operator.or_, parts)[: MOST_COUNTED + 1].count()
    heads, draw = (ITEM_HEADS, _item_row) if which in {"todo", "done"} else (CASE_HEADS, _case_row)
    title, text = EMPTY[which]
    base = f"?list={which}"
    context = {
        "title": f"流程{LISTS[which]}" if which in {"todo", "done"} else LISTS[which],
        "count": count,
        "tabs": [
            ui.Tab(name, f"{reverse('work')}?list={key}", key == which)
            for key, name in LISTS.items()
        ],
        "table": ui.Table(
            LISTS[which], heads[which], [draw(found[pk], which) for pk in page.ids if pk in found]
        ),
        "pager": ui.Pager(
            previous_url=f"{base}&before={page.before}" if page.before else "",
            next_url=f"{base}&after={page.after}" if page.after else "",
            total=count,
            shown=len(page.ids),
        ),
        "empty_title": title,
        "empty_text": text,
    }
    return render(request, "process/work.html", context)


def _rows(which: str, actor: Actor) -> tuple[list[QuerySet[Any]], Order]:
    if which == "todo":
        return work.mine(actor), Order("due_at")
    if which == "done":
        return [work.done(actor)], Order("decided_at", descending=True)
    found = Case.objects.unscoped(OWN)
    if which == "started":
        return [found.filter(starter_id=actor.user_id)], Order(descending=True)
    own: Any = Follow if which == "followed" else Copy
    ids = own.objects.filter(user_id=actor.user_id).values("case_id")
    return [found.filter(pk__in=ids)], Order(descending=True)


ITEM_HEADS = {
    "todo": [
        ui.Column("事项", "title"),
        ui.Column("环节"),
        ui.Column("工会"),
        ui.Column("期限", "state"),
        ui.Column("到达", "code"),
    ],
    "done": [
        ui.Column("事项", "title"),
        ui.Column("环节"),
        ui.Column("工会"),
        ui.Column("结果", "state"),
        ui.Column("办理时间", "code"),
    ],
}
_CASES = [
    ui.Column("事项", "title"),
    ui.Column("当前环节"),
    ui.Column("工会"),
    ui.Column("状态", "state"),
    ui.Column("发起", "code"),
]
CASE_HEADS = {"started": _CASES, "followed": _CASES, "copied": _CASES}


def _item_row(item: WorkItem, which: str) -> ui.Row:
    at = item.opened_at if which == "todo" else item.decided_at
    state = _due(item) if which == "todo" else ui.pill(item.choice_title or "已办", "good")
    asks = "（征询）" if item.kind == ItemKind.CONSULT else ""
    return ui.Row(
        str(item.pk),
        [
            item.case.title,
            item.title + asks,
            item.union.name,
            state,
            f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else "",
        ],
        reverse("work-item", args=[item.pk]),
    )


def _due(item: WorkItem) -> Any:
    if item.due_at is None:
        return ui.pill("不限", "idle")
    late = item.due_at < timezone.now()
    day = f"{timezone.localtime(item.due_at):%Y-%m-%d}"
    return ui.pill(f"已逾期 {day}" if late else day, "stop" if late else "wait")


def _case_row(case: Case, which: str) -> ui.Row:
    return ui.Row(
        str(case.pk),
        [
            case.title,
            case.standing or "—",
            case.union.name,
            ui.pill(case.get_state_display(), TONES[case.state]),
            f"{timezone.localtime(case.started_at):%Y-%m-%d %H:%M}",
        ],
        reverse("case", args=[case.pk]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def item_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One work item: what it is about, the buttons of its step, what else can be done with it."""
    actor = _signed_in(request)
    item = queries.item_of(actor, pk)
    wrong: Refusal | None = None
    verb = request.POST.get("do", "")
    if request.method == "POST":
        try:
            said = _VERBS.get(verb, _nothing)(item, actor, request)
        except StepUp:
            raise
        except Refusal as refusal:
            wrong = refusal
            item = queries.item_of(actor, pk)
        else:
            messages.success(request, said)
            return HttpResponseRedirect(_onward(verb, item))
    context = _item_context(request, item, actor, verb, wrong)
    return render(request, "process/item.html", context, status=wrong.status if wrong else 200)


def _onward(verb: str, item: WorkItem) -> str:
    stays = {"claim", "release", "consult", "add_signer", "remove_signer", "copy"}
    if verb in stays:
        return reverse("work-item", args=[item.pk])
    return reverse("case", args=[item.case_id])


def _item_context(
    request: HttpRequest, item: WorkItem, actor: Actor, verb: str, wrong: Refusal | None
) -> dict[str, Any]:
    case = item.case
    flow = flow_of(case.flow)
    running = case.state == "running" and item.is_open
    capacity = work.capacity(item, actor) if running else None
    may = capacity is not None
    manages = running and actor.may(MANAGE_CASES, case.org_path)
    hindered = None
    if capacity is not None and item.kind == ItemKind.SIGN:
        hindered = work.hindrance(item, case, actor, capacity)
    signs = may and item.kind == ItemKind.SIGN and hindered is None
    node = work.node_of(item, case) if running else None
    seats = list(
        cases.items(case)
        .filter(token=item.token, kind=ItemKind.SIGN)
        .exclude(state=ItemState.CANCELLED)
        .select_related("union")
    )
    typed = request.POST
    return {
        "item": item,
        "case": case,
        "flow": flow,
        "may": may,
        "signs": signs,
        "hindered": hindered,
        "manages": manages,
        "answers": may and item.kind == ItemKind.CONSULT,
        "for_other": capacity.giver_name if capacity else "",
        "node": node,
        "choices": work.choices_of(node) if node and signs else (),
        "fields": [_field(entry, flow, case, typed) for entry in node.fields]
        if node and signs
        else [],
        "earlier": work.earlier_steps(item) if signs else [],
        "seats": [
            {
                "item": seat,
                "who": seat.decided_by_name or queries.asked(seat),
                "removable": seat.is_open and len(seats) > 1 and (signs or manages),
            }
            for seat in seats
        ],
        "claimable": signs and item.assignee_id is None,
        "releasable": signs and item.claimed_at is not None and bool(item.role),
        "facts": _facts(case),
        "record_url": _record_url(case),
        "opinion": typed.get("opinion", "") if verb in {"decide", "answer"} else "",
        "typed": typed,
        "verb": verb,
        "wrong": wrong,
        "due": _due(item) if item.is_open else "",
        "lines": course(case, actor),
        "standing": _standing(case),
        "case_url": reverse("case", args=[case.pk]),
        "back_url": reverse("work"),
    }


def _standing(case: Case) -> dict[str, Any]:
    return queries.standing_of(
        case, cases.history(case), cases.items(case).select_related("union")
    ).data()


def _record_url(case: Case) -> str:
    flow = flow_of(case.flow)
    if flow.link is None:
        return ""
    return flow.link(subject_of(case))


def _facts(case: Case) -> list[ui.Fact]:
    """What the case knows, by the flow's own titles."""
    flow = flow_of(case.flow)
    given = {variable.code for variable in GIVEN}
    found = [
        ui.Fact(variable.title, variable.words(case.variables.get(variable.code)))
        for variable in flow.variables
        if variable.code not in given and case.variables.get(variable.code) not in (None, "")
    ]
    return [
        ui.Fact("所属工会", case.union.name),
        ui.Fact("发起人", case.starter_name or "申请人"),
        *found,
    ]


def _field(entry: FormField, flow: Any, case: Case, typed: Any) -> dict[str, Any]:
    variable = next((one for one in flow.variables if one.code == entry.name), None)
    stored = case.variables.get(entry.name)
    value = typed.get(f"f_{entry.name}")
    if value is None:
        value = "" if stored is None else str(stored).lower() if stored in (True, False) else stored
    return {
        "name": f"f_{entry.name}",
        "code": entry.name,
        "title": entry.title or (variable.title if variable else entry.name),
        "kind": entry.kind,
        "type": {"number": "number", "date": "date"}.get(entry.kind, "text"),
        "choices": list((variable.choices or {}).items()) if variable else [],
        "required": entry.required,
        "value": str(value),
    }


def _nothing(item: WorkItem, actor: Actor, request: HttpRequest) -> str:
    raise Refusal("请选择要办理的内容。", rule="一次办理一项", remedy="请点页面上的按钮。")


def _values(item: WorkItem, request: HttpRequest) -> dict[str, object]:
    """What the form of the step asks for, as the variables take it."""
    case = item.case
    kinds = flow_of(case.flow).kinds()
    found: dict[str, object] = {}
    if not item.is_open:
        return found
    for entry in work.node_of(item, case).fields:
        text = request.POST.get(f"f_{entry.name}")
        if text is not None:
            found[entry.name] = trial.sample_of(kinds.get(entry.name, Kind.TEXT), text)
    return found


def _decide(item: WorkItem, actor: Actor, request: HttpRequest) -> str:
    choice = request.POST.get("choice", "")
    done = work.decide(
        item,
        by=actor,
        choice=choice,
        opinion=request.POST.get("opinion", ""),
        variables=_values(item, request),
    )
    return f"已办理：{done.choice_title}。"


def _claim(item: WorkItem, actor: Actor, request: HttpRequest) -> str:
    work.claim(item, by=actor)
    return "已签收，其他人不再看到这个待办。"


def _release(item: WorkItem, actor: Actor, request: HttpRequest) -> str:
    work.release(item, by=actor)
    return "已放回，同岗位的人都可以办理。"


def _answer(item: WorkItem, actor: Actor, request: HttpRequest) -> str:
    work.answer(item, by=actor, opinion=request.POST.get("opinion", ""))
    return "已答复。"


def _hand_over(item: WorkItem, actor: Actor, request: HttpRequest) -> str:
    other = _user(request)
    work.hand_over(item, by=actor, user=other.pk, reason=request.POST.get("reason", ""))
    return f"已转{other.display_name}办理。"


def _consult(item: WorkItem, actor: Actor, request: HttpRequest) -> str:
    other = _user(request)
    work.consult(item, by=actor, user=other.pk, question=request.POST.get("reason", ""))
    return f"已请{other.display_name}提意见，答复后会显示在经过里。"


def _add_signer(item: WorkItem, actor: Actor, request: HttpRequest) -> str:
    other = _user(request)
    work.add_signer(item, by=actor, user=other.pk, reason=request.POST.get("reason", ""))
    return f"已加签{other.display_name}。"


def _remove_signer(item: WorkItem, actor: Actor, request: HttpRequest) -> str:
    seat = cases.items(item.case).filter(pk=_number(request.POST.get("seat", ""))).first()
    if seat is None or seat.token != item.token:
        raise Refusal("没有这个会签人。", remedy="请刷新页面查看最新情况。", code="no_such_seat")
    work.remove_signer(seat, by=actor, reason=request.POST.get("reason", ""))
    return "已减签。"


def _send_back(item: WorkItem, actor: Actor, request: HttpRequest) -> str:
    work.send_back(
        item, by=actor, to=request.POST.get("to", ""), reason=request.POST.get("reason", "")
    )
    return "已退回，之后的环节会重新办理。"


def _copy_item(item: WorkItem, actor: Actor, request: HttpRequest) -> str:
    return _copy(item.case, actor, request)


def _copy(case: Case, actor: Actor, request: HttpRequest) -> str:
    other = _user(request)
    work.copy_to(case, by=actor, users=[other.pk], note=request.POST.get("reason", ""))
    return f"已抄送{other.display_name}。"


_VERBS: dict[str, Callable[[WorkItem, Actor, HttpRequest], str]] = {
    "decide": _decide,
    "claim": _claim,
    "release": _release,
    "answer": _answer,
    "hand_over": _hand_over,
    "consult": _consult,
    "add_signer": _add_signer,
    "remove_signer": _remove_signer,
    "send_back": _send_back,
    "copy": _copy_item,
}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _user(request: HttpRequest) -> User:
    """The colleague chosen or typed by full name."""
    text = request.POST.get("user", "").strip()
    rows = User.objects.filter(is_active=True)
    if pk := _number(text):
        found = list(rows.filter(pk=pk))
    else:
        near = queries.colleagues(text, request.actor) if text else []
        ids = [pk for pk, name, _ in near if name == text]
        found = list(rows.filter(pk__in=ids)) if len(ids) == 1 else []
    if not found:
        raise Refusal(
            "没有找到这个人员，或有同名的人。" if text else "请选择人员。",
            rule="只能交给有岗位的在用账号",
            remedy="输入姓名，从列出的名单中选择。",
            field="user",
            code="no_such_user",
        )
    return found[0]


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Colleagues whose name begins with the typed text, for a form field."""
    actor = _signed_in(request)
    if not actor.is_cadre:
        raise Forbidden("没有查找人员的权限。", remedy="工会干部可以查找。", code="forbidden")
    text = request.GET.get("q", "").strip()[:20]
    found = queries.colleagues(text, actor) if text else []
    html = format_html_join(
        "",
        '<li role="option" data-id="{}" data-name="{}">{}（{}）</li>',
        ((pk, name, name, union) for pk, name, union in found),
    )
    return HttpResponse(html or format_html('<li class="none">{}</li>', "没有找到"))


@require_http_methods(["GET", "HEAD", "POST"])
def case_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One case: where it stands, who did what when, and what may be done with the whole of it."""
    actor = _signed_in(request)
    case = queries.case_of(actor, pk)
    wrong: Refusal | None = None
    verb = request.POST.get("do", "")
    if request.method == "POST":
        try:
            said = _CASE_VERBS.get(verb, _nothing_at_all)(case, actor, request)
        except StepUp:
            raise
        except Refusal as refusal:
            wrong = refusal
            case = queries.case_of(actor, pk)
        else:
            messages.success(request, said)
            return HttpResponseRedirect(reverse("case", args=[pk]))
    elif Copy.objects.filter(case=case, user_id=actor.user_id, read_at=None).exists():
        work.read_copy(case, by=actor)
    manages = actor.may(MANAGE_CASES, case.org_path)
    context = {
        "case": case,
        "flow": flow_of(case.flow),
        "panel": panel_of(case, actor),
        "standing": _standing(case),
        "facts": [
            *_facts(case),
            ui.Fact("发起时间", f"{timezone.localtime(case.started_at):%Y-%m-%d %H:%M}"),
            ui.Fact("流程版本", str(case.definition)),
        ],
        "record_url": _record_url(case),
        "followed": case.followers.filter(user_id=actor.user_id).exists(),
        "withdraws": case.is_open and actor.user_id == case.starter_id,
        "suspends": manages and case.state == "running",
        "resumes": manages and case.state == "suspended",
        "ends": manages and case.is_open,
        "wrong": wrong,
        "verb": verb,
        "typed": request.POST,
        "back_url": reverse("work"),
    }
    return render(request, "process/case.html", context, status=wrong.status if wrong else 200)


def _nothing_at_all(case: Case, actor: Actor, request: HttpRequest) -> str:
    raise Refusal("请选择要办理的内容。", rule="一次办理一项", remedy="请点页面上的按钮。")


def _with_reason(run: Callable[..., Case], said: str) -> Callable[..., str]:
    def do(case: Case, actor: Actor, request: HttpRequest) -> str:
        run(case, by=actor, reason=request.POST.get("reason", ""))
        return said

    return do


def _follow(case: Case, actor: Actor, request: HttpRequest) -> str:
    on = request.POST.get("on") == "1"
    cases.follow(case, by=actor, on=on)
    return "已关注，流程结束时会告诉您。" if on else "已取消关注。"


_CASE_VERBS: dict[str, Callable[..., str]] = {
    "withdraw": _with_reason(cases.withdraw, "已撤回。"),
    "suspend": _with_reason(cases.suspend, "已挂起，期限暂停计算。"),
    "resume": _with_reason(cases.resume, "已恢复，期限顺延。"),
    "end": _with_reason(cases.end, "已终止。"),
    "follow": _follow,
    "copy": _copy,
}


@require_http_methods(["GET", "HEAD", "POST"])
def delegation_page(request: HttpRequest) -> HttpResponse:
    """Who signs for me while I am away, and for whom I sign."""
    actor = _signed_in(request)
    actor.require(DELEGATE_WORK)
    wrong: Refusal | None = None
    if request.method == "POST":
        try:
            said = _delegate(actor, request)
        except StepUp:
            raise
        except Refusal as refusal:
            wrong = refusal
        else:
            messages.success(request, said)
            return HttpResponseRedirect(reverse("delegation"))
    today = timezone.localdate()
    mine = Delegation.objects.filter(ended_at=None, valid_to__gte=today).order_by("valid_from")
    context = {
        "given": mine.filter(giver_id=actor.user_id),
        "taken": mine.filter(taker_id=actor.user_id),
        "flows": queries.flows(),
        "titles": {code: flow.title for code, flow in FLOWS.items()},
        "wrong": wrong,
        "typed": request.POST,
        "chosen": request.POST.getlist("flows"),
        "today": f"{today:%Y-%m-%d}",
    }
    return render(
        request, "process/delegation.html", context, status=wrong.status if wrong else 200
    )


def _delegate(actor: Actor, request: HttpRequest) -> str:
    if pk := _number(request.POST.get("end", "")):
        found = Delegation.objects.filter(pk=pk, giver_id=actor.user_id).first()
        if found is None:
            raise Refusal("没有这项委托。", remedy="请刷新页面。", code="missing")
        delegating.undelegate(found, by=actor)
        return "已收回委托。"
    other = _user(request)
    days = [parse_date(request.POST.get(name, "")) for name in ("valid_from", "valid_to")]
    if None in days:
        raise Refusal("请填写起止日期。", rule="委托须有起止日期", field="valid_from", code="days")
    delegating.delegate(
        None,
        by=actor,
        taker=other.pk,
        valid_from=days[0],
        valid_to=days[1],
        reason=request.POST.get("reason", ""),
        flows=[code for code in request.POST.getlist("flows") if code in FLOWS],
    )
    return f"已委托{other.display_name}代为办理。"
