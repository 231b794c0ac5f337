"""Putting questions to the issuing platform into the queue; codes.py has them answered."""

from __future__ import annotations

import uuid

from django.utils import timezone

from gonghui.systems.mobilization.legal_person.models import (
    Application,
    CodeRequest,
    RequestKind,
    UnionCode,
)


def ask_for_code(application: Application) -> CodeRequest:
    """Ask for a code for the union of an approved application."""
    return ask(application, RequestKind.ALLOT, None)


def ask(application: Application, kind: str, code: UnionCode | None) -> CodeRequest:
    """Queue one question in the caller's transaction."""
    now = timezone.now()
    made = CodeRequest(
        application=application,
        registrar=application.registrar,
        kind=kind,
        key=uuid.uuid4().hex,
        name=application.name,
        region=application.registrar.region[:6],
        code=code,
        asked_at=now,
        next_at=now,
    )
    made.place_at(application.union)
    made.save()
    return made
