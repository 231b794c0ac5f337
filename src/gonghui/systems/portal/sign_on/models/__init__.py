"""Tables of B5.2. Clients and tokens of the protocol are allauth's; these say whose they are."""

from gonghui.systems.portal.sign_on.models.applications import (
    Application,
    Audience,
    Kind,
    State,
    Trust,
)
from gonghui.systems.portal.sign_on.models.consents import Consent, Subject
from gonghui.systems.portal.sign_on.models.events import SignInEvent, SignInKind
from gonghui.systems.portal.sign_on.models.keys import KeyState, SigningKey
from gonghui.systems.portal.sign_on.models.requests import Code, DeviceRequest, DeviceState, Ticket
from gonghui.systems.portal.sign_on.models.sign_ons import (
    LogoutNotice,
    NoticeState,
    SignOn,
    TokenLink,
    Way,
)

__all__ = [
    "Application",
    "Audience",
    "Code",
    "Consent",
    "DeviceRequest",
    "DeviceState",
    "KeyState",
    "Kind",
    "LogoutNotice",
    "NoticeState",
    "SignInEvent",
    "SignInKind",
    "SignOn",
    "SigningKey",
    "State",
    "Subject",
    "Ticket",
    "TokenLink",
    "Trust",
    "Way",
]
