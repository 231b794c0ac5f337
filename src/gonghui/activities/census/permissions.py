"""Who may do what in A01: every permission of the activity, with the roles that hold it."""

from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER, Permission

# Census
VIEW_CENSUS = Permission("census.view", "查看普查进展", (HANDLER, APPROVER, VIEWER))
EDIT_CAMPAIGN = Permission("campaigns.edit", "拟定普查活动", (HANDLER,))
DECIDE_CAMPAIGN = Permission("campaigns.decide", "启动、结束和归档普查活动", (APPROVER,))
SPLIT_QUOTA = Permission("quotas.split", "分解普查任务", (HANDLER, APPROVER))
URGE = Permission("quotas.urge", "催办普查任务", (HANDLER, APPROVER))
EXTEND = Permission("quotas.extend", "批准普查任务延期", (APPROVER,))
EXPORT_QUOTAS = Permission("quotas.export", "导出普查任务", (APPROVER,))

# Wish list
VIEW_WISHES = Permission("wishes.view", "查看职工心愿", (HANDLER, APPROVER, VIEWER))
HANDLE_WISHES = Permission("wishes.handle", "答复和办理职工心愿", (HANDLER, APPROVER))
MODERATE_WISHES = Permission("wishes.moderate", "隐藏职工心愿", (APPROVER,))
SUPERVISE_WISHES = Permission("wishes.supervise", "督办逾期未答复的职工心愿", (APPROVER,))
EXPORT_WISHES = Permission("wishes.export", "导出职工心愿", (APPROVER,))
MAKE_WISH = Permission("wishes.make", "提出和支持心愿", open=True)
