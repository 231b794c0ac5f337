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
USER_ADMIN = Role("user_admin", "用户管理员", "在本工会范围内开通用户、授予角色")
AUDITOR = Role("auditor", "审计员", "查看操作日志，不能查看个人信息，也不能办理业务")
WORKER = Role("worker", "职工", "办理本人的事项；每个绑定了人员的账号都有")

ROLES = {role.code: role for role in (HANDLER, APPROVER, VIEWER, USER_ADMIN, AUDITOR, WORKER)}
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
