"""Texts that came in, handled one by one."""

from __future__ import annotations

from gonghui.kernel.jobs.registry import job
from gonghui.systems.media.short_messages.actions import receiving


@job("short_messages.handle", "处理短信来信", retry=5)
def handle(pk: int) -> None:
    """Carry out a command in a text, or hand it to whoever takes it."""
    receiving.handle(pk)
