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
