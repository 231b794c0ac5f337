"""What other packages may use of B5.2."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse

from gonghui.kernel.access.actor import Actor
from gonghui.systems.portal.sign_on.queries import applications


def launchable(actor: Actor) -> list[tuple[str, str, str]]:
    """(title, url, icon) of the outside systems this person may open by single sign-on."""
    return [
        (found.title, reverse("sign-on-open", args=[found.pk]), found.icon)
        for found in applications.launchable(actor)
    ]


def external(request: HttpRequest) -> Iterable[tuple[str, str, str]]:
    """The same for the desk, which asks with a request."""
    return launchable(request.actor)
