"""One record of each resource of B5.2, for the generated suite and the tests of the system."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import SECURITY_ADMIN, SYSTEM_ADMIN
from gonghui.kernel.org.models import Union
from gonghui.kernel.security.events import Kind
from gonghui.kernel.security.models import SecurityEvent
from gonghui.kernel.testing.world import World
from gonghui.systems.portal.sign_on.actions import applications as actions
from gonghui.systems.portal.sign_on.models import Application, SignInEvent, SignOn

FACTS = {
    "title": "工会图书借阅",
    "purpose": "职工书屋的借阅登记",
    "kind": "web",
    "audience": "everybody",
    "contact_name": "周正",
    "contact_phone": "0551-62800000",
    "home_url": "https://books.example.org/",
    "icon": "book",
    "redirect_uris": ["https://books.example.org/callback"],
    "post_logout_uris": ["https://books.example.org/bye"],
    "logout_uri": "https://books.example.org/backchannel",
    "scopes": ["openid", "profile", "org", "roles", "phone"],
    "requested_trust": "outside",
}


def administrators(world: World, union: Union | None = None) -> tuple[Actor, Actor]:
    """A system administrator and a security administrator of a union."""
    at = union or world.province
    return (
        world.actor("系统", (SYSTEM_ADMIN, at)),
        world.actor("安全", (SECURITY_ADMIN, at)),
    )


def draft(world: World, union: Union, **facts: Any) -> Application:
    keeper, _ = administrators(world)
    return actions.register(union, by=keeper, **{**FACTS, **facts})


def active(world: World, union: Union | None = None, **facts: Any) -> Application:
    """An application that was registered, submitted and approved."""
    keeper, decider = administrators(world)
    made = actions.register(union or world.province, by=keeper, **{**FACTS, **facts})
    actions.submit(made, by=keeper)
    return actions.approve(made, by=decider)


def with_secret(world: World, **facts: Any) -> tuple[Application, str]:
    """An active application and its secret."""
    made = active(world, **facts)
    keeper, _ = administrators(world)
    return made, actions.rotate_secret(made, by=keeper, keep_former=False)


def sign_on(world: World, union: Union) -> SignOn:
    made = SignOn(
        user=world.user("某人"),
        user_name="某人",
        application=draft(world, union),
        way="code",
        issuer="https://sso.example.org",
        verified_at=timezone.now(),
        expires_at=timezone.now() + timedelta(hours=1),
    )
    made.place_at(union)
    made.save()
    return made


def sign_in(world: World, union: Union) -> SignInEvent:
    made = SecurityEvent.objects.create(
        kind=Kind.SIGNED_IN, severity="info", name="zhangsan", org_path=union.path, ip="10.0.0.8"
    )
    return SignInEvent.objects.unscoped("made for a test").get(pk=made.pk)


MAKERS = {"applications": draft, "sign-ons": sign_on, "sign-ins": sign_in}
