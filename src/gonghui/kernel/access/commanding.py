"""Commands of the shell: in whose name they act.

Whoever may run commands on this machine owns it; the name they give is not proved here. What the
platform does see to: a command does no more than that user may do, and the audit keeps the
user's name with the channel "cli".
"""

from __future__ import annotations

from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.loading import actor_of
from gonghui.kernel.base.errors import Missing
from gonghui.kernel.identity.models import User


def commanding(username: str) -> Actor:
    """The actor of `--as <username>`; Missing when no active user has the name."""
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise Missing(
            f"没有启用的用户“{username}”。", remedy="请用 --as 写明以哪个用户的权限办理。"
        )
    return actor_of(user, timezone.localdate(), channel="cli", verified_at=timezone.now())
