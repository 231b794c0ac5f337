"""Who may do what in D08: every permission of the system, with the roles that hold it."""

from gonghui.kernel.access.roles import SECURITY_ADMIN, SYSTEM_ADMIN, Permission

# Accounts, staff and posts
VIEW_STAFF = Permission("staff.view", "查看用户", (SYSTEM_ADMIN, SECURITY_ADMIN))
MANAGE_STAFF = Permission("staff.manage", "开通、停用和注销账号，维护任职", (SYSTEM_ADMIN,))
