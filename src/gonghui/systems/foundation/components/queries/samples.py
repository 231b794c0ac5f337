"""Live samples of the gallery: how each component is called, and the values it is shown with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.template import engines
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from gonghui.kernel.process.declaring import FLOWS
from gonghui.kernel.process.diagram import read
from gonghui.kernel.rules.expressions import evaluate
from gonghui.kernel.rules.kinds import Kind
from gonghui.kernel.rules.tables import TABLES, InForce
from gonghui.kernel.ui import components as ui
from gonghui.kernel.ui import gallery as values
from gonghui.kernel.ui.charts import KINDS, Chart, Series
from gonghui.kernel.ui.diagrams import Diagram, Edge, Look, Node
from gonghui.kernel.ui.reports import Across, Group, Heading, Measure, Ratio, Report, build

CITIES = ("合肥市", "芜湖市", "马鞍山市", "安庆市", "滁州市", "阜阳市")
STATES = {"已实现": "good", "办理中": "wait", "待答复": "idle"}
MONTHS = ("2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09")


@dataclass(frozen=True)
class Sample:
    """A call of a component as a template writes it, and the values it needs."""

    call: str
    context: Callable[[], dict[str, Any]] = dict
    title: str = ""

    def drawn(self) -> SafeString:
        template = engines["django"].from_string("{% load ui %}" + self.call)
        return template.render(self.context())


def chart_of(kind: str) -> Chart:
    """A sample of one kind of chart; the figures are made up."""
    columns: dict[str, tuple[tuple[str, ...], tuple[tuple[str, tuple[int, ...], str], ...]]] = {
        "bar": (CITIES, (("本年入会", (4127, 1530, 1208, 905, 1344, 2388), ""),)),
        "hbar": (CITIES, (("基层工会", (5210, 2204, 1310, 1988, 1755, 2960), ""),)),
        "stacked": (
            CITIES,
            (
                ("单位职工", (3012, 1100, 880, 640, 930, 1502), ""),
                ("快递外卖", (705, 260, 210, 160, 250, 520), ""),
                ("货运网约车", (410, 170, 118, 105, 164, 366), ""),
            ),
        ),
        "share": (
            CITIES,
            (
                ("已实现", (62, 40, 35, 28, 31, 44), ""),
                ("办理中", (20, 22, 18, 30, 25, 16), ""),
                ("待答复", (8, 12, 5, 14, 9, 10), ""),
            ),
        ),
        "line": (
            MONTHS,
            (
                ("合肥市", (3204, 3518, 2960, 4127, 2388, 4218), ""),
                ("芜湖市", (1120, 1344, 1208, 1530, 905, 1677), ""),
            ),
        ),
        "area": (MONTHS, (("累计入会", (3204, 6722, 9682, 13809, 16197, 20415), ""),)),
        "pie": (
            ("制造业", "建筑业", "交通运输", "批发零售", "教育", "其他行业"),
            (("会员", (386, 214, 178, 122, 96, 204), ""),),
        ),
        "ring": (("在籍", "保留会籍", "转出中"), (("会员", (1286, 64, 21), ""),)),
        "combo": (
            CITIES,
            (
                ("申请", (980, 412, 305, 288, 264, 530), ""),
                ("办结率", (96, 91, 88, 93, 97, 84), "%"),
            ),
        ),
        "pareto": (
            ("劳动报酬", "工时休假", "社会保险", "子女托管", "劳动条件", "技能培训"),
            (("心愿", (48, 31, 22, 64, 15, 12), ""),),
        ),
        "waterfall": (
            ("年初", "入会", "转入", "转出", "退休", "除名"),
            (("会员", (12480, 904, 236, -310, -418, -6), ""),),
        ),
        "pyramid": (
            ("16 至 24 岁", "25 至 34 岁", "35 至 44 岁", "45 至 54 岁", "55 岁以上"),
            (("男", (820, 2610, 2980, 2240, 760), ""), ("女", (740, 2420, 2560, 1480, 190), "")),
        ),
        "target": (
            CITIES,
            (
                ("完成数", (12865, 6132, 4012, 3824, 4630, 5210), ""),
                ("任务数", (12000, 6400, 4500, 5200, 4600, 6100), ""),
            ),
        ),
        "funnel": (
            ("扫码", "填完申请", "提交", "基层同意", "批准入会"),
            (("人", (2640, 1980, 1812, 1705, 1668), ""),),
        ),
    }
    labels, series = columns[kind]
    units = {"pie": "千人", "ring": "千人", "pareto": "条", "share": "条", "combo": "件"}
    return Chart(
        KINDS[kind].title,
        kind,
        labels,
        [Series(*item, tone=STATES.get(item[0], "")) for item in series],
        unit=units.get(kind, "人"),
        first="月份" if labels is MONTHS else "项目",
        help=KINDS[kind].help + "。",
    )


ROWS = [
    {"city": city, "county": county, "sex": sex, "members": n, "done": n * share // 100, "quota": n}
    for city, county, counts in (
        ("合肥市", "蜀山区", (2103, 1987)),
        ("合肥市", "庐阳区", (1650, 1722)),
        ("合肥市", "包河区", (2240, 1893)),
        ("芜湖市", "镜湖区", (980, 1011)),
        ("芜湖市", "弋江区", (1204, 866)),
        ("马鞍山市", "花山区", (760, 702)),
    )
    for sex, n, share in (("男", counts[0], 92), ("女", counts[1], 88))
]
REPORT = Report(
    "会员实名登记情况",
    (Group("city", "市", subtotal=True), Group("county", "县（市、区）")),
    (
        Heading(
            "会员",
            (
                Measure("members", "合计"),
                Across("sex", (("男", "男"), ("女", "女")), (Measure("members", "人数"),)),
            ),
        ),
        Heading("实名登记", (Measure("done", "已登记"), Ratio("done", "quota", "登记率"))),
    ),
    unit="人",
    note="登记率按合计数重新计算，不是各行比率的平均。",
)


def diagram() -> Diagram:
    return Diagram(
        "入会办理的先后",
        [
            Node("apply", "职工申请", "person"),
            Node("check", "基层工会审核", "union"),
            Node("back", "退回补正", "state"),
            Node("decide", "上级工会批准", "union"),
            Node("card", "发会员卡", "state"),
        ],
        [
            Edge("apply", "check", "提交"),
            Edge("check", "back", "资料不全", sure=False, doubt="不一定发生"),
            Edge("check", "decide", "同意", count=412),
            Edge("decide", "card", "批准", count=398),
        ],
        {
            "person": Look("职工", "info", "round"),
            "union": Look("工会", "good"),
            "state": Look("结果", "plain", "dashed"),
        },
        first="环节",
    )


def rule_sample() -> dict[str, Any]:
    """An expression worked out now for three people."""
    kinds = {"age": Kind.INTEGER, "works": Kind.FLAG}
    text = "age >= 16 && works"
    people = ((15, True), (17, True), (40, False))
    rows = [
        ui.Row(
            str(n),
            [
                f"{age} 岁，{'有' if works else '没有'}劳动关系",
                "符合" if evaluate(text, {"age": age, "works": works}, kinds) else "不符合",
            ],
        )
        for n, (age, works) in enumerate(people)
    ]
    columns = [ui.Column("情况", "title"), ui.Column("结果")]
    return {"text": text, "table": ui.Table("表达式的结果", columns, rows)}


def table_sample() -> dict[str, Any]:
    """A table of this installation asked now, with the line that counts and why."""
    table = next(iter(sorted(TABLES.values(), key=lambda item: len(item.inputs))), None)
    if table is None or not table.default.samples:
        return {"decided": ()}
    sample = table.default.samples[0]
    decision = table.apply(InForce(table.default), table.values_of(sample.given))
    return {
        "decided": decision.because.split("\n"),
        "title": table.title,
        "url": reverse("rules-table", args=[table.code]),
    }


def flow_sample() -> dict[str, Any]:
    """A flow of this installation drawn as a case stands in it: one step signed, one waiting."""
    found = next((flow for _, flow in sorted(FLOWS.items())), None)
    if found is None:
        return {"standing": None}
    xml = found.diagram.read_text("utf-8")
    drawn = read(xml)
    steps = drawn.of_kind("userTask")
    here, passed = steps[-1], [*drawn.of_kind("startEvent"), *steps[:-1]]
    return {
        "title": found.title,
        "standing": {
            "xml": xml,
            "passed": [node.id for node in passed],
            "marks": [{"id": node.id, "text": "汪晓燕 同意 11-20 10:20"} for node in steps[:-1]],
            "here": [{"id": here.id, "text": "在这里：许若兰"}],
        },
        "passed": [node.title for node in passed],
        "here": here.title,
    }


def _now() -> Any:
    return timezone.now()


CHARTS = tuple(
    Sample("{% ui_chart chart %}", lambda code=code: {"chart": chart_of(code)}, kind.title)
    for code, kind in KINDS.items()
)
REPORTS = (
    Sample(
        '{% ui_report sheet "sample-report" %}',
        lambda: {"sheet": build(REPORT, ROWS, as_of=timezone.localtime())},
    ),
)
DIAGRAMS = (Sample("{% ui_diagram diagram %}", lambda: {"diagram": diagram()}),)
RULES = (
    Sample(
        "<p>表达式 <code>{{ text }}</code></p>{% ui_table table %}",
        rule_sample,
    ),
    Sample(
        '{% if decided %}<p>决策表 <a class="gh-link" href="{{ url }}">{{ title }}</a>：</p>'
        "<ul>{% for line in decided %}<li>{{ line }}</li>{% endfor %}</ul>"
        '{% else %}{% ui_empty "本平台还没有决策表" "" icon_name="table" %}{% endif %}',
        table_sample,
    ),
)
FLOWS_DRAWN = (
    Sample(
        '{% if standing %}<h3>{{ title }}</h3>{% include "process/c/diagram.html" %}'
        "<p>已办：{{ passed|join:'、' }}。现在：{{ here }}，等许若兰办理。</p>"
        '{% else %}{% ui_empty "本平台还没有流程" "" icon_name="sitemap" %}{% endif %}',
        flow_sample,
    ),
)
DOCUMENTS = (
    Sample(
        '<p><a class="btn" href="{{ url }}">{% icon "file-text" %}打开样例公文</a></p>'
        '<p class="gh-quiet">按公文格式标准现场排版，带草稿水印。</p>',
        lambda: {"url": reverse("components-document")},
    ),
)
_ACTION = ui.Action("登记会员", "#sample", "plus")
UI: dict[str, Sample] = {
    "head": Sample(
        '{% ui_head title="会员名册" count=20000 as_of=now action=action lead="合肥市总工会" %}',
        lambda: {"now": _now(), "action": _ACTION},
    ),
    "filters": Sample(
        '{% ui_filters items clear_url="?" %}', lambda: {"items": values.member_filters()}
    ),
    "table": Sample("{% ui_table table %}", lambda: {"table": _plain(values.member_table(4))}),
    "pager": Sample("{% ui_pager pager %}", lambda: {"pager": ui.Pager("", "?page=2", 10_001, 50)}),
    "views": Sample(
        "{% ui_views items %}",
        lambda: {
            "items": [
                ui.Option("我的待审", "?view=1", active=True, count=8),
                ui.Option("本月新入会", "?view=2", count=4218),
            ]
        },
    ),
    "columns": Sample(
        "{% ui_columns items %}",
        lambda: {
            "items": [
                ui.Choice("name", "姓名", fixed=True),
                ui.Choice("wage", "月会费", shown=False),
            ]
        },
    ),
    "record_head": Sample(
        '{% ui_record_head title="许若兰" state="转出中" kind="info" '
        'next_step="等芜湖市镜湖区快递行业联合工会接收" sub="会员号 34-01-02604318" %}'
    ),
    "facts": Sample('{% ui_facts items "基本资料" %}', lambda: {"items": values.record_facts()}),
    "timeline": Sample("{% ui_timeline items %}", lambda: {"items": values.record_events()}),
    "tabs": Sample(
        "{% ui_tabs items %}",
        lambda: {"items": [ui.Tab("资料", "?tab=1", True), ui.Tab("附件", "?tab=2", count=2)]},
    ),
    "steps": Sample("{% ui_steps items %}", lambda: {"items": values.steps()}),
    "stats": Sample(
        "{% ui_stats items %}",
        lambda: {
            "items": [
                ui.Stat("在籍会员", 1_286_540, "人", _now(), change="较上月 4,218", trend="up")
            ]
        },
    ),
    "todos": Sample("{% ui_todos items %}", lambda: {"items": values.todos()}),
    "league": Sample('{% ui_league items "完成率排名" %}', lambda: {"items": values.shares()}),
    "tiles": Sample(
        "{% ui_tiles items %}",
        lambda: {"items": [ui.Tile("我要入会", "#sample", "user-plus", "三分钟填完")]},
    ),
    "progress": Sample('{% ui_progress 6420 12480 label="正在核对 12,480 行" %}'),
    "notice": Sample('{% ui_notice "会员号已生成。" kind="good" title="入会申请已批准" %}'),
    "empty": Sample('{% ui_empty "还没有会员" "会员入会后会出现在这里。" icon_name="users" %}'),
    "skeleton": Sample("{% ui_skeleton 3 %}"),
    "conflict": Sample(
        '{% ui_conflict items by="汪晓燕" at=now %}',
        lambda: {"items": values.differences(), "now": _now()},
    ),
    "confirm": Sample(
        '<button type="button" class="btn" data-dialog="sample-stop">停用名册</button>'
        '{% ui_confirm id="sample-stop" title="确认停用" text="停用后不再接收填报。" '
        'action=action reason="停用原因" %}',
        lambda: {"action": ui.Action("确认停用", "#sample", grave=True)},
    ),
    "import_result": Sample(
        "{% ui_import_result result %}", lambda: {"result": values.import_result()}
    ),
    "card": Sample(
        '{% ui_card name="许若兰" number="34-01-02604318" '
        'union="合肥市包河区快递行业联合工会" qr="34-01-02604318" since="2026年3月2日" %}'
    ),
    "qr": Sample('{% ui_qr "34-01-02604318" "会员号二维码" %}'),
    "upload": Sample(
        '{% ui_upload name="scan" label="身份证照片" help="拍照或从相册选，10 MB 以内。" %}'
    ),
}


def _plain(table: ui.Table) -> ui.Table:
    """A sample table without addresses and actions of its own."""
    rows = [ui.Row(row.id, row.cells) for row in table.rows]
    return ui.Table(table.caption, table.columns, rows, name="sample")
