"""The platform's own messages, sent by this system: codes and notices of the kernel."""

from __future__ import annotations

import uuid

from django.db import transaction

from gonghui.kernel.notify.sms import SIGN, Provider
from gonghui.systems.media.short_messages.actions.queueing import Order, enqueue
from gonghui.systems.media.short_messages.queries import routes
from gonghui.systems.media.short_messages.queries.places import province

CODES = frozenset({"code", "join", "sign-in", "step-up"})
"""Purposes of texts a person waits for at this moment."""


def queue(mobile: str, text: str, purpose: str) -> None:
    """Queue a text of the platform in the caller's transaction; it costs no department anything."""
    category = "code" if purpose in CODES or "验证码" in text else "service"
    signed = text if text.startswith("【") else f"{SIGN}{text}"
    with transaction.atomic():
        order = Order(mobile, signed, category, f"platform:{uuid.uuid4().hex}", purpose=purpose)
        enqueue(order, province())


PROVIDER = Provider("short_messages", "12351 短信系统", queue, routes.is_ready)
