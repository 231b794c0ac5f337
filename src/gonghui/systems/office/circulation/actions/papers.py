"""Files of documents (正文版式、扫描件、手写意见、办结材料、归档包) and who may read them."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import models

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.files.access import MayRead, register_owner
from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.files.purposes import Purpose, register_purpose
from gonghui.kernel.files.storing import store
from gonghui.kernel.files.types import DOCX, JPEG, OFD, PDF, PNG, ZIP
from gonghui.systems.office.circulation import permissions
from gonghui.systems.office.circulation.models import Delivery, Incoming, Outgoing, Piece, Task
from gonghui.systems.office.circulation.queries import outgoing as queries
from gonghui.systems.office.circulation.rules import secrecy

MEGABYTE = 1024 * 1024
SCAN = register_purpose(
    Purpose("circulation-scan", "公文扫描件", (PDF, OFD, DOCX, JPEG, PNG), 40 * MEGABYTE)
)
INK = register_purpose(Purpose("circulation-ink", "手写意见", (PNG, JPEG), 2 * MEGABYTE))
EVIDENCE = register_purpose(
    Purpose("circulation-evidence", "办结材料", (PDF, OFD, DOCX, JPEG, PNG), 20 * MEGABYTE)
)
PAPER = register_purpose(Purpose("circulation-paper", "公文版式文件", (PDF,), 40 * MEGABYTE))
PACKAGE = register_purpose(Purpose("circulation-package", "归档包", (ZIP,), 80 * MEGABYTE))
OWN_RULE = "《党政机关公文处理工作条例》第六条：各级机关的办公厅（室）主管本机关的公文处理工作"
LOOK = "the place of the record a file belongs to decides who reads it"


def check_own(document: Outgoing, by: Actor, permission: Permission) -> None:
    """Forbidden for whoever has the permission only by a role at an organ further up."""
    if by.everywhere or document.union_id in queries.organs_of(by, permission):
        return
    raise Forbidden(
        f"这是{document.union.name}的公文，由该机关自己的人员办理。",
        rule=OWN_RULE,
        remedy="上级工会可以查看；需要更正的，请联系发文机关。",
        code="organ",
    )


def keep(
    upload: UploadedFile | None, purpose: Purpose, owner: models.Model, *, by: Actor, field: str
) -> StoredFile | None:
    """Store an uploaded file for its record; a name with a mark of secrecy is refused."""
    if upload is None:
        return None
    secrecy.check(**{field: (upload.name or "").rpartition(".")[0]})
    try:
        return _stored(upload.file, purpose, upload.name or "", owner, by, made=False)
    except Refusal as refusal:
        refusal.field = field
        raise


def keep_made(
    content: bytes, name: str, purpose: Purpose, owner: models.Model, *, by: Actor
) -> StoredFile:
    """Store what the platform itself made."""
    return _stored(io.BytesIO(content), purpose, name, owner, by, made=True)


def keep_received(
    content: bytes, name: str, purpose: Purpose, owner: models.Model, *, by: Actor
) -> StoredFile:
    """Store what another platform sent, inspected like an upload."""
    return _stored(io.BytesIO(content), purpose, name, owner, by, made=False)


def _stored(
    file: Any, purpose: Purpose, name: str, owner: Any, by: Actor, *, made: bool
) -> StoredFile:
    return store(
        file,
        purpose=purpose,
        name=name,
        uploaded_by_id=by.user_id,
        owner_kind=owner._meta.label_lower,
        owner_id=owner.pk,
        org_path=owner.org_path,
        inspected=made,
    )


def _by_place(model: type[Any], permission: Permission) -> MayRead:
    def may_read(actor: Actor, file: StoredFile) -> bool:
        rows = model.objects.unscoped(LOOK).filter(pk=file.owner_id)
        path = rows.values_list("org_path", flat=True).first()
        return path is not None and actor.may(permission, path)

    return may_read


def _of_document(actor: Actor, file: StoredFile) -> bool:
    """At the organ itself, and where the document was delivered to."""
    own = Outgoing.objects.within(actor.scope(permissions.VIEW_OUTGOING)).filter(pk=file.owner_id)
    if queries.visible(own, actor).exists():
        return True
    rows = Delivery.objects.within(actor.scope(permissions.VIEW_DELIVERIES))
    sent = rows.filter(document_id=file.owner_id).exclude(state="recalled")
    return file.purpose == PAPER.code and sent.exists()


register_owner(Outgoing._meta.label_lower, _of_document)
for _model, _permission in (
    (Incoming, permissions.VIEW_INCOMING),
    (Task, permissions.VIEW_TASKS),
    (Piece, permissions.VIEW_PIECES),
):
    register_owner(_model._meta.label_lower, _by_place(_model, _permission))
