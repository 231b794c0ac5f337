"""D02 IT基础组件."""

from gonghui.kernel.process.permissions import DESIGN_FLOWS, SIGN_WORK
from gonghui.kernel.resource.declaration import Interface, Page, Served, System
from gonghui.systems.foundation.components.permissions import (
    EDIT_CHARTS,
    VIEW_CHARTS,
    VIEW_COMPONENTS,
    VIEW_TABLES,
)
from gonghui.systems.foundation.components.resources.decision_tables import DECISIONS, VERSIONS

GALLERY = Page("组件库", "components", VIEW_COMPONENTS)
CHARTS = Page("图形和报表", "charts", VIEW_CHARTS)
MAKE = Page("制作图形或报表", "charts-new", EDIT_CHARTS)
RULES = Page("决策表", "rules", VIEW_TABLES)
FLOWS = Page("流程", "flows", DESIGN_FLOWS)
WORK = Page("流程事项", "work", SIGN_WORK)

SYSTEM = System(
    code="D02",
    name="IT基础组件",
    owner="网络工作部",
    chapter="基础软件",
    functions={
        "D02/1": Served(GALLERY, "十四种图形和关系图，每张都有数据表，可打印、下载图片"),
        "D02/2": Served(MAKE, "报表：多层表头、分组、小计合计、分页打印、导出工作簿"),
        "D02/3": Served(CHARTS, "图形和报表的制作、共享、版本、撤销和停用"),
        "D02/4": Served(WORK, "流程待办、已办、关注、抄送：会签、加签、转办、征询、退回、委托"),
        "D02/5": Served(RULES, "条件表达式和决策表：网格编辑、取法、空缺和重叠检查、逐项说明理由"),
        "D02/6": Served(GALLERY, "各系统共用的组件和使用者"),
        "D02/p1": Served(GALLERY, "组件库：样例、参数、版本、谁在使用"),
        "D02/p2": Served(VERSIONS, "版本、生效日期、表旁用例、影响试算、每次决策的记录"),
        "D02/p3": Served(FLOWS, "流程设计、检查、试运行、按工会发布、迁移办理中的事项"),
    },
    interfaces=(Interface("api/v1/charts/{pk}/", "一张图形或报表的数字"),),
    resources=(VERSIONS, DECISIONS),
    publishes=("cn.gonghui.rules",),
    menu=(GALLERY, CHARTS, RULES, FLOWS, WORK),
)
