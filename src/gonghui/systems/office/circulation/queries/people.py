"""Who works at an organ and may take a part in its documents."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope


def colleagues(union: Union, permission: Permission, today: date) -> list[User]:
    """The users who hold a permission at exactly this union today, by name."""
    codes = [role.code for role in permission.roles]
    rows = Grant.objects.within(Scope.of([union.path])).filter(
        Q(valid_to=None) | Q(valid_to__gte=today),
        union=union,
        role__in=codes,
        ended_at=None,
        valid_from__lte=today,
    )
    ids = rows.values("user_id")
    return list(User.objects.filter(pk__in=ids, is_active=True).order_by("display_name", "pk"))


def options(union: Union, permission: Permission, today: date) -> list[tuple[str, str]]:
    return [
        (str(user.pk), f"{user.display_name}（{user.title}）" if user.title else user.display_name)
        for user in colleagues(union, permission, today)
    ]


def chosen(union: Union, permission: Permission, today: date, pk: int | str, field: str) -> User:
    """The colleague with this id; Refusal for anybody who may not take this part here."""
    for user in colleagues(union, permission, today):
        if str(user.pk) == str(pk):
            return user
    raise Refusal(
        f"所选人员在{union.name}没有“{permission.title}”的权限。",
        rule="办理人须在本机关有相应岗位",
        remedy="请从列出的人员中选择，或请安全管理员授权。",
        field=field,
        code="colleague",
    )
