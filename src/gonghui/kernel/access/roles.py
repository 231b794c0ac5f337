"""Roles (角色), permissions, and the table of which role has which permission."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Role:
    """A role granted to a user on a union's subtree."""

    code: str
    title: str
    help: str


HANDLER = Role("handler", "经办人", "录入、受理和办理本工会及下级工会的业务")
APPROVER = Role("approver", "审批人", "审核批复本工会及下级工会提交的事项")
VIEWER = Role("viewer", "查阅人", "查看本工会及下级工会的业务，不能修改")
SYSTEM_ADMIN = Role(
    "system_admin", "系统管理员", "开通账号、维护岗位和配置，不能授权，不能查看日志和个人信息"
)
SECURITY_ADMIN = Role(
    "security_admin", "安全管理员", "授予和收回权限、复核授权、处置会话，不能开通账号或查看日志"
)
AUDITOR = Role("auditor", "审计管理员", "查看操作日志，不能查看个人信息，也不能办理业务")
WORKER = Role("worker", "职工", "办理本人的事项；每个绑定了人员的账号都有")

ROLES = {
    role.code: role
    for role in (HANDLER, APPROVER, VIEWER, SYSTEM_ADMIN, SECURITY_ADMIN, AUDITOR, WORKER)
}
ADMINISTRATORS = (SYSTEM_ADMIN, SECURITY_ADMIN, AUDITOR)
"""三员: no user holds two of these, nor one of them beside a role of the business."""
GRANTABLE = tuple(role for role in ROLES.values() if role is not WORKER)


@dataclass(frozen=True)
class Permission:
    """One thing that may be done, and the roles that may do it on their subtrees.

    code: "<resource>.<verb>". `own`: a worker may do it with records of their own person.
    `open`: anybody signed in may do it. `public`: anybody at all.
    """

    code: str
    title: str
    roles: tuple[Role, ...] = ()
    own: bool = False
    open: bool = False
    public: bool = False

    def __post_init__(self) -> None:
        known = PERMISSIONS.setdefault(self.code, self)
        if known != self:
            raise ValueError(f"permission {self.code} is declared twice, differently")

    def __str__(self) -> str:
        return self.title


PERMISSIONS: dict[str, Permission] = {}
"""Every permission declared in this installation, by code."""
