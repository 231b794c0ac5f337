"""Keeping evidence (证明材料) of change requests, changes of the tree and elections.

Plain functions for actions to call inside their transaction, and who may read the files: whoever
may see the record they prove, where that record lies now.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import models

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.files.access import MayRead, register_owner
from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.files.purposes import Purpose, register_purpose
from gonghui.kernel.files.storing import attach, store
from gonghui.kernel.files.types import DOCX, JPEG, OFD, PDF, PNG
from gonghui.kernel.org.models import OrgEvent
from gonghui.systems.mobilization.membership import permissions
from gonghui.systems.mobilization.membership.models.changes import UnionChange
from gonghui.systems.mobilization.membership.models.terms import UnionTerm

EVIDENCE = register_purpose(
    Purpose("union-evidence", "证明材料", (PDF, OFD, DOCX, JPEG, PNG), 20 * 1024 * 1024)
)
LOOK = "the place of the record a file belongs to decides who reads it"


def keep(
    upload: UploadedFile, *, by: Actor, target: models.Model | None = None, path: str = ""
) -> StoredFile:
    """Store an uploaded file, with the record it proves or for `tie` to give it one."""
    try:
        return store(
            upload.file,
            purpose=EVIDENCE,
            name=upload.name or "",
            uploaded_by_id=by.user_id,
            owner_kind=target._meta.label_lower if target is not None else "",
            owner_id=target.pk if target is not None else None,
            org_path=path,
        )
    except Refusal as refusal:
        refusal.field = "evidence"
        raise


def tie(key: UUID, target: models.Model, path: str, *, by: Actor) -> None:
    """Give a file the actor has stored the record it proves."""
    attach(
        key,
        user_id=by.user_id or 0,
        owner_kind=target._meta.label_lower,
        owner_id=target.pk,
        org_path=path,
    )


def _by_place(model: type[Any], permission: Permission, place: str) -> MayRead:
    def may_read(actor: Actor, file: StoredFile) -> bool:
        rows = model.objects.unscoped(LOOK).filter(pk=file.owner_id)
        path = rows.values_list(place, flat=True).first()
        return path is not None and actor.may(permission, path)

    return may_read


for _model, _permission, _place in (
    (UnionChange, permissions.VIEW_CHANGES, "org_path"),
    (UnionTerm, permissions.VIEW_TERMS, "org_path"),
    (OrgEvent, permissions.VIEW_UNIONS, "union__path"),
):
    register_owner(_model._meta.label_lower, _by_place(_model, _permission, _place))
