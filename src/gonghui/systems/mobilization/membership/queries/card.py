"""The codes of member cards (会员码): making them, and telling what one stands for.

A code is a signed word: which membership, and which version of it. Every change of standing or
union gives the membership a new version, so that older codes are void from that moment.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing

from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.kernel.people.models import Membership
from gonghui.systems.mobilization.membership.rules.card import PAPER_DAYS, SCREEN_SECONDS

SCREEN, PAPER = "s", "p"
SALTS = {SCREEN: "membership.card.screen", PAPER: "membership.card.paper"}
SECONDS = {SCREEN: SCREEN_SECONDS, PAPER: PAPER_DAYS * 86400}
CHECKING = "whoever is shown a card may ask whether it holds; status, union and tails are shown"


def token_of(member: Membership, purpose: str = SCREEN) -> str:
    """A code for a membership as it is now. purpose: SCREEN or PAPER."""
    signer = signing.TimestampSigner(salt=SALTS[purpose])
    return purpose + signer.sign(f"{member.pk}.{member.version}")


@dataclass(frozen=True)
class Check:
    """What a code stands for.

    fault: "" where it holds, else forged, expired or void; then there is no member.
    """

    fault: str = ""
    member: Membership | None = None
    on_paper: bool = False


def check(token: str) -> Check:
    """Tell what a code stands for; never raises."""
    purpose, word = token[:1], token[1:]
    if purpose not in SALTS:
        return Check("forged")
    signer = signing.TimestampSigner(salt=SALTS[purpose])
    try:
        plain = signer.unsign(word, max_age=SECONDS[purpose])
    except signing.SignatureExpired:
        return Check("expired", on_paper=purpose == PAPER)
    except signing.BadSignature:
        return Check("forged")
    pk, version = (int(part) for part in plain.split("."))
    with wall_at(Scope.everything()):
        rows = Membership.objects.unscoped(CHECKING).select_related("union")
        member = rows.filter(pk=pk).first()
    if member is None or member.version != version:
        return Check("void", on_paper=purpose == PAPER)
    return Check("", member, purpose == PAPER)
