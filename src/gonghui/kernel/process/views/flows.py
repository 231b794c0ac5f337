"""Pages of definitions: flows, versions, the designer, trial, publication, migration."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.middleware import problem
from gonghui.kernel.base.errors import Missing, Refusal
from gonghui.kernel.org.models import Union
from gonghui.kernel.process import migrating, publishing, queries, trial
from gonghui.kernel.process.declaring import FLOWS, Flow
from gonghui.kernel.process.definitions import definition_for, flow_of
from gonghui.kernel.process.diagram import AT, LARGEST, MODES, WHO
from gonghui.kernel.process.linting import FIELD_KINDS, Fault, refuses
from gonghui.kernel.process.models import Case, Definition, DefinitionState
from gonghui.kernel.process.permissions import DESIGN_FLOWS
from gonghui.kernel.rules.kinds import KIND_TITLES, Kind
from gonghui.kernel.ui import components as ui

TONES = {"draft": "wait", "published": "good", "retired": "idle"}
MOST_MIGRATED = 200


def _moddle() -> dict[str, Any]:
    """What the editor has to know of our attributes; the file beside its scripts."""
    text = files("gonghui.kernel.process").joinpath("static/process/gonghui-moddle.json")
    return json.loads(text.read_text("utf-8"))


def _flow(code: str) -> Flow:
    if code not in FLOWS:
        raise Missing("没有这个流程。", code="missing")
    return FLOWS[code]


def _faults(faults: list[Fault]) -> list[dict[str, Any]]:
    return [
        {
            "element": fault.element,
            "text": fault.text,
            "remedy": fault.remedy,
            "advice": fault.advice,
        }
        for fault in faults
    ]


@require_safe
def flow_list(request: HttpRequest) -> HttpResponse:
    """Every flow of this installation, with how many versions are in force."""
    actor: Actor = request.actor
    actor.require(DESIGN_FLOWS)
    counts = queries.published_counts()
    rows = [
        ui.Row(
            flow.code,
            [
                flow.title,
                f"{len(flow.effects)} 项",
                f"{counts.get(flow.code, 0) or 1} 个",
            ],
            reverse("flow", args=[flow.code]),
        )
        for flow in queries.flows()
    ]
    columns = [
        ui.Column("流程", "title"),
        ui.Column("自动办理", "number"),
        ui.Column("在用版本", "number"),
    ]
    context = {"table": ui.Table("流程", columns, rows), "count": len(rows)}
    return render(request, "process/flows.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def flow_page(request: HttpRequest, code: str) -> HttpResponse:
    """The versions of a flow within reach; a POST begins a draft from one of them."""
    actor: Actor = request.actor
    actor.require(DESIGN_FLOWS)
    flow = _flow(code)
    scopes = queries.scopes_for(actor)
    versions = queries.versions_of(flow, actor)
    if request.method == "POST":
        made = publishing.draft(
            _chosen(scopes, request.POST.get("union", "")),
            by=actor,
            based_on=_version(versions, request.POST.get("based_on", "")),
            title=request.POST.get("title", ""),
        )
        messages.success(request, f"已新建草稿“{made}”，改好后发布才会生效。")
        return HttpResponseRedirect(reverse("flow-designer", args=[made.pk]))
    rows = [
        ui.Row(
            str(version.pk),
            [
                f"第 {version.version} 版 {version.title}",
                ui.pill(version.get_state_display(), TONES[version.state]),
                version.union.name if version.union else "全平台",
                f"{version.open_cases:,}",  # type: ignore[attr-defined]
                version.published_at or version.saved_at,
                version.note or "—",
            ],
            reverse("flow-designer", args=[version.pk]),
        )
        for version in versions
    ]
    for row in rows:
        row.cells[4] = f"{timezone.localtime(row.cells[4]):%Y-%m-%d %H:%M}"  # type: ignore[index]
    columns = [
        ui.Column("版本", "title"),
        ui.Column("状态", "state"),
        ui.Column("适用范围"),
        ui.Column("办理中", "number"),
        ui.Column("时间", "code"),
        ui.Column("修改说明", "minor"),
    ]
    here = next((union for union in scopes if union.pk == actor.union_id), None)
    current = definition_for(flow, here) if here else versions[0]
    context = {
        "flow": flow,
        "table": ui.Table(f"{flow.title}的版本", columns, rows),
        "count": len(rows),
        "scopes": scopes,
        "versions": versions,
        "current": current,
        "here": here,
    }
    return render(request, "process/flow.html", context)


def _chosen(scopes: list[Union], text: str) -> Union:
    found = next((union for union in scopes if str(union.pk) == text), None)
    if found is None:
        raise Refusal(
            "请选择适用的工会。",
            rule="流程由适用工会的系统管理员设计",
            remedy="在列表中选择本工会或直接下级工会。",
            field="union",
            code="no_union",
        )
    return found


def _version(versions: list[Definition], text: str) -> Definition:
    found = next((version for version in versions if str(version.pk) == text), None)
    if found is None:
        raise Refusal("请选择以哪一版为底本。", field="based_on", code="no_version")
    return found


@require_safe
def designer(request: HttpRequest, pk: int) -> HttpResponse:
    """A version in the editor; only a draft of one's own tree can be changed."""
    actor: Actor = request.actor
    definition = queries.definition_of(actor, pk)
    flow = flow_of(definition.flow)
    may = queries.may_design(actor, definition)
    editable = may and definition.state == DefinitionState.DRAFT
    context = {
        "definition": definition,
        "flow": flow,
        "editable": editable,
        "may": may,
        "state": definition.get_state_display(),
        "kind": TONES[definition.state],
        "mark": publishing.mark_of(definition),
        "known": _known(flow, definition) if editable else None,
        "standing": None if editable else {"xml": definition.xml, **NOWHERE},
        "steps": trial.steps_of(definition.xml),
        "running": queries.open_counts([pk]).get(pk, 0),
        "discard": ui.Action("删除草稿", reverse("flow-discard", args=[pk]), grave=True),
        "retire": ui.Action("停用这一版", reverse("flow-retire", args=[pk])),
        "back_url": reverse("flow", args=[flow.code]),
    }
    return render(request, "process/designer.html", context)


@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The diagram of a version as it is stored: its SHA-256 is the one the audit names."""
    definition = queries.definition_of(request.actor, pk)
    answer = HttpResponse(definition.xml, content_type="application/xml; charset=utf-8")
    answer["Content-Disposition"] = (
        content_disposition_header(True, f"{definition.title}-{definition.version}.bpmn")
        or "attachment"
    )
    return answer


NOWHERE: dict[str, list[Any]] = {"passed": [], "marks": [], "here": []}


def _known(flow: Flow, definition: Definition) -> dict[str, Any]:
    """What the property panel offers."""
    kinds = publishing.kinds_of(flow, definition.xml)
    titles = {variable.code: variable for variable in flow.readable}
    variables = {
        code: {
            "title": titles[code].title,
            "kind": str(kind),
            "choices": dict(titles[code].choices or {}) or None,
        }
        for code, kind in kinds.items()
        if code in titles
    }
    union = definition.union
    users = queries.signers_at(union, timezone.localdate()) if union else {}
    return {
        "moddle": _moddle(),
        "who": WHO,
        "at": AT,
        "modes": MODES,
        "roles": publishing.SIGNERS,
        "effects": {code: effect.title for code, effect in flow.effects.items()},
        "needs": {
            code: {
                "roles": [role.code for role in permission.roles],
                "words": "、".join(role.title for role in permission.roles),
            }
            for code, permission in flow.needs().items()
        },
        "messages": dict(flow.messages),
        "variables": variables,
        "fields": [variable.code for variable in flow.variables],
        "fieldKinds": FIELD_KINDS,
        "users": users,
    }


@require_POST
def check_xml(request: HttpRequest, pk: int) -> HttpResponse:
    """The faults of a diagram as the editor has it now; nothing is kept."""
    definition = queries.definition_of(request.actor, pk)
    xml = str(_posted(request).get("xml", ""))
    faults = publishing.faults_of(flow_of(definition.flow), xml)
    return JsonResponse({"faults": _faults(faults)})


@require_POST
def save_xml(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a draft's diagram and say what is wrong with it."""
    actor: Actor = request.actor
    definition = queries.definition_of(actor, pk)
    given = _posted(request)
    try:
        saved = publishing.save(
            definition, by=actor, xml=str(given.get("xml", "")), seen=str(given.get("mark", ""))
        )
    except Refusal as refusal:
        return JsonResponse(problem(refusal), status=refusal.status)
    faults = publishing.faults_of(flow_of(saved.flow), saved.xml)
    return JsonResponse(
        {
            "mark": publishing.mark_of(saved),
            "saved_at": f"{timezone.localtime(saved.saved_at):%H:%M}",
            "faults": _faults(faults),
        }
    )


def _posted(request: HttpRequest) -> dict[str, Any]:
    try:
        found = json.loads(request.body[: 3 * LARGEST])
    except ValueError:
        raise Refusal("提交的内容读不出来。", remedy="请刷新页面后再试。") from None
    return found if isinstance(found, dict) else {}


@require_http_methods(["GET", "HEAD", "POST"])
def publish_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish a draft: where it will hold, what it takes the place of, what changed and why."""
    actor: Actor = request.actor
    definition = queries.definition_of(actor, pk)
    flow = flow_of(definition.flow)
    faults = publishing.faults_of(flow, definition.xml)
    reason, wrong = "", None
    if request.method == "POST":
        reason = request.POST.get("reason", "")
        try:
            done = publishing.publish(definition, by=actor, reason=reason)
        except publishing.Faulty as refusal:
            wrong = refusal
        except Refusal as refusal:
            if refusal.field != "reason":
                raise
            wrong = refusal
        else:
            scope = done.union.name if done.union else "全平台"
            messages.success(
                request,
                f"已发布。{scope}及其下级新发起的事项按第 {done.version} 版办理，"
                "办理中的按原版本办完。",
            )
            return HttpResponseRedirect(reverse("flow", args=[flow.code]))
    replaced = Definition.objects.filter(
        flow=flow.code, scope_path=definition.scope_path, state=DefinitionState.PUBLISHED
    ).first()
    context = {
        "definition": definition,
        "flow": flow,
        "faults": faults,
        "refused": refuses(faults),
        "wrong": wrong,
        "reason": reason,
        "replaced": replaced,
        "changes": trial.changes(definition.based_on.xml, definition.xml)
        if definition.based_on
        else [],
        "running": queries.running_under(definition).count(),
        "standing": {"xml": definition.xml, **NOWHERE, "faults": _faults(faults)},
        "back_url": reverse("flow-designer", args=[pk]),
    }
    return render(request, "process/publish.html", context, status=422 if wrong else 200)


@require_POST
def retire_version(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a version out of force."""
    definition = queries.definition_of(request.actor, pk)
    done = publishing.retire(definition, by=request.actor, reason=request.POST.get("reason", ""))
    messages.success(request, f"已停用“{done}”，新发起的事项按上级发布的版本办理。")
    return HttpResponseRedirect(reverse("flow", args=[done.flow]))


@require_POST
def discard_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    definition = queries.definition_of(request.actor, pk)
    publishing.discard(definition, by=request.actor)
    messages.success(request, "草稿已删除。")
    return HttpResponseRedirect(reverse("flow", args=[definition.flow]))


@require_http_methods(["GET", "HEAD", "POST"])
def trial_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Walk a version with sample data; the page itself carries what was done so far."""
    actor: Actor = request.actor
    definition = queries.definition_of(actor, pk)
    flow = flow_of(definition.flow)
    faults = publishing.faults_of(flow, definition.xml)
    typed = {
        variable.code: request.POST.get(f"v_{variable.code}", "") for variable in flow.variables
    }
    moves = [_move(text) for text in request.POST.getlist("move") if text]
    if step := request.POST.get("take", ""):
        moves.append(_move(step))
    if request.POST.get("again"):
        moves = []
    outcome, wrong = None, None
    if request.method == "POST" and not refuses(faults):
        values = {
            variable.code: trial.sample_of(variable.kind, typed[variable.code])
            for variable in flow.variables
        }
        try:
            outcome = trial.walk(flow, definition.xml, values, moves, path=definition.scope_path)
        except Refusal as refusal:
            wrong = refusal
    context = {
        "definition": definition,
        "flow": flow,
        "refused": refuses(faults),
        "inputs": [
            {
                "code": variable.code,
                "title": variable.title,
                "kind": KIND_TITLES[variable.kind],
                "flag": variable.kind is Kind.FLAG,
                "choices": list((variable.choices or {}).items()),
                "value": typed[variable.code],
                "type": {
                    Kind.DATE: "date",
                    Kind.INTEGER: "number",
                    Kind.NUMBER: "number",
                }.get(variable.kind, "text"),
            }
            for variable in flow.variables
        ],
        "moves": [f"{move.step}|{move.choice}" for move in moves],
        "outcome": outcome,
        "wrong": wrong,
        "standing": _stood(definition.xml, outcome),
        "back_url": reverse("flow-designer", args=[pk]),
    }
    return render(request, "process/trial.html", context)


def _move(text: str) -> trial.Move:
    step, _, choice = text.partition("|")
    return trial.Move(step[:80], choice[:50])


def _stood(xml: str, outcome: trial.Outcome | None) -> dict[str, Any]:
    if outcome is None:
        return {"xml": xml, **NOWHERE}
    here = [{"id": item.node.id, "text": "在这里"} for item in outcome.waiting]
    waiting = {item["id"] for item in here}
    return {
        "xml": xml,
        "passed": [step for step in dict.fromkeys(outcome.passed) if step not in waiting],
        "marks": [],
        "here": here,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def migrate_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Running cases that go by another version, and which of them can go on by this one."""
    actor: Actor = request.actor
    definition = queries.definition_of(actor, pk)
    if definition.state != DefinitionState.PUBLISHED or definition.union is None:
        raise Refusal(
            "只能迁移到已发布给某个工会的版本。",
            rule=migrating.RULE,
            remedy="请先发布这个版本。",
            code="not_published",
        )
    actor.require(DESIGN_FLOWS, definition.scope_path)
    running = queries.running_under(definition)
    if request.method == "POST":
        chosen = [int(text) for text in request.POST.getlist("case") if text.isdecimal()]
        rows: list[Case] = list(running.filter(pk__in=chosen[:MOST_MIGRATED]))
        results = migrating.migrate_each(rows, by=actor, to=definition)
        moved = sum(not why for _, why in results)
        if moved:
            messages.success(request, f"已迁移 {moved} 件，它们停在原来的环节，按新版本继续。")
        for case, why in results:
            if why:
                messages.warning(request, f"{case.title}：{why}")
        if not results:
            messages.warning(request, "没有选择要迁移的事项。")
        return HttpResponseRedirect(reverse("flow-migrate", args=[pk]))
    total = running.count()
    rows = list(running[:MOST_MIGRATED])
    context = {
        "definition": definition,
        "flow": flow_of(definition.flow),
        "total": total,
        "cases": [(case, migrating.obstacle(case, definition)) for case in rows],
        "most": MOST_MIGRATED,
        "back_url": reverse("flow-designer", args=[pk]),
    }
    return render(request, "process/migrate.html", context)
