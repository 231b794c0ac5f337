"""Who may do what in D08: every permission of the system, with the roles that hold it."""

from gonghui.kernel.access.granting import GRANTING
from gonghui.kernel.access.roles import (
    ADMINISTRATORS,
    APPROVER,
    HANDLER,
    SECURITY_ADMIN,
    SYSTEM_ADMIN,
    VIEWER,
    Permission,
    Role,
)

__all__ = ["GRANTING"]

# Accounts and staff
VIEW_STAFF = Permission("staff.view", "查看用户", (SYSTEM_ADMIN, SECURITY_ADMIN))
MANAGE_STAFF = Permission("staff.manage", "开通、停用和注销账号", (SYSTEM_ADMIN,))
EXPORT_STAFF = Permission("staff.export", "导出用户", (SYSTEM_ADMIN,))
RESET_STAFF = Permission("staff.reset", "解除锁定、重置登录方式、结束会话", (SECURITY_ADMIN,))
VIEW_CHANGES = Permission("staff_changes.view", "查看用户信息变更申请", (SYSTEM_ADMIN,))
DECIDE_CHANGES = Permission("staff_changes.decide", "核实用户信息变更申请", (SYSTEM_ADMIN,))
ASK_CHANGE = Permission("staff_changes.ask", "申请变更本人用户信息", open=True)

# Posts
VIEW_POSTS = Permission("posts.view", "查看岗位和任职", (SYSTEM_ADMIN, SECURITY_ADMIN))
MANAGE_POSTS = Permission("posts.manage", "设立和撤销岗位", (SYSTEM_ADMIN,))
SET_POST_ROLES = Permission("posts.roles", "核定岗位权限", (SECURITY_ADMIN,))
FILL_POSTS = Permission("posts.fill", "办理任职、调动和离任", (SYSTEM_ADMIN,))

# Grants
VIEW_GRANTS = Permission("grants.view", "查看授权", (SECURITY_ADMIN,))
EXPORT_GRANTS = Permission("grants.export", "导出授权", (SECURITY_ADMIN,))
EXPLAIN = Permission("rights.explain", "推演用户和记录的权限", (SECURITY_ADMIN,))
VIEW_DELEGATIONS = Permission("delegations.view", "查看委托", (SECURITY_ADMIN,))
DELEGATE = Permission("delegations.make", "把本人的业务权限委托给同事", (HANDLER, APPROVER, VIEWER))
END_DELEGATION = Permission("delegations.end", "提前结束委托", open=True)

# Reviews
VIEW_REVIEWS = Permission("reviews.view", "查看授权复核", (SECURITY_ADMIN,))
DECIDE_REVIEWS = Permission("reviews.decide", "复核授权", (SECURITY_ADMIN,))

# The three administrators
VIEW_SEPARATION = Permission("separation.view", "查看三员分立情况", ADMINISTRATORS)

# Users from and to other systems
SOURCE = Role("source", "来源系统", "按批准的令牌维护所辖工会的用户；不授予个人")
VIEW_PUSHING = Permission(
    "provisioning.view", "查看用户推送、来源系统和回执", (SYSTEM_ADMIN, SECURITY_ADMIN)
)
MANAGE_PUSHING = Permission(
    "provisioning.manage", "登记来源系统和推送目标，处理推送", (SYSTEM_ADMIN,)
)
APPROVE_PUSHING = Permission("provisioning.approve", "批准来源令牌和推送目标", (SECURITY_ADMIN,))
EXPORT_PUSHING = Permission("provisioning.export", "导出推送回执", (SYSTEM_ADMIN, SECURITY_ADMIN))
TAKE_IN = Permission("provisioning.take_in", "从外部系统维护用户", (SOURCE,))
