"""An account was opened, or its holder appointed: the new chair's may have been asked for."""

from __future__ import annotations

from gonghui.kernel.bus.models import Outbox
from gonghui.kernel.bus.subscribers import subscriber
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.systems.mobilization.founding.actions.accounts import account_opened

CHANGED, APPOINTED = "cn.gonghui.users.changed", "cn.gonghui.users.appointed"
"""data of both: {"user": id}; the path is the user's union."""


@subscriber(CHANGED, name="founding.chair_account")
def on_changed(event: Outbox) -> None:
    """Settle the to-do for the account of this chair."""
    raise_wall(Scope.everything())
    user = User.objects.filter(pk=event.data.get("user")).first()
    if user is not None:
        account_opened(user, event.org_path)


@subscriber(APPOINTED, name="founding.chair_appointed")
def on_appointed(event: Outbox) -> None:
    """The same for somebody who had an account and was given a post."""
    on_changed(event)
