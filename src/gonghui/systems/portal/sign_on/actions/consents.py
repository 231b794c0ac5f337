"""A person's own consents: given on the consent page, withdrawn on the page of applications."""

from __future__ import annotations

from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden
from gonghui.systems.portal.sign_on.actions.ending import end_sign_ons
from gonghui.systems.portal.sign_on.models import Application, Consent
from gonghui.systems.portal.sign_on.permissions import CONSENT
from gonghui.systems.portal.sign_on.queries.applications import consent_of
from gonghui.systems.portal.sign_on.rules import scopes


@action("consents.give", "同意授权应用", CONSENT)
def give(application: Application, *, by: Actor, asked: list[str]) -> Consent:
    """Remember that the person agreed to these scopes, on top of former ones."""
    given = consent_of(by.user_id or 0, application)
    if given is None:
        given = Consent(user_id=by.user_id, application=application, scopes=[])
    given.scopes = scopes.known([*given.scopes, *asked])
    given.save()
    note(given={"label": "同意的范围", "after": "、".join(given.scopes)})
    return given


@action("consents.withdraw", "撤回应用授权", CONSENT)
def withdraw(consent: Consent, *, by: Actor) -> Consent:
    """Take a consent back; what the application got by it ends at once."""
    if consent.user_id != by.user_id:
        raise Forbidden("只能撤回本人的授权。", code="forbidden")
    if consent.withdrawn_at is None:
        consent.withdrawn_at = timezone.now()
        consent.save()
        end_sign_ons("本人撤回授权", user_id=by.user_id, application=consent.application)
    return consent
