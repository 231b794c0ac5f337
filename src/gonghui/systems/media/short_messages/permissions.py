"""Who may do what in B3.1.3: every permission of the system, with the roles that hold it."""

from gonghui.kernel.access.roles import APPROVER, HANDLER, SYSTEM_ADMIN, VIEWER, Permission

ALL = (HANDLER, APPROVER, VIEWER)

# Messages and batches
VIEW = Permission("short-messages.view", "查看短信", ALL)
COMPOSE = Permission("short-messages.compose", "编写和发送短信", (HANDLER, APPROVER))
APPROVE = Permission("short-messages.approve", "审核群发短信", (APPROVER,))
RESEND = Permission("short-messages.resend", "重发和撤回短信", (HANDLER, APPROVER))
REVEAL = Permission("short-messages.reveal", "查看短信号码和内容", (HANDLER, APPROVER))
EXPORT = Permission("short-messages.export", "导出短信记录", (APPROVER,))

# Templates and signatures
VIEW_WORDING = Permission("short-templates.view", "查看短信模板和签名", ALL)
EDIT_WORDING = Permission("short-templates.edit", "编写短信模板和签名", (HANDLER, APPROVER))
APPROVE_WORDING = Permission("short-templates.approve", "审核短信模板和签名", (APPROVER,))

# People
VIEW_AUDIENCES = Permission("short-audiences.view", "查看发送对象", ALL)
EDIT_AUDIENCES = Permission("short-audiences.edit", "设置发送对象", (HANDLER, APPROVER))
VIEW_CONSENTS = Permission("short-consents.view", "查看短信同意台账", ALL)
RECORD_CONSENT = Permission("short-consents.record", "登记同意和退订", (HANDLER, APPROVER))
VIEW_BLACKLIST = Permission("short-blacklist.view", "查看短信黑名单和关键词", ALL)
EDIT_BLACKLIST = Permission("short-blacklist.edit", "维护短信黑名单和关键词", (APPROVER,))

# What comes in
VIEW_REPLIES = Permission("short-replies.view", "查看来信", ALL)
ANSWER = Permission("short-replies.answer", "办理来信", (HANDLER, APPROVER))
ALARM = Permission("short-replies.alarm", "处置危急来信", (HANDLER, APPROVER))

# Routes and money
VIEW_ROUTES = Permission("short-routes.view", "查看短信通道", (*ALL, SYSTEM_ADMIN))
EDIT_ROUTES = Permission("short-routes.edit", "设置短信通道", (SYSTEM_ADMIN,))
VIEW_BUDGETS = Permission("short-budgets.view", "查看短信预算和账单", ALL)
EDIT_BUDGETS = Permission("short-budgets.edit", "设置短信预算和核对账单", (APPROVER,))
