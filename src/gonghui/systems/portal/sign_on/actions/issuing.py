"""Sign-ons begun, and the codes, tokens and tickets given for them; each used once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.idp.oidc.models import Token
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.org.models import Union
from gonghui.kernel.security.events import Happening, Kind, record
from gonghui.systems.portal.sign_on.actions.ending import misused
from gonghui.systems.portal.sign_on.models import (
    Application,
    Code,
    DeviceRequest,
    DeviceState,
    SignOn,
    Ticket,
    TokenLink,
)
from gonghui.systems.portal.sign_on.queries.settings import (
    ACCESS_MINUTES,
    CODE_SECONDS,
    DEVICE_MINUTES,
    REFRESH_HOURS,
    TICKET_SECONDS,
)
from gonghui.systems.portal.sign_on.rules.codes import (
    digest,
    new_token,
    new_user_code,
    normalised,
)

INTERVAL = 5
"""Seconds a device waits between two questions (RFC 8628 section 3.2)."""
PLACING = "a sign-on lies at the union of the person's post"
REDEEMING = "whoever holds a code or token may use it, wherever it lies"


@dataclass(frozen=True)
class Arrival:
    """A person who has arrived here and asks for an application.

    sid: the session, empty for a device. issuer: our own address as the application knows it.
    """

    actor: Actor
    sid: str
    verified_at: datetime
    issuer: str


def begin(
    application: Application, arrival: Arrival, way: str, scopes: list[str], service: str = ""
) -> SignOn:
    """Write down that a person signs in at an application."""
    actor = arrival.actor
    made = SignOn(
        user_id=actor.user_id,
        user_name=actor.name,
        application=application,
        way=way,
        sid=arrival.sid,
        service=service,
        issuer=arrival.issuer,
        scopes=scopes,
        ip=actor.ip,
        verified_at=arrival.verified_at,
        expires_at=timezone.now() + timedelta(hours=REFRESH_HOURS.value()),
    )
    post = Union.objects.unscoped(PLACING).filter(pk=actor.union_id).first()
    made.place_at(post or application.union)
    made.save()
    record(
        Happening(
            Kind.SIGNED_IN,
            user_id=actor.user_id,
            name=made.user.username,
            ip=actor.ip,
            subject=application.title,
            org_path=made.org_path,
            facts={"client": application.client_id, "way": way, "scopes": scopes},
        )
    )
    return made


def give_code(sign_on: SignOn, redirect_uri: str, challenge: str, nonce: str) -> str:
    """A new authorization code of a sign-on."""
    code = new_token("ghc_")
    Code.objects.create(
        digest=digest(code),
        sign_on=sign_on,
        redirect_uri=redirect_uri,
        challenge=challenge,
        nonce=nonce,
        expires_at=timezone.now() + timedelta(seconds=CODE_SECONDS.value()),
    )
    return code


def take_code(code: str, application: Application, ip: str) -> Code | None:
    """The code, used up by this call; None if it is not this application's, or over.

    Its row stays locked to the end of the transaction. A second use ends the family.
    """
    rows = Code.objects.select_for_update(of=("self",)).select_related("sign_on__application")
    found = rows.filter(pk=digest(code), sign_on__application=application).first()
    if found is None:
        return None
    if found.used_at is not None:
        misused(found.sign_on, "授权码重复使用", ip)
        return None
    now = timezone.now()
    found.used_at = now
    found.save(update_fields=["used_at"])
    return found if found.expires_at > now and found.sign_on.ended_at is None else None


def keep_tokens(sign_on: SignOn, access: str, refresh: str | None, scopes: list[str]) -> None:
    """Keep the digests of new tokens in the sign-on's family."""
    now = timezone.now()
    lives = [(Token.Type.ACCESS_TOKEN, access, now + timedelta(minutes=ACCESS_MINUTES.value()))]
    if refresh:
        lives.append((Token.Type.REFRESH_TOKEN, refresh, sign_on.expires_at))
    for kind, value, until in lives:
        token = Token(
            type=kind,
            hash=digest(value),
            client_id=sign_on.application.client_id,
            user_id=sign_on.user_id,
            expires_at=min(until, sign_on.expires_at),
        )
        token.set_scopes(scopes if kind == Token.Type.ACCESS_TOKEN else sign_on.scopes)
        token.save()
        TokenLink.objects.create(token=token, sign_on=sign_on)
    SignOn.objects.unscoped(REDEEMING).filter(pk=sign_on.pk).update(last_at=now)


def take_refresh(value: str, application: Application, ip: str) -> SignOn | None:
    """The sign-on of a refresh token, used up by this call; a second use ends the family."""
    rows = TokenLink.objects.select_for_update(of=("self",)).select_related(
        "token", "sign_on__application", "sign_on__user"
    )
    link = rows.filter(
        token__hash=digest(value),
        token__type=Token.Type.REFRESH_TOKEN,
        sign_on__application=application,
    ).first()
    if link is None:
        return None
    if link.used_at is not None:
        misused(link.sign_on, "更新令牌重复使用", ip)
        return None
    if not is_alive(link):
        return None
    link.used_at = timezone.now()
    link.save(update_fields=["used_at"])
    return link.sign_on


def is_alive(link: TokenLink) -> bool:
    """Whether a token still works: in time, unused, its sign-on open, its person active."""
    until = link.token.expires_at
    return (
        link.used_at is None
        and (until is None or until > timezone.now())
        and link.sign_on.ended_at is None
        and link.sign_on.user.is_active
    )


def link_of(value: str, *kinds: str) -> TokenLink | None:
    """The living link of a token's value."""
    rows = TokenLink.objects.select_related("token", "sign_on__application__oidc", "sign_on__user")
    link = rows.filter(token__hash=digest(value), token__type__in=kinds).first()
    return link if link is not None and is_alive(link) else None


def ask_for_device(application: Application, scopes: list[str], ip: str) -> tuple[str, str]:
    """A new request of a device: (device code, user code)."""
    device, user_code = new_token("ghd_"), new_user_code()
    DeviceRequest.objects.create(
        digest=digest(device),
        user_code=digest(normalised(user_code)),
        application=application,
        scopes=scopes,
        ip=ip,
        interval=INTERVAL,
        expires_at=timezone.now() + timedelta(minutes=DEVICE_MINUTES.value()),
    )
    return device, user_code


def waiting_device(user_code: str) -> DeviceRequest | None:
    """The request that waits under a typed code."""
    rows = DeviceRequest.objects.select_related("application__union")
    return rows.filter(
        user_code=digest(normalised(user_code)),
        state=DeviceState.WAITING,
        expires_at__gt=timezone.now(),
    ).first()


def answer_device(request: DeviceRequest, arrival: Arrival, *, granted: bool) -> None:
    """The person lets the device in, or does not."""
    rows = DeviceRequest.objects.select_for_update(of=("self",))
    found = rows.filter(pk=request.pk, state=DeviceState.WAITING).first()
    if found is None or found.expires_at <= timezone.now():
        raise Refusal("这个代码已经失效。", remedy="请在设备上重新获取代码。", code="expired")
    found.state = DeviceState.GRANTED if granted else DeviceState.DENIED
    found.user_id = arrival.actor.user_id
    found.verified_at = arrival.verified_at
    found.save()


def polled(device: str, application: Application) -> tuple[str, DeviceRequest | None]:
    """What to tell a device that asks: a word of RFC 8628 section 3.5, or "authorized"."""
    rows = DeviceRequest.objects.select_for_update(of=("self",)).select_related("user")
    found = rows.filter(pk=digest(device), application=application).first()
    if found is None or found.state == DeviceState.USED:
        return "", None
    now = timezone.now()
    if found.expires_at <= now:
        return "expired_token", None
    early = found.polled_at and found.polled_at + timedelta(seconds=found.interval) > now
    found.polled_at = now
    if early:
        found.interval += INTERVAL
    answer = {
        DeviceState.WAITING: "authorization_pending",
        DeviceState.DENIED: "access_denied",
        DeviceState.GRANTED: "authorized",
    }[DeviceState(found.state)]
    if early:
        answer = "slow_down"
    elif answer == "authorized":
        found.state = DeviceState.USED
        if found.user is None or not found.user.is_active:
            answer = "access_denied"
    found.save()
    return answer, found


def give_ticket(sign_on: SignOn, *, fresh: bool) -> str:
    """A CAS service ticket."""
    ticket = new_token("ST-")
    Ticket.objects.create(
        digest=digest(ticket),
        sign_on=sign_on,
        service=sign_on.service,
        fresh=fresh,
        expires_at=timezone.now() + timedelta(seconds=TICKET_SECONDS.value()),
    )
    return ticket


def take_ticket(ticket: str) -> Ticket | None:
    """The ticket, used up by this call whatever comes of it; None if unknown or over."""
    rows = Ticket.objects.select_for_update(of=("self",)).select_related(
        "sign_on__application", "sign_on__user"
    )
    found = rows.filter(pk=digest(ticket)).first()
    if found is None or found.used_at is not None:
        return None
    now = timezone.now()
    found.used_at = now
    found.save(update_fields=["used_at"])
    sign_on = found.sign_on
    if found.expires_at <= now or sign_on.ended_at is not None or not sign_on.user.is_active:
        return None
    # The service names its session by the ticket, so it is kept once it opens nothing any more.
    sign_on.ticket = ticket
    sign_on.save(update_fields=["ticket"])
    return found


def forget_old(now: datetime) -> int:
    """Delete what nobody can use any more; a day is left for a second use to be noticed."""
    before = now - timedelta(days=1)
    gone = sum(
        model.objects.filter(expires_at__lt=before).delete()[0]
        for model in (Code, Ticket, DeviceRequest, Token)
    )
    return gone
