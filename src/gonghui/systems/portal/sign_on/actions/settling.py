"""What became of a notice that a session has ended (退出通知的回执)."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from gonghui.systems.portal.sign_on.models import LogoutNotice, NoticeState

SETTLING = "a notice is delivered by a job, wherever its sign-on lies"


def waiting(sign_on_id: int) -> LogoutNotice | None:
    """The notice of a sign-on, if it still waits to be delivered."""
    rows = LogoutNotice.objects.select_related("sign_on__application__union", "sign_on__user")
    return rows.filter(sign_on_id=sign_on_id, state=NoticeState.WAITING).first()


def noted(notice: LogoutNotice, *, delivered: bool, answer: str, final: bool = False) -> None:
    """Keep what the application answered. final: it is not told again."""
    with transaction.atomic():
        row = LogoutNotice.objects.select_for_update().get(pk=notice.pk)
        if row.state != NoticeState.WAITING:
            return
        row.attempts += 1
        row.answer = answer[:200]
        if delivered:
            row.state, row.settled_at = NoticeState.DELIVERED, timezone.now()
        elif final:
            refused = answer == "HTTP 400"
            row.state = NoticeState.REFUSED if refused else NoticeState.FAILED
            row.settled_at = timezone.now()
        row.save()


def again(sign_on_id: int) -> LogoutNotice | None:
    """Let a notice that failed wait again."""
    row = LogoutNotice.objects.select_for_update().filter(sign_on_id=sign_on_id).first()
    if row is None or row.state in {NoticeState.WAITING, NoticeState.DELIVERED}:
        return None
    row.state, row.attempts, row.settled_at = NoticeState.WAITING, 0, None
    row.save()
    return row
