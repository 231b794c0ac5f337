"""Who may do what in C1.1: every permission of the system, with the roles that hold it."""

from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER, Permission

VIEW_MEMBERS = Permission("memberships.view", "查看会员", (HANDLER, APPROVER, VIEWER))
EXPORT_MEMBERS = Permission("memberships.export", "导出会员", (APPROVER,))
IMPORT_MEMBERS = Permission("memberships.import", "导入会员", (HANDLER,))
REVEAL_MEMBER = Permission("memberships.reveal", "查看会员证件号码和手机号码", (HANDLER, APPROVER))
CHANGE_STATUS = Permission("memberships.change", "办理会籍变动", (HANDLER,))
EXPEL = Permission("memberships.expel", "办理除名", (APPROVER,))
VIEW_UNIONS = Permission("unions.view", "查看工会组织", (HANDLER, APPROVER, VIEWER))
EXPORT_UNIONS = Permission("unions.export", "导出工会组织", (APPROVER,))

# Joining (入会申请). The applicant needs no account: who may act on an application of their own
# is shown by a proof the action checks, so these are public.
VIEW_JOINS = Permission("join-applications.view", "查看入会申请", (HANDLER, APPROVER, VIEWER))
OWN_JOINS = Permission("join-applications.own", "查看本人的入会申请", own=True)
SUBMIT_JOIN = Permission("join-applications.submit", "提交入会申请", public=True)
FOLLOW_JOIN = Permission("join-applications.follow", "补正、撤回、申诉本人的入会申请", public=True)
ENTER_JOIN = Permission("join-applications.enter", "代职工录入入会申请", (HANDLER,))
RETURN_JOIN = Permission("join-applications.return", "退回入会申请补正", (HANDLER, APPROVER))
DECIDE_JOIN = Permission("join-applications.decide", "审批入会申请", (APPROVER,))
ROUTE_JOIN = Permission("join-applications.route", "分派周转池中的申请", (HANDLER,))
REVEAL_JOIN = Permission(
    "join-applications.reveal", "查看申请人证件号码和手机号码", (HANDLER, APPROVER)
)
EXPORT_JOINS = Permission("join-applications.export", "导出入会申请", (APPROVER,))
ESCALATE_JOIN = Permission("join-applications.escalate", "逾期申请报上级（由平台办理）")
OPEN_ACCOUNT = Permission("join-applications.account", "凭入会申请开通账号", public=True)
