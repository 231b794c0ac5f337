"""Who may do what in staff congresses."""

from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER, Permission

VIEW_CONGRESSES = Permission(
    "staff-congresses.view", "查看职工代表大会", (HANDLER, APPROVER, VIEWER)
)
KEEP_CONGRESS = Permission("staff-congresses.keep", "办理职工代表大会", (HANDLER,))
VIEW_PROPOSALS = Permission(
    "staff-proposals.view", "查看职工提案", (HANDLER, APPROVER, VIEWER), own=True
)
MAKE_PROPOSAL = Permission("staff-proposals.make", "提出提案和建议", open=True)
FOLLOW_PROPOSAL = Permission("staff-proposals.follow", "评价、撤回本人的提案", own=True)
HANDLE_PROPOSAL = Permission("staff-proposals.handle", "办理职工提案", (HANDLER, APPROVER))
VIEW_PUBLICITY = Permission("publicity.view", "查看厂务公开", (HANDLER, APPROVER, VIEWER))
PUBLISH = Permission("publicity.publish", "发布厂务公开", (HANDLER,))
READ_PUBLICITY = Permission("publicity.read", "阅读本单位厂务公开", open=True)
ANSWER_OBJECTION = Permission("publicity.answer", "答复职工意见", (HANDLER, APPROVER))
