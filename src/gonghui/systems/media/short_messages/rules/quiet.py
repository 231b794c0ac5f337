"""Quiet hours (静默时段): nothing but emergencies and what a person just asked for at night.

《通信短信息服务管理规定》(工业和信息化部令第31号, 2015-06-30) leaves the hours to the sender's good
sense; 22 to 8 is this platform's own rule, kept as dated parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

RULE = "本平台业务规则：22 时至次日 8 时不发短信，紧急通知和本人索取的验证码除外"


@dataclass(frozen=True)
class Quiet:
    """From `start` o'clock to `end` o'clock, over midnight where start is later; equal: never."""

    start: int
    end: int

    def holds(self, at: datetime) -> bool:
        """Whether a local time lies in the quiet hours; the end itself does not."""
        if self.start == self.end:
            return False
        if self.start < self.end:
            return self.start <= at.hour < self.end
        return at.hour >= self.start or at.hour < self.end

    def next_open(self, at: datetime) -> datetime:
        """The first moment from a local time on outside the quiet hours."""
        if not self.holds(at):
            return at
        morning = at.replace(hour=self.end, minute=0, second=0, microsecond=0)
        return morning if morning > at else morning + timedelta(days=1)


def send_after(wanted: datetime, quiet: Quiet, *, exempt: bool) -> datetime:
    """When a message may leave at the earliest; exempt: an emergency or an answer to a wish."""
    return wanted if exempt else quiet.next_open(wanted)
