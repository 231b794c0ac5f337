"""Which diagram a case runs by: published, and nearest above its union."""

from __future__ import annotations

from functools import lru_cache

from django.db import connection, transaction
from django.db.models import Max
from django.db.models.functions import Length
from django.utils import timezone

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.org.models import Union
from gonghui.kernel.process.declaring import FLOWS, Flow
from gonghui.kernel.process.engine import Compiled, Unrunnable, compile_diagram
from gonghui.kernel.process.models import Definition, DefinitionState

SHIPPED_BY = "随系统提供"
_looked: set[str] = set()
"""Flows whose diagram beside the code this process has compared with the published one."""


def flow_of(code: str) -> Flow:
    """The flow a case or definition names; Refusal when this installation lacks it."""
    found = FLOWS.get(code)
    if found is None:
        raise Refusal("这个流程所属的系统没有安装，不能办理。", remedy="请联系系统管理员。")
    return found


def prefixes(path: str) -> list[str]:
    """The paths at and above a union, the whole platform ("") first."""
    parts = path.split(".")
    return [".".join([*parts[:end], ""]) if end else "" for end in range(len(parts))]


def definition_for(flow: Flow, union: Union) -> Definition:
    """The published definition a new case of a union takes."""
    if flow.code not in _looked:
        # Once in each process: a new release may bring a new diagram.
        ship(flow)
        _looked.add(flow.code)
    found = _nearest(flow, union)
    if found is None:
        ship(flow)
        found = _nearest(flow, union)
    if found is None:
        raise Refusal(f"“{flow.title}”没有已发布的流程。", remedy="请联系系统管理员发布流程。")
    return found


def _nearest(flow: Flow, union: Union) -> Definition | None:
    rows = Definition.objects.filter(flow=flow.code, state=DefinitionState.PUBLISHED)
    return (
        rows.filter(scope_path__in=prefixes(union.path))
        .order_by(Length("scope_path").desc(), "-version")
        .first()
    )


def next_version(flow_code: str) -> int:
    """The number of a new version; the caller's transaction holds the flow's lock."""
    found = Definition.objects.filter(flow=flow_code).aggregate(last=Max("version"))["last"]
    return (found or 0) + 1


def lock_flow(flow_code: str) -> None:
    """Let one transaction at a time make versions of a flow, until it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 4))", [flow_code])


def ship(flow: Flow) -> Definition:
    """Publish the diagram beside the code for the whole platform, unless it is or was already.

    A diagram an administrator published for the whole platform since stays in force.
    """
    xml = flow.diagram.read_text(encoding="utf-8")
    with transaction.atomic():
        lock_flow(flow.code)
        rows = Definition.objects.filter(flow=flow.code)
        known = rows.filter(shipped=True).order_by("-version").first()
        current = rows.filter(state=DefinitionState.PUBLISHED, scope_path="").first()
        if known is not None and known.xml == xml and (current is not None):
            return current
        now = timezone.now()
        if current is not None and not current.shipped:
            return current
        if current is not None:
            current.state = DefinitionState.RETIRED
            current.retired_at = now
            current.save()
        return Definition.objects.create(
            flow=flow.code,
            version=next_version(flow.code),
            title=flow.title,
            xml=xml,
            state=DefinitionState.PUBLISHED,
            shipped=True,
            created_by_name=SHIPPED_BY,
            published_by_name=SHIPPED_BY,
            published_at=now,
            note=SHIPPED_BY,
        )


@lru_cache(maxsize=512)
def compiled(definition_id: int) -> Compiled:
    """The diagram of a definition that is or was published, ready to run.

    Kept in this process: such a row never changes, so its id is enough to know it by.
    """
    definition = Definition.objects.get(pk=definition_id)
    if definition.state == DefinitionState.DRAFT:
        raise Unrunnable("草稿不能运行，请先发布。")
    return compile_diagram(definition.xml)
