"""Who may do what in D07: every permission of the system, with the roles that hold it."""

from gonghui.kernel.access.roles import SECURITY_ADMIN, SYSTEM_ADMIN, Permission

VIEW_SETTINGS = Permission("settings.view", "查看配置", (SYSTEM_ADMIN, SECURITY_ADMIN))
EDIT_SETTINGS = Permission("settings.edit", "修改配置", (SYSTEM_ADMIN,))
APPROVE_SETTINGS = Permission(
    "settings.approve", "批准重要配置的变更", (SECURITY_ADMIN, SYSTEM_ADMIN)
)
EXPORT_CHANGES = Permission("settings.export", "导出配置和变更记录", (SYSTEM_ADMIN,))
