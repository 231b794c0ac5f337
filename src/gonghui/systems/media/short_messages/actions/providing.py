"""The platform's own messages, sent by this system: codes and notices of the kernel."""

from __future__ import annotations

import logging
import uuid

from django.db import transaction

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.notify.sms import SIGN, Provider
from gonghui.systems.media.short_messages.actions.queueing import Order, enqueue
from gonghui.systems.media.short_messages.queries import routes
from gonghui.systems.media.short_messages.queries.places import province

logger = logging.getLogger(__name__)

CODES = frozenset({"code", "join", "sign-in", "step-up"})
"""Purposes of texts a person waits for at this moment."""


def queue(mobile: str, text: str, purpose: str) -> None:
    """Queue a text of the platform in the caller's transaction; it costs no department anything.

    What a notice tells of happens all the same when its number may not be sent to. A code that
    cannot be sent is refused, for somebody waits for it.
    """
    category = "code" if purpose in CODES or "验证码" in text else "service"
    signed = text if text.startswith("【") else f"{SIGN}{text}"
    try:
        with transaction.atomic():
            order = Order(mobile, signed, category, f"platform:{uuid.uuid4().hex}", purpose=purpose)
            enqueue(order, province())
    except Refusal as refusal:
        if category == "code":
            raise
        logger.info("no text for %s: %s", purpose, refusal.code)


PROVIDER = Provider("short_messages", "12351 短信系统", queue, routes.is_ready)
