"""The actor: who asks, from where, with which grants; scopes and checks start here."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from gonghui.kernel.access.roles import ADMINISTRATORS, WORKER, Permission
from gonghui.kernel.base.errors import Forbidden
from gonghui.kernel.org.scoping import Scope


@dataclass(frozen=True)
class Held:
    """A role held on a subtree."""

    role: str
    path: str
    union_id: int
    union_name: str
    until: date | None = None


@dataclass(frozen=True)
class Actor:
    """Somebody or something that acts.

    channel: web, api, job or cli. verified_at: when the person last proved who they are in this
    session. `everywhere`: a process of the platform itself, which
    acts with no grants and is named in the audit by `name`.
    """

    user_id: int | None = None
    person_id: int | None = None
    name: str = "未登录"
    union_id: int | None = None
    union_name: str = ""
    grants: tuple[Held, ...] = field(default=())
    ip: str = ""
    channel: str = "web"
    request_id: str = ""
    verified_at: datetime | None = None
    everywhere: bool = False

    @property
    def signed_in(self) -> bool:
        return self.user_id is not None or self.everywhere

    @property
    def is_cadre(self) -> bool:
        return any(held.role != WORKER.code for held in self.grants)

    def paths(self, permission: Permission) -> list[str]:
        codes = {role.code for role in permission.roles}
        return [held.path for held in self.grants if held.role in codes]

    def scope(self, permission: Permission) -> Scope:
        """The part of the tree, and the own person, where this actor has the permission."""
        if self.everywhere:
            return Scope.everything()
        own = self.person_id if permission.own else None
        return Scope.of(self.paths(permission), own)

    def may(self, permission: Permission, path: str = "", person_id: int | None = None) -> bool:
        """Whether the permission holds at a path, or for a record of `person_id`.

        Without a path: whether it holds anywhere at all.
        """
        if self.everywhere or permission.public:
            return True
        if permission.open and self.user_id is not None:
            return True
        if permission.own and self.person_id is not None and person_id == self.person_id:
            return True
        if not path:
            return bool(self.paths(permission)) or (
                permission.own and self.person_id is not None and person_id is None
            )
        return any(path.startswith(root) for root in self.paths(permission))

    def require(self, permission: Permission, path: str = "", person_id: int | None = None) -> None:
        """Refuse unless the permission holds there."""
        if self.may(permission, path, person_id):
            return
        who = "、".join(role.title for role in permission.roles) or "系统管理员"
        raise Forbidden(
            f"没有“{permission.title}”的权限。" if self.signed_in else "请先登录。",
            remedy=f"需要在该工会或其上级工会拥有“{who}”角色，可联系上级工会的安全管理员开通。",
            code="forbidden" if self.signed_in else "anonymous",
        )

    def wall(self) -> Scope:
        """Everything this actor may read by any grant: what row-level security lets through.

        The three administrators work without personal data, so their grants open nothing here.
        """
        if self.everywhere:
            return Scope.everything()
        administrators = {role.code for role in ADMINISTRATORS}
        business = [held.path for held in self.grants if held.role not in administrators]
        return Scope.of(business, self.person_id)

    def on(self, channel: str) -> Actor:
        return replace(self, channel=channel)


ANONYMOUS = Actor()


def platform(name: str, channel: str = "job") -> Actor:
    """The platform itself, acting as a named process."""
    return Actor(name=name, channel=channel, everywhere=True)
