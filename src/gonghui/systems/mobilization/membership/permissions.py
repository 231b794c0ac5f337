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

# Transfers (转会)
VIEW_TRANSFERS = Permission("transfers.view", "查看转会申请", (HANDLER, APPROVER, VIEWER), own=True)
APPLY_TRANSFER = Permission("transfers.apply", "为本人申请转会", own=True)
SEND_MEMBER = Permission("transfers.send", "提出转出会员", (HANDLER,))
CALL_MEMBER = Permission("transfers.call", "提出转入会员", (HANDLER,))
DECIDE_TRANSFER = Permission("transfers.decide", "同意转出或接收转入", (APPROVER,))
WITHDRAW_TRANSFER = Permission("transfers.withdraw", "撤回转会申请", (HANDLER,), own=True)
HURRY_TRANSFERS = Permission("transfers.hurry", "转会超期提级")

# Standing (会籍变动)
REVIVE = Permission("memberships.revive", "更正误登已故", (APPROVER,))
UNDO_CHANGE = Permission("memberships.undo", "撤销本人误办的会籍变动", (HANDLER, APPROVER))

# Duplicate persons (重复人员)
VIEW_DUPLICATES = Permission("duplicates.view", "查看疑似重复人员", (HANDLER, APPROVER))
DISMISS_DUPLICATE = Permission("duplicates.dismiss", "认定不是同一人", (HANDLER, APPROVER))
MERGE_DUPLICATE = Permission("duplicates.merge", "合并重复人员", (APPROVER,))
UNDO_MERGE = Permission("duplicates.undo", "撤销合并", (APPROVER,))
NAME_DUPLICATE = Permission("duplicates.name", "提出疑似重复人员", (HANDLER, APPROVER))

# Corrections (信息变更)
CHANGE_FACTS = Permission("memberships.facts", "更新会员一般信息", (HANDLER,), own=True)
VIEW_CORRECTIONS = Permission(
    "corrections.view", "查看信息变更申请", (HANDLER, APPROVER, VIEWER), own=True
)
REQUEST_CORRECTION = Permission("corrections.request", "申请变更关键信息", (HANDLER,), own=True)
DECIDE_CORRECTION = Permission("corrections.decide", "审批关键信息变更", (APPROVER,))
WITHDRAW_CORRECTION = Permission("corrections.withdraw", "撤回信息变更申请", (HANDLER,), own=True)

# Member card (会员卡)
OWN_CARD = Permission("card.own", "出示本人会员卡", own=True)
PRINT_CARD = Permission("card.print", "打印会员卡", (HANDLER,))

# Union profiles (工会档案)
UPDATE_UNION = Permission("unions.update", "更新工会档案", (HANDLER,))
REVEAL_UNION = Permission("unions.reveal", "查看工会联系电话", (HANDLER, APPROVER))

# Change requests (变更申请). The place that decides is the superior's: the action asks for it.
VIEW_CHANGES = Permission("union-changes.view", "查看变更申请", (HANDLER, APPROVER, VIEWER))
REQUEST_CHANGE = Permission("union-changes.request", "提交变更申请", (HANDLER,))
DECIDE_CHANGE = Permission("union-changes.decide", "审批变更申请", (APPROVER,))

# The tree (组织变动)
RESTRUCTURE = Permission("unions.restructure", "办理组织变动", (APPROVER,))

# Terms (届期)
VIEW_TERMS = Permission("terms.view", "查看届期", (HANDLER, APPROVER, VIEWER))
REGISTER_TERM = Permission("terms.register", "登记换届结果", (HANDLER,))
DELAY_TERM = Permission("terms.delay", "批准延期换届", (APPROVER,))
EXPORT_TERMS = Permission("terms.export", "导出届期", (APPROVER,))
REMIND_TERMS = Permission("terms.remind", "届满提醒（由平台办理）")

# Professional union workers (社会化工会工作者)
VIEW_ORGANISERS = Permission(
    "organisers.view", "查看社会化工会工作者", (HANDLER, APPROVER, VIEWER), own=True
)
KEEP_ORGANISERS = Permission("organisers.keep", "登记社会化工会工作者", (HANDLER,))
ASSESS_ORGANISER = Permission("organisers.assess", "考核社会化工会工作者", (APPROVER,))
EXPORT_ORGANISERS = Permission("organisers.export", "导出社会化工会工作者", (APPROVER,))
REMIND_ORGANISERS = Permission("organisers.remind", "合同到期提醒（由平台办理）")
