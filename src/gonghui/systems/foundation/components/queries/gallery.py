"""The gallery: every component with its parameters, versions, and who uses it.

Parameters are read from the code, uses from templates and imports; only the words are written.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.apps import apps
from django.utils.module_loading import import_string

import gonghui
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.process.permissions import DESIGN_FLOWS, SIGN_WORK
from gonghui.kernel.ui import charts, diagrams, reports
from gonghui.kernel.ui.templatetags import ui as tags
from gonghui.systems.foundation.components.permissions import VIEW_CHARTS, VIEW_TABLES
from gonghui.systems.foundation.components.queries import samples

ROOT = Path(next(iter(gonghui.__path__)))
SKIPPED = frozenset({"tests", "testing", "migrations", "__pycache__"})
OWN = ("kernel/ui/", "systems/foundation/components/")


@dataclass(frozen=True)
class Edition:
    """A version: number, day, what changed, and the digest of the parameters it has.

    digest: "" while the parameters may still change (number below 1).
    """

    number: str
    on: date
    words: str
    digest: str = ""


@dataclass(frozen=True)
class Parameter:
    """One parameter: of which type, its name, what it takes and what it is for."""

    owner: str
    name: str
    kind: str
    required: bool
    default: str
    words: str


@dataclass(frozen=True)
class Use:
    """A package that uses a component, and in which files."""

    package: str
    title: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class Component:
    """One component. targets: classes or functions, by dotted path, whose parameters are listed.

    marks: patterns by which its use is found in templates and modules. within: folder that is
    the component itself, left out of its uses. words: meaning of each parameter. pages: title,
    name of the address and the permission of each page it opens.
    """

    code: str
    title: str
    group: str
    summary: str
    targets: tuple[str | Callable[..., Any], ...]
    marks: tuple[str, ...]
    editions: tuple[Edition, ...]
    samples: tuple[samples.Sample, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    within: str = ""
    pages: tuple[tuple[str, str, Permission], ...] = ()

    @property
    def version(self) -> str:
        return self.editions[0].number

    @property
    def parameters(self) -> list[Parameter]:
        return [item for target in self.targets for item in _parameters(target, self.words)]

    @property
    def digest(self) -> str:
        """Of the parameters as they are now: names, types, defaults."""
        told = "\n".join(
            f"{item.owner}.{item.name}:{item.kind}={item.default}" for item in self.parameters
        )
        return sha256(told.encode()).hexdigest()[:12]

    @property
    def uses(self) -> list[Use]:
        return _uses(self.marks, self.within)


def _parameters(target: str | Callable[..., Any], words: Mapping[str, str]) -> list[Parameter]:
    found = import_string(target) if isinstance(target, str) else target
    owner = found.__name__
    if is_dataclass(found) and isinstance(found, type):
        rows = [
            (
                item.name,
                str(item.type),
                item.default is MISSING and item.default_factory is MISSING,
                "" if item.default is MISSING else _told(item.default),
            )
            for item in fields(found)
            if item.init and not item.name.startswith("_")
        ]
    else:
        rows = [
            (
                name,
                str(item.annotation),
                item.default is inspect.Parameter.empty,
                "" if item.default is inspect.Parameter.empty else _told(item.default),
            )
            for name, item in inspect.signature(found).parameters.items()
        ]
    return [
        Parameter(owner, name, kind, required, default, words.get(name) or MEANINGS.get(name, ""))
        for name, kind, required, default in rows
    ]


def _told(value: Any) -> str:
    """A default in a form that is the same in every process."""
    if isinstance(value, str | int | float | bool | tuple | frozenset) or value is None:
        return repr(value)
    return type(value).__name__


@lru_cache(maxsize=1)
def _texts() -> dict[str, str]:
    """Templates and modules of this installation by path below the package, read once."""
    found = {}
    for pattern in ("*.html", "*.py"):
        for path in sorted(ROOT.rglob(pattern)):
            parts = path.relative_to(ROOT)
            if not SKIPPED & set(parts.parts):
                found[parts.as_posix()] = path.read_text("utf-8")
    return found


@lru_cache(maxsize=128)
def _uses(marks: tuple[str, ...], within: str) -> list[Use]:
    wanted = re.compile("|".join(marks))
    by_package: dict[str, list[str]] = {}
    for path, text in _texts().items():
        if path.startswith(OWN) or (within and path.startswith(within)):
            continue
        if wanted.search(text):
            by_package.setdefault(_package(path), []).append(path)
    titles = {
        config.name.removeprefix("gonghui.").replace(".", "/"): str(config.verbose_name)
        for config in apps.get_app_configs()
    }
    return [
        Use(package, titles.get(package, "装配"), tuple(files))
        for package, files in sorted(by_package.items())
    ]


def _package(path: str) -> str:
    parts = path.split("/")
    depth = {"kernel": 2, "engines": 2, "activities": 2, "systems": 3}.get(parts[0], 1)
    return "/".join(parts[:depth])


MEANINGS: Mapping[str, str] = {
    "accept": "接收哪些文件",
    "action": "主要操作",
    "all_url": "“全部”的地址",
    "as_of": "数据截至的时间",
    "at": "时间",
    "back": "返回的名称",
    "back_url": "返回的地址",
    "by": "谁做的",
    "camera": "手机上直接拍照",
    "chart": "图形",
    "clear_url": "清除全部条件的地址",
    "compact": "手机上缩成一行",
    "count": "数量",
    "diagram": "关系图",
    "empty": "没有内容时说什么",
    "files": "已经上传的文件",
    "fresh_url": "换新码的地址",
    "help": "说明",
    "hidden": "一并提交的条件",
    "hint": "补充说明",
    "icon_name": "图标",
    "id": "页面内的标识",
    "items": "条目",
    "kind": "种类",
    "label": "名称",
    "lead": "引导的话",
    "more": "更多操作",
    "multiple": "可传多个",
    "name": "名称",
    "next_step": "下一步是什么",
    "number": "编号",
    "of": "总数",
    "pager": "翻页",
    "poll_url": "更新进度的地址",
    "qr": "二维码的内容",
    "query": "当前条件",
    "reason": "理由一栏的名称",
    "required": "必须填写",
    "result": "导入结果",
    "rows": "行数",
    "rule": "依据",
    "save_url": "保存的地址",
    "sheet": "算好的报表",
    "since": "起始日期",
    "star": "关注的标记",
    "state": "状态",
    "sub": "副标题",
    "table": "表格",
    "tail": "结尾的话",
    "text": "文字",
    "title": "标题",
    "union": "工会",
    "unit": "单位",
    "url": "地址",
    "value": "数值",
    "version": "打开时的版本",
}
CHART_WORDS = {
    "kind": "形式，十四种之一",
    "labels": "横轴的项目",
    "series": "各列数字",
    "first": "项目一栏的名称",
    "places": "小数位数",
    "urls": "每个项目点开的地址",
    "values": "与项目一一对应的数字，没有的留空",
    "name": "列的名称",
    "tone": "这一列代表的状态，决定颜色",
}
REPORT_WORDS = {
    "groups": "从左到右的分组",
    "columns": "指标列",
    "total": "最后一行的名称，空为不要合计",
    "note": "表下的说明",
    "source": "取哪个字段",
    "subtotal": "每组之后加小计",
    "link": "点开的地址",
    "how": "怎样汇总：合计、计数、平均、最大、最小",
    "places": "小数位数",
    "part": "分子字段",
    "whole": "分母字段",
    "percent": "写成百分数",
    "values": "展开成列的值",
}
DIAGRAM_WORDS = {
    "nodes": "方框",
    "edges": "箭头",
    "looks": "各类方框的样子",
    "lines": "画线的箭头，空为全部",
    "marked": "突出显示的方框",
    "marks": "突出的说法",
    "arrow": "箭头两头的说法",
    "first": "文字表第一栏的名称",
    "data_url": "取数接口的地址",
    "note": "读出来的补充说明",
    "source": "从哪里",
    "target": "到哪里",
    "sure": "实线，否则虚线",
    "count": "线上的数字",
    "doubt": "虚线的含义",
}
FLOW_WORDS = {
    "code": "代码",
    "subject": "办理的是哪种记录",
    "diagram": "随程序附带的流程图文件",
    "view": "查看权限",
    "variables": "流程变量",
    "effects": "流程图可以调用的办理动作",
    "needed": "流程图必须包含的办理动作",
    "messages": "可以收到的外部消息",
    "facts": "每一步之前重新读取的情况",
    "link": "记录页面的地址",
    "ended": "中途结束时通知谁",
    "seen": "除工会范围外，还有谁能看",
    "words": "意见里不能写什么",
    "parties": "谁应当回避",
    "once": "一人只办其中一步",
    "tables": "条件可以引用的决策表",
}
RULE_WORDS = {
    "code": "代码",
    "inputs": "条件列",
    "outputs": "结果列",
    "hit": "命中方式：第一行、唯一、全部收集",
    "default": "随程序附带的内容",
    "complete": "不允许有遗漏的情况",
    "reach": "下级可以另定到哪一级",
    "source": "依据的文件",
    "expression": "表达式",
    "values": "变量的值",
    "kinds": "变量的类型",
}
DOCUMENT_WORDS = {
    "organs": "发文机关",
    "body": "正文",
    "kind": "格式：公文、函、纪要等",
    "mark": "红头文字",
    "number": "发文字号",
    "upward": "上行文",
    "signers": "签发人",
    "serial": "份号",
    "secrecy": "密级",
    "urgency": "紧急程度",
    "to": "主送机关",
    "attachments": "附件",
    "date": "成文日期",
    "seals": "印章",
    "note": "附注",
    "copies": "抄送",
    "printed_by": "印发机关",
    "printed_on": "印发日期",
    "present": "出席",
    "excused": "请假",
    "attending": "列席",
    "check": "核验码",
    "draft": "草稿水印",
    "template": "证照样式",
    "fields": "各栏内容",
    "offset_mm": "套打偏移（毫米）",
    "stock": "套打在印好的证纸上",
    "seal": "印章",
    "specimen": "样张字样",
    "document": "要排版的内容",
}
GROUPS = ("图形展示", "报表工具", "图形管理", "流程", "规则", "文书", "页面部件")
FIRST, SECOND = date(2026, 11, 22), date(2026, 11, 23)
UI_TITLES = {
    "head": ("页头", "标题、数量、截至时间和一个主要操作"),
    "filters": ("筛选条", "读起来像一句话的筛选条件"),
    "table": ("列表", "手机上变成卡片，可选列、可批量"),
    "pager": ("翻页", "前后翻页，不数总页数"),
    "views": ("常用视图", "保存下来的筛选条件"),
    "columns": ("选列", "自己决定看哪些列"),
    "record_head": ("记录头", "先说状态和下一步"),
    "facts": ("资料", "两列资料，手机上一列"),
    "timeline": ("经过", "谁在什么时候做了什么"),
    "tabs": ("分页签", "每个页签有自己的地址"),
    "steps": ("进度", "办理到第几步"),
    "stats": ("数字", "数字、单位、变化和出处"),
    "todos": ("待办", "等我办理的事项"),
    "league": ("排名", "完成率排名"),
    "tiles": ("大厅入口", "服务大厅的大图标"),
    "progress": ("进度条", "后台任务做到哪里"),
    "notice": ("提示条", "好消息、注意和拒绝，写明依据"),
    "empty": ("空白说明", "没有内容时说明是什么、先做什么"),
    "skeleton": ("加载占位", "加载时不跳动"),
    "conflict": ("冲突", "两个人改了同一条，逐项选择"),
    "confirm": ("确认框", "办理前确认并填写理由"),
    "import_result": ("导入结果", "哪些行有问题、为什么"),
    "card": ("会员卡", "会员卡和会员码"),
    "qr": ("二维码", "不依赖外部服务的二维码"),
    "upload": ("上传", "拍照或选文件，带进度"),
}


def _ui(name: str) -> Component:
    title, summary = UI_TITLES[name]
    return Component(
        f"ui-{name.replace('_', '-')}",
        title,
        "页面部件",
        summary,
        (getattr(tags, name),),
        (rf"{{%\s*ui_{name}\b",),
        (Edition("1.0", FIRST, "首次发布", DIGESTS[name]),),
        (samples.UI[name],),
    )


DIGESTS: Mapping[str, str] = {
    "head": "dc64a5db3175",
    "filters": "97e218bffb71",
    "table": "50c6e4d74da8",
    "pager": "b163a3928157",
    "views": "9acf31b9585d",
    "columns": "b10cc7009e20",
    "record_head": "5af81d5a7b55",
    "facts": "076bb21ff464",
    "timeline": "f2885cbdfd06",
    "tabs": "5d72e16e957f",
    "steps": "207dcd613e96",
    "stats": "0e29deb85414",
    "todos": "0241e989b2fb",
    "league": "bf135ede6aff",
    "tiles": "3fb4ed73e61e",
    "progress": "9740717e4cd6",
    "notice": "fef8977aa3b4",
    "empty": "242b385b5e9c",
    "skeleton": "7b9ce361fdf7",
    "conflict": "f24aed4f4fe6",
    "confirm": "160f8b9cb182",
    "import_result": "d83ac7a45673",
    "card": "c01be2da28b6",
    "qr": "e770200a470e",
    "upload": "779463835995",
}
"""Of the parameters the first version of each part of a page had."""

COMPONENTS: tuple[Component, ...] = (
    Component(
        "chart",
        "图形",
        "图形展示",
        "十四种图形，每张下面都有同一组数字的数据表；可打印、可下载图片、随深浅色变化、手机可看。",
        (charts.Chart, charts.Series),
        (r"{%\s*ui_chart\b", r"kernel\.ui(\.| import .*\b)charts\b"),
        (
            Edition(
                "2.0",
                FIRST,
                "由图形种类、项目和各列声明；新增十二种图形、下载图片、单独打印、指点提示",
                "4b64af0337ad",
            ),
            Edition("1.0", FIRST, "折线图和柱形图，由页面中的表格画出"),
        ),
        samples.CHARTS,
        CHART_WORDS,
    ),
    Component(
        "report",
        "报表",
        "报表工具",
        "由各行和一段声明算出多层表头、分组合并、小计和合计；表头固定，分页打印，导出的工作簿合并相同。",
        (
            reports.Report,
            reports.Group,
            reports.Measure,
            reports.Ratio,
            reports.Word,
            reports.Across,
        ),
        (r"{%\s*ui_report\b", r"kernel\.ui(\.| import .*\b)reports\b"),
        (
            Edition("1.1", SECOND, "指标列中可以放文字，如进度、期限、分工", "e289b0edabd6"),
            Edition("1.0", FIRST, "首次发布"),
        ),
        samples.REPORTS,
        REPORT_WORDS,
    ),
    Component(
        "diagram",
        "关系图",
        "图形展示",
        "自动排布的方框和箭头，每个方框可点开，键盘可走，下面有同样内容的文字。",
        (diagrams.Diagram, diagrams.Node, diagrams.Edge, diagrams.Look),
        (r"{%\s*ui_diagram\b", r"kernel\.ui(\.| import .*\b)diagrams\b"),
        (
            Edition(
                "2.0", FIRST, "由系统服务管理的关系图改为共用组件，样子由使用者声明", "62ba43378c6d"
            ),
            Edition("1.0", FIRST, "系统服务管理子系统的四张关系图"),
        ),
        samples.DIAGRAMS,
        DIAGRAM_WORDS | {"tone": "颜色", "shape": "形状"},
    ),
    Component(
        "dataset",
        "数据集和图形管理",
        "图形管理",
        "系统登记数据集，工作人员自己选分组、指标和形式；保存版本，可撤销，按各自权限取数。",
        (
            "gonghui.kernel.ui.datasets.Dataset",
            "gonghui.kernel.ui.datasets.Dimension",
            "gonghui.kernel.ui.datasets.Figure",
        ),
        (r"kernel\.ui\.datasets\b",),
        (Edition("1.0", FIRST, "首次发布", "48ef45fbc516"),),
        (),
        {
            "code": "代码",
            "permission": "谁可以取数",
            "dimensions": "可以分组的字段",
            "figures": "可以看的指标",
            "read": "怎样按权限取数",
            "time": "按时间先后排列",
            "how": "怎样汇总",
            "places": "小数位数",
            "part": "比率的分子",
            "whole": "比率的分母",
        },
        pages=(("图形和报表", "charts", VIEW_CHARTS),),
    ),
    Component(
        "workflow",
        "流程",
        "流程",
        "在页面里画的流程，带待办、会签、转办、期限和经过；版本发布前校验和试运行。",
        ("gonghui.kernel.process.declaring.Flow",),
        (r"kernel\.process\b", r"process/c/"),
        (
            Edition("1.0", SECOND, "参数固定；入会审批、拟稿签发、法人登记已用", "b589b1728a68"),
            Edition("0.9", FIRST, "试用"),
        ),
        samples.FLOWS_DRAWN,
        FLOW_WORDS,
        within="kernel/process/",
        pages=(("流程", "flows", DESIGN_FLOWS), ("流程事项", "work", SIGN_WORK)),
    ),
    Component(
        "rules",
        "规则",
        "规则",
        "受限的表达式和决策表：有版本、生效日期、样例和每次判断的理由。",
        (
            "gonghui.kernel.rules.tables.RuleTable",
            "gonghui.kernel.rules.expressions.evaluate",
        ),
        (r"kernel\.rules\b",),
        (
            Edition("1.0", SECOND, "参数固定；收文、归档、登记、周转池已用", "59b86fbc81cb"),
            Edition("0.9", FIRST, "试用"),
        ),
        samples.RULES,
        RULE_WORDS,
        within="kernel/rules/",
        pages=(("决策表", "rules", VIEW_TABLES),),
    ),
    Component(
        "documents",
        "公文和证照",
        "文书",
        "公文、证照和表格排版成版式文件，带印章、核验码和电子签名。",
        (
            "gonghui.kernel.documents.content.Official",
            "gonghui.kernel.documents.content.Certificate",
            "gonghui.kernel.documents.rendering.render",
        ),
        (r"kernel\.documents\b",),
        (
            Edition("1.0", SECOND, "参数固定；公文流转、法人证书、建会批复已用", "1d1327356c5c"),
            Edition("0.9", FIRST, "试用"),
        ),
        samples.DOCUMENTS,
        DOCUMENT_WORDS,
        within="kernel/documents/",
    ),
    *(_ui(name) for name in UI_TITLES),
)


def by_group() -> list[tuple[str, list[Component]]]:
    return [(group, [item for item in COMPONENTS if item.group == group]) for group in GROUPS]


def component(code: str) -> Component | None:
    return next((item for item in COMPONENTS if item.code == code), None)
