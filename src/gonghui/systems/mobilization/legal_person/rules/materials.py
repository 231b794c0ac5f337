"""Which materials a registering union asks for: a decision table, so a city may differ.

The lists of procedures.py say what each procedure takes; the table says what of it must be there
before an application is handed in, and may add a material from another procedure's list.
"""

from __future__ import annotations

from gonghui.kernel.rules.kinds import Kind
from gonghui.kernel.rules.tables import (
    Content,
    Hit,
    Input,
    Line,
    Output,
    RuleTable,
    Sample,
)
from gonghui.systems.mobilization.legal_person.rules.procedures import (
    CANCEL,
    CATALOGUE,
    CHANGE,
    MATERIALS,
    MEASURE,
    NEW,
    PROCEDURES,
)


def _codes(procedure: str) -> str:
    return "、".join(item.code for item in MATERIALS[procedure] if item.required)


MATERIAL_TABLE = RuleTable(
    "legal_person.materials",
    "工会法人登记必交材料",
    inputs=(
        Input("procedure", "登记事项", Kind.TEXT, PROCEDURES),
        Input("representative", "更换法定代表人", Kind.FLAG),
        Input("residence", "变更住所", Kind.FLAG),
        Input("joint", "联合基层工会或工会联合会", Kind.FLAG),
    ),
    outputs=(
        Output(
            "materials",
            "必交材料",
            Kind.TEXTS,
            {code: item.title for code, item in CATALOGUE.items()},
        ),
    ),
    hit=Hit.COLLECT,
    complete=True,
    help="提交登记申请前必须上传的材料，按登记机关所在地的表核对；各行的材料合在一起。",
    source=f"{MEASURE}及本省登记指南",
    default=Content(
        (
            *(Line({"procedure": code}, {"materials": _codes(code)}) for code in PROCEDURES),
            Line({"procedure": CHANGE, "representative": "是"}, {"materials": "identity"}),
            Line({"procedure": CHANGE, "residence": "是"}, {"materials": "residence"}),
        ),
        (
            Sample("新办", {"procedure": NEW}, {"materials": _codes(NEW)}),
            Sample(
                "变更住所",
                {"procedure": CHANGE, "residence": "是"},
                {"materials": f"{_codes(CHANGE)}、residence"},
            ),
            Sample("注销", {"procedure": CANCEL}, {"materials": _codes(CANCEL)}),
        ),
    ),
)
"""Codes of materials by procedure and what it changes."""
