"""Who may do what in founding unions and in their elections."""

from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER, Permission

# Preparations (建会筹备) belong to the superior until the union exists. Whoever asks for one
# carries it on as their own record; the superior's handler may do so from paper.
VIEW_PREPARATIONS = Permission(
    "preparations.view", "查看建会申请", (HANDLER, APPROVER, VIEWER), own=True
)
REQUEST_PREPARATION = Permission("preparations.request", "申请建立工会", open=True)
CARRY_PREPARATION = Permission("preparations.carry", "办理建会筹备", (HANDLER,), own=True)
DECIDE_PREPARATION = Permission("preparations.decide", "批复建会申请", (APPROVER,))
LAPSE_PREPARATION = Permission("preparations.lapse", "筹备到期提醒、逾期终止（由平台办理）")
EXPORT_PREPARATIONS = Permission("preparations.export", "导出建会申请", (APPROVER,))

# Elections (选举)
VIEW_ELECTIONS = Permission("elections.view", "查看选举", (HANDLER, APPROVER, VIEWER), own=True)
HOLD_ELECTION = Permission("elections.hold", "组织选举", (HANDLER,), own=True)
DECIDE_ELECTION = Permission("elections.decide", "批复选举结果", (APPROVER,))
EXPORT_ELECTIONS = Permission("elections.export", "导出选举", (APPROVER,))

# Matters (事项): a delayed election, a merger, an end
VIEW_MATTERS = Permission("union-matters.view", "查看延期和撤并申请", (HANDLER, APPROVER, VIEWER))
ASK_MATTER = Permission("union-matters.ask", "申请延期换届、合并或撤销", (HANDLER,))
DECIDE_MATTER = Permission("union-matters.decide", "批复延期和撤并申请", (APPROVER,))
