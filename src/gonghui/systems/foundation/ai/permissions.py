"""Who may do what in D03, beside the permissions of the language engine."""

from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER, Permission

VIEW_AI = Permission("ai.view", "查看文本分析和趋势", (HANDLER, APPROVER, VIEWER))
VIEW_FEEDS = Permission("ai.feeds", "查看网络信息监测", (HANDLER, APPROVER, VIEWER))
EDIT_FEEDS = Permission("ai.feeds.edit", "维护信息源和预警规则", (HANDLER,))
APPROVE_FEEDS = Permission("ai.feeds.approve", "启用信息源", (APPROVER,))
HANDLE_ITEMS = Permission("ai.items.handle", "处置网络信息", (HANDLER, APPROVER))
EXPORT_ITEMS = Permission("ai.items.export", "导出网络信息", (HANDLER, APPROVER))
