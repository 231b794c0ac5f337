"""Pictures of messages, and who may read them: whoever may see the batch."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.files.access import register_owner
from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.files.purposes import Purpose, register_purpose
from gonghui.kernel.files.storing import store
from gonghui.kernel.files.types import JPEG, PNG
from gonghui.systems.media.short_messages.models import Batch
from gonghui.systems.media.short_messages.permissions import VIEW
from gonghui.systems.media.short_messages.rules.payloads import MMS, PAYLOADS

PICTURE = register_purpose(
    Purpose("short-message-picture", "彩信图片", (JPEG, PNG), PAYLOADS[MMS].most)
)
LOOK = "the place of the batch decides who reads its picture"


def keep_picture(upload: UploadedFile, batch: Batch, *, by: Actor) -> StoredFile:
    """Store a picture for its batch."""
    try:
        return store(
            upload.file,
            purpose=PICTURE,
            name=upload.name or "",
            uploaded_by_id=by.user_id,
            owner_kind=Batch._meta.label_lower,
            owner_id=batch.pk,
            org_path=batch.org_path,
        )
    except Refusal as refusal:
        refusal.field = "picture"
        raise


def _may_read(actor: Actor, file: StoredFile) -> bool:
    rows = Batch.objects.unscoped(LOOK).filter(pk=file.owner_id)
    path = rows.values_list("org_path", flat=True).first()
    return path is not None and actor.may(VIEW, path)


register_owner(Batch._meta.label_lower, _may_read)
