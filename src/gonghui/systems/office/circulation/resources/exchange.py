"""The exchange of documents with the national federation, as a list and a record."""

from __future__ import annotations

from gonghui.kernel.resource.declaration import Choice, Column, Facts, Resource, Sort
from gonghui.systems.office.circulation import permissions
from gonghui.systems.office.circulation.actions.national import PARTY
from gonghui.systems.office.circulation.models.exchange import Direction, Exchange, ExchangeState

EXCHANGES = Resource(
    code="exchanges",
    title="与全总的公文交换",
    unit="件",
    model=Exchange,
    view=permissions.VIEW_EXCHANGES,
    columns=(
        Column("title", "标题", kind="title"),
        Column("direction", "方向", choices=Direction),
        Column("number", "发文字号"),
        Column(
            "state",
            "状态",
            kind="state",
            choices=ExchangeState,
            tones={"waiting": "wait", "done": "good", "rejected": "stop"},
        ),
        Column("receipt", "回执号", kind="code"),
        Column("begun_at", "发起时间", kind="datetime"),
        Column("said", "对方应答", shown=False),
    ),
    filters=(
        Choice("direction", "方向", choices=Direction),
        Choice("state", "状态", choices=ExchangeState),
    ),
    sorts=(Sort("begun_at", "发起时间"),),
    search=lambda rows, text, scope: rows.filter(title__contains=text),
    search_hint="标题",
    facts=(
        Facts(
            "交换",
            (
                ("方向", "direction"),
                ("对方", lambda record: PARTY.title + ("（模拟）" if PARTY.is_simulated() else "")),
                ("发文机关", "organ"),
                ("发文字号", lambda record: record.number or "—"),
                ("交换编号", "key"),
                ("回执号", lambda record: record.receipt or "等待对方给出"),
                ("对方应答", lambda record: record.said or "—"),
                ("联系次数", "tries"),
                ("发起时间", "begun_at"),
                ("确认时间", "ended_at"),
                ("文件摘要（SM3）", "sm3"),
                ("收文号", lambda record: record.incoming.mark if record.incoming else "—"),
            ),
        ),
    ),
    related=("union", "document", "incoming"),
    empty="还没有与全总交换公文。省总工会用印后的公文可以报送全总，全总来文会自动登记。",
)
