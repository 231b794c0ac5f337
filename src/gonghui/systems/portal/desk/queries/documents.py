"""Files by their name, for the search; who may read one its owner's part says."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.files.access import may_read
from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.search.finding import MOST, Hit
from gonghui.kernel.search.grams import holding

LOOKED_AT = 20
"""Candidates whose reader is asked for; a common word finds the latest of them."""


def find_documents(text: str, actor: Actor) -> list[Hit]:
    """Files whose name holds the text and which the actor may read, the latest first."""
    if actor.user_id is None or len(text) < 2:
        return []
    rows = holding(StoredFile.objects.exclude(owner_kind=""), "name", text)
    near = Q(uploaded_by_id=actor.user_id)
    for place in actor.wall().ranges:
        near |= Q(org_path__gte=place.lo, org_path__lt=place.hi)
    found: list[Hit] = []
    for file in rows.filter(near).order_by("-id")[:LOOKED_AT]:
        if not may_read(actor, file):
            continue
        day = timezone.localtime(file.at).date()
        found.append(Hit(file.name, reverse("files:download", args=[file.key]), f"{day} 上传"))
        if len(found) > MOST:
            break
    return found
