"""D07 配置管理子系统."""

from gonghui.kernel.resource.declaration import Interface, Page, Served, System
from gonghui.systems.foundation.config.permissions import EDIT_SETTINGS, VIEW_SETTINGS
from gonghui.systems.foundation.config.resources import CHANGES

OVERVIEW = Page("配置管理", "config", VIEW_SETTINGS)
COMPARE = Page("比较配置", "config-compare", VIEW_SETTINGS)
IMPORT = Page("导入配置", "config-import", EDIT_SETTINGS)
NODES = Page("配置节点", "config-nodes", VIEW_SETTINGS)

SYSTEM = System(
    code="D07",
    name="配置管理子系统",
    owner="网络工作部",
    chapter="基础软件",
    functions={
        "D07/1": Served(OVERVIEW, "全部系统的参数在一页按工会查看和修改，部署参数在节点页"),
        "D07/2": Served(COMPARE, "比较、试行、回退、复制、导入导出"),
        "D07/3": Served(NODES, "一次修改几秒内到达所有节点，不重启；每个节点报告所用版本"),
        "D07/p1": Served(CHANGES, "审批、试行、回退、生效时间、谁在读取，密文加密存放"),
        "D07/p2": Served(NODES, "热更新；数据库不应答时用本地快照"),
        "D07/p3": Served(IMPORT, "导入导出和复制先看差异，发布前校验，单位容量配额"),
    },
    resources=(CHANGES,),
    interfaces=(
        Interface("api/v1/config/", "配置取值"),
        Interface("api/v1/config/{code}/", "一项配置的取值"),
    ),
    publishes=("cn.gonghui.config",),
    menu=(OVERVIEW, CHANGES, NODES),
)
