"""Who may do what with cases; who signs a work item is said by the diagram, see places.py."""

from gonghui.kernel.access.roles import (
    APPROVER,
    GRANTABLE,
    HANDLER,
    SYSTEM_ADMIN,
    VIEWER,
    Permission,
)

SIGN_WORK = Permission("work.sign", "办理流程待办", open=True)
FOLLOW_CASE = Permission("cases.follow", "关注流程", open=True)
WITHDRAW_CASE = Permission("cases.withdraw", "撤回流程", open=True)
MANAGE_CASES = Permission("cases.manage", "管理流程", (APPROVER,))
VIEW_CASES = Permission("cases.view", "查看流程", (HANDLER, APPROVER, VIEWER))
DELEGATE_WORK = Permission("work.delegate", "委托办理流程待办", open=True)
DESIGN_FLOWS = Permission("flows.design", "设计和发布流程", (SYSTEM_ADMIN,))

WORK_OF = {
    role.code: Permission(f"work.{role.code}", f"以{role.title}身份办理流程待办", (role,))
    for role in GRANTABLE
}
"""The permission a to-do is addressed by when whoever holds a role at a union may sign."""
