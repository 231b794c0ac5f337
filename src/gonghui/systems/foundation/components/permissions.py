"""Who may do what in D02."""

from gonghui.kernel.access.roles import (
    APPROVER,
    AUDITOR,
    HANDLER,
    SECURITY_ADMIN,
    SYSTEM_ADMIN,
    VIEWER,
    Permission,
)

CADRES = (HANDLER, APPROVER, VIEWER, SYSTEM_ADMIN, SECURITY_ADMIN, AUDITOR)

# Gallery, charts and reports
VIEW_COMPONENTS = Permission("components.view", "查看组件库", CADRES)
VIEW_CHARTS = Permission("charts.view", "查看图形和报表", CADRES)
EDIT_CHARTS = Permission(
    "charts.edit", "制作自己的图形和报表", (HANDLER, APPROVER, VIEWER, SYSTEM_ADMIN)
)
STOP_CHARTS = Permission("charts.stop", "停用本工会范围内的图形和报表", (SYSTEM_ADMIN,))
EXPORT_CHARTS = Permission("charts.export", "导出报表", (HANDLER, APPROVER, SYSTEM_ADMIN))

# Decision tables
VIEW_TABLES = Permission("tables.view", "查看决策表", (HANDLER, APPROVER, VIEWER, SYSTEM_ADMIN))
EDIT_TABLES = Permission("tables.edit", "起草决策表", (HANDLER, SYSTEM_ADMIN))
PUBLISH_TABLES = Permission("tables.publish", "发布决策表", (APPROVER,))
VIEW_DECISIONS = Permission("tables.decisions", "查看决策记录", (HANDLER, APPROVER, VIEWER))
EXPORT_DECISIONS = Permission("tables.export", "导出决策记录", (HANDLER, APPROVER))
