"""Applications as the protocol, the desk and the person's own page look for them."""

from __future__ import annotations

from datetime import date
from typing import Any

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.org.models import Union
from gonghui.systems.portal.sign_on.models import (
    Application,
    Audience,
    Consent,
    Kind,
    SignOn,
    State,
)
from gonghui.systems.portal.sign_on.rules import scopes as scope_rules
from gonghui.systems.portal.sign_on.rules.addresses import serves

PROTOCOL = "the protocol finds an application by its number, whoever asks"
OFFERED = "applications are offered to whom they are meant for, not by a role"
OWN = "a person's own consents"
REVIEWS = "a job looks at every application"
ROOT = "what holds in the whole province lies at its root"
CAP = 500


def root() -> Union | None:
    """The union at the top of the tree."""
    return Union.objects.unscoped(ROOT).filter(parent=None, status="active").first()


def root_path(subject: Any = None) -> str:
    """Where a right over the whole platform must be held."""
    found = root()
    return found.path if found else " "


def by_client(client_id: str) -> Application | None:
    """The active application of a client number."""
    rows = Application.objects.unscoped(PROTOCOL).select_related("oidc")
    return rows.filter(client_id=client_id, state=State.ACTIVE).first()


def by_service(service: str) -> Application | None:
    """The active CAS application whose registered address covers a service."""
    rows = Application.objects.unscoped(PROTOCOL).filter(kind=Kind.CAS, state=State.ACTIVE)
    found = [row for row in rows[:CAP] if serves(service, row.redirect_uris)]
    return max(found, key=lambda row: max(map(len, row.redirect_uris)), default=None)


def admits(application: Application, actor: Actor) -> bool:
    """Whether the application is meant for this person."""
    if application.audience == Audience.EVERYBODY:
        return actor.user_id is not None
    return (
        any(
            held.path.startswith(application.org_path) or application.org_path.startswith(held.path)
            for held in actor.grants
        )
        and actor.is_cadre
    )


def launchable(actor: Actor) -> list[Application]:
    """Active applications with a home address that are meant for this person."""
    if actor.user_id is None:
        return []
    rows = Application.objects.unscoped(OFFERED).filter(state=State.ACTIVE).exclude(home_url="")
    return [row for row in rows.order_by("title")[:CAP] if admits(row, actor)]


def consent_of(user_id: int, application: Application) -> Consent | None:
    """The consent in force of a person for an application."""
    return Consent.objects.filter(
        user_id=user_id, application=application, withdrawn_at=None
    ).first()


def has_consented(user_id: int, application: Application, asked: list[str]) -> bool:
    """Whether the person agreed to at least what is asked now."""
    given = consent_of(user_id, application)
    return given is not None and scope_rules.covered(asked, given.scopes)


def consents_of(user_id: int) -> list[Consent]:
    """What a person has agreed to, the latest first."""
    rows = Consent.objects.filter(user_id=user_id, withdrawn_at=None)
    return list(rows.select_related("application").order_by("-given_at"))


def own_sign_ons(user_id: int) -> list[SignOn]:
    """Where a person is signed in now."""
    rows = SignOn.objects.unscoped(OWN).filter(user_id=user_id, ended_at=None)
    return list(rows.select_related("application").order_by("-last_at")[:50])


def due_for_review(today: date) -> list[Application]:
    """Applications whose review day has passed."""
    rows = Application.objects.unscoped(REVIEWS).select_related("union")
    return list(rows.filter(state=State.ACTIVE, review_due__lt=today)[:CAP])


def application_of(pk: int) -> Application:
    """An active application by its id, as a signed form names it."""
    found = Application.objects.unscoped(PROTOCOL).filter(pk=pk, state=State.ACTIVE).first()
    if found is None:
        raise Refusal("这个应用已经停用。", code="inactive")
    return found
