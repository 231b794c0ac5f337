"""The register as a whole: our systems and parts, interfaces, outside parties, events, cards."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Missing
from gonghui.kernel.resource.declaration import RESOURCES, SYSTEMS
from gonghui.kernel.security.outgoing import PARTIES
from gonghui.kernel.ui import components as ui
from gonghui.systems.foundation.services.models import BusFlow, Finding, Service
from gonghui.systems.foundation.services.models.observed import FindingState
from gonghui.systems.foundation.services.models.register import Review, Standing
from gonghui.systems.foundation.services.permissions import (
    GUARDED,
    VIEW_FINDINGS,
    VIEW_SERVICES,
)
from gonghui.systems.foundation.services.queries import (
    graphs,
    interfaces,
    manifests,
    plan,
    seen,
)
from gonghui.systems.foundation.services.queries import (
    register as queries,
)
from gonghui.systems.foundation.services.queries.sources import sources
from gonghui.systems.foundation.services.rules import life


def home(request: HttpRequest) -> HttpResponse:
    """Everything registered: the platform's systems, those of the range, what is wrong."""
    actor: Actor = request.actor
    actor.require(VIEW_SERVICES)
    rows = [_own_row(code) for code in sorted(SYSTEMS)]
    registered = Service.objects.within(actor.scope(VIEW_SERVICES))
    live = registered.exclude(stage=life.RETIRED).filter(review=Review.APPROVED)
    doubtful = live.filter(standing__in=(Standing.OVERDUE, Standing.UNVERIFIED))
    listed = reverse("resource:services:list")
    stats = [
        ui.Stat("平台系统", len(SYSTEMS), "个", url="#own"),
        ui.Stat("各地登记", live.count(), "个", url=f"{listed}?review=approved"),
        ui.Stat(
            "待审核",
            registered.filter(review=Review.PENDING).count(),
            "个",
            url=f"{listed}?review=pending",
        ),
        ui.Stat("逾期未确认和待核实", doubtful.count(), "个", url=f"{listed}?standing=overdue"),
        ui.Stat("接口", len(interfaces.declared()), "个", url=reverse("services-interfaces")),
    ]
    if actor.may(VIEW_FINDINGS):
        waiting = Finding.objects.within(actor.scope(VIEW_FINDINGS))
        number = waiting.filter(state=FindingState.OPEN).count()
        address = reverse("resource:service-findings:list")
        stats.append(ui.Stat("登记与实际不符", number, "处", url=address))
    context = {
        "stats": stats,
        "as_of": timezone.now(),
        "table": ui.Table("平台系统", OWN_COLUMNS, rows),
        "graphs": [(title, reverse(f"graph-{code}")) for code, title in graphs.TITLES.items()],
        "version": manifests.version(),
    }
    return render(request, "services/home.html", context)


OWN_COLUMNS = [
    ui.Column("系统", "title"),
    ui.Column("编号", "code"),
    ui.Column("牵头部门"),
    ui.Column("现状", "state"),
    ui.Column("功能", "number"),
    ui.Column("依赖"),
]


def _own_row(code: str) -> ui.Row:
    system = SYSTEMS[code]
    return ui.Row(
        code,
        [
            system.name,
            code,
            system.owner,
            ui.pill(system.stage, "good" if system.stage == "运行" else "wait"),
            len(system.functions),
            "、".join(system.uses) or "平台内核",
        ],
        reverse("services-system", args=[code]),
    )


def system_page(request: HttpRequest, code: str) -> HttpResponse:
    """One of the platform's own systems: all of it from its manifest and the running code."""
    actor: Actor = request.actor
    actor.require(VIEW_SERVICES)
    system = SYSTEMS.get(code)
    if system is None:
        raise Missing("平台没有安装这个系统。", remedy="请从系统总目录进入。")
    packages = manifests.packages_of_system(code)
    scope = actor.scope(VIEW_SERVICES)
    real, said = seen.seen(timezone.localdate()), seen.declared()
    planned = plan.planned().get(code)
    functions = [item for item in plan.functions() if item.system.code == code]
    context = {
        "system": system,
        "facts": [
            ui.Fact("编号", code),
            ui.Fact("牵头部门", planned.lead if planned else system.owner),
            ui.Fact("参与部门", "、".join(planned.participants) if planned else "—"),
            ui.Fact("类别", system.chapter),
            ui.Fact("现状", system.stage),
            ui.Fact("版本", manifests.version(), "随平台整体发布"),
        ],
        "functions": functions,
        "resources": [
            (item.title, reverse(f"resource:{item.code}:list"), item.view)
            for item in system.resources
            if RESOURCES.get(item.code)
        ],
        "tables": [
            (model._meta.verbose_name, model._meta.db_table)
            for package in packages
            for model in manifests.models_by_package().get(package, [])
        ],
        "uses": [
            (other, reverse("services-system", args=[other]) if other in SYSTEMS else "")
            for other in sorted({*said.uses.get(code, ()), *real.uses.get(code, ())})
        ],
        "used_by": [
            (f"{other} {SYSTEMS[other].name}", reverse("services-system", args=[other]))
            for other in sorted(SYSTEMS)
            if code in {*said.uses.get(other, ()), *real.uses.get(other, ())}
        ],
        "registered": queries.dependants_of_system(code, scope),
        "interfaces": [item for item in interfaces.declared() if item.system == code],
        "publishes": sorted({*said.publishes.get(code, ()), *real.publishes.get(code, ())}),
        "subscribes": sorted({*said.subscribes.get(code, ()), *real.subscribes.get(code, ())}),
        "outside": sorted({*said.outside.get(code, ()), *real.outside.get(code, ())}),
        "graph": f"{reverse('graph-systems')}?stop={code}",
    }
    return render(request, "services/system.html", context)


def part_page(request: HttpRequest, package: str) -> HttpResponse:
    """One part of the platform: what it stands on, what stands on it, its tables."""
    request.actor.require(VIEW_SERVICES)
    part = manifests.parts().get(package)
    if part is None:
        raise Missing("平台没有这个组成部分。", remedy="请从关系图进入。")
    imports, known = sources().imports, manifests.parts()
    context = {
        "part": part,
        "floor": manifests.FLOORS[part.floor],
        "below": [known[name] for name in sorted(imports[package]) if name in known],
        "above": [known[name] for name in sorted(known) if package in imports[name]],
        "tables": [
            (model._meta.verbose_name, model._meta.db_table)
            for model in manifests.models_by_package().get(package, [])
        ],
        "graph": f"{reverse('graph-software')}?stop={package}",
    }
    return render(request, "services/part.html", context)


def interface_list(request: HttpRequest) -> HttpResponse:
    """Every declared interface, and those answered but described nowhere."""
    request.actor.require(VIEW_SERVICES)
    chosen = request.GET.get("system", "")
    found = [item for item in interfaces.declared() if chosen in ("", item.system)]
    groups: dict[str, list[interfaces.Declared]] = {}
    for item in found:
        groups.setdefault(item.system, []).append(item)
    here = reverse("services-interfaces")
    codes = sorted({item.system for item in interfaces.declared()})
    context = {
        "groups": [(_system_name(code), items) for code, items in groups.items()],
        "count": len(found),
        "filters": [
            ui.Filter(
                "系统",
                chosen,
                options=[
                    ui.Option(_system_name(code), f"{here}?system={code}", code == chosen)
                    for code in codes
                ],
                clear_url=here,
            )
        ],
        "undeclared": [] if chosen else interfaces.undeclared(),
    }
    return render(request, "services/interfaces.html", context)


def _system_name(code: str) -> str:
    return f"{code} {SYSTEMS[code].name}" if code in SYSTEMS else code


def outside_list(request: HttpRequest) -> HttpResponse:
    """The outside parties the platform calls, and which system does."""
    request.actor.require(VIEW_SERVICES)
    callers: dict[str, list[str]] = {}
    for package, parties in sorted(sources().parties.items()):
        part = manifests.parts().get(package)
        for party in parties:
            callers.setdefault(party, []).append(part.title if part else package)
    rows = [
        ui.Row(
            party.code,
            [
                party.title,
                ui.pill("模拟", "wait") if party.is_simulated() else ui.pill("真实", "good"),
                "已配置" if str(party.address.value()).strip() else "未配置",
                "、".join(callers.get(party.code, [])) or "—",
                party.help,
            ],
        )
        for party in PARTIES.values()
    ]
    columns = [
        ui.Column("外部单位", "title"),
        ui.Column("应答的是", "state"),
        ui.Column("地址"),
        ui.Column("由谁调用"),
        ui.Column("用途"),
    ]
    context = {"table": ui.Table("外部单位", columns, rows), "count": len(rows)}
    return render(request, "services/outside.html", context)


def topic_list(request: HttpRequest) -> HttpResponse:
    """Events over the bus: who publishes them, how many, and who hears them."""
    request.actor.require(VIEW_SERVICES)
    flows = {flow.name: flow for flow in BusFlow.objects.filter(handled=False)}
    handled = {flow.name: flow for flow in BusFlow.objects.filter(handled=True)}
    read, known = sources(), manifests.parts()
    rows = []
    listed = {topic: package for package, topics in read.topics.items() for topic in topics}
    for topic in sorted({*flows, *(name for name in listed if not name.endswith("*"))}):
        package = listed.get(topic) or next(
            (
                owner
                for name, owner in listed.items()
                if name.endswith("*") and topic.startswith(name[:-1])
            ),
            "",
        )
        flow = flows.get(topic)
        at = (
            timezone.localtime(flow.last_at).strftime("%Y-%m-%d %H:%M")
            if (flow and flow.last_at)
            else "—"
        )
        rows.append(
            ui.Row(
                topic,
                [
                    _code(topic),
                    known[package].title if package in known else "—",
                    f"{flow.count:,}" if flow else "0",
                    at,
                ],
            )
        )
    ears = []
    for package, heard in sorted(manifests.subscriptions().items()):
        for name, prefix in sorted(heard.items()):
            flow = handled.get(name)
            ears.append(
                ui.Row(
                    name,
                    [
                        _code(name),
                        known[package].title if package in known else package,
                        _code(prefix),
                        f"{flow.count:,}" if flow else "0",
                    ],
                )
            )
    context = {
        "topics": ui.Table("业务消息", TOPIC_COLUMNS, rows),
        "ears": ui.Table("订阅方", EAR_COLUMNS, ears),
    }
    return render(request, "services/topics.html", context)


def _code(text: str) -> SafeString:
    """An event type or subscriber as code, which may be broken anywhere."""
    return format_html("<code>{}</code>", text)


TOPIC_COLUMNS = [
    ui.Column("业务消息", "title"),
    ui.Column("发布方"),
    ui.Column("累计", "number"),
    ui.Column("最近一次", "code"),
]
EAR_COLUMNS = [
    ui.Column("订阅方", "title"),
    ui.Column("所属部分"),
    ui.Column("订阅的消息"),
    ui.Column("已处理", "number"),
]


def card(request: HttpRequest, pk: int) -> HttpResponse:
    """A registration on paper."""
    actor: Actor = request.actor
    actor.require(VIEW_SERVICES)
    found = queries.within(actor).select_related("part_of", "successor").filter(pk=pk).first()
    if found is None:
        raise Missing("没有这项登记，或不在您的范围内。", code="forbidden")
    context = {
        "service": found,
        "needs": queries.needs_of(found),
        "impact": queries.dependants_of(found, actor.scope(VIEW_SERVICES)),
        "guarded": actor.may(GUARDED, found.org_path),
        "today": timezone.localdate(),
        "maker": actor,
        "back_url": reverse("resource:services:record", args=[pk]),
    }
    return render(request, "services/card.html", context)
