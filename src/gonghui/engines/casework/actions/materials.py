"""Materials (材料) handed in with a complaint: read by who may read its text, known by no name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from gonghui.engines.casework.models import Intake
from gonghui.engines.casework.queries import cases
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.files.access import register_owner
from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.files.purposes import Purpose, register_purpose
from gonghui.kernel.files.storing import attach, files_of
from gonghui.kernel.files.types import DOCX, JPEG, OFD, PDF, PNG, WEBP

OWNER = "casework.intake"
MEGABYTE = 1024 * 1024
MATERIALS = register_purpose(
    Purpose("casework-material", "来件材料", (PDF, JPEG, PNG, WEBP, DOCX, OFD), 20 * MEGABYTE)
)
MOST = 20


def keep(intake: Intake, keys: Sequence[UUID], user_id: int) -> list[StoredFile]:
    """Give uploaded files to an intake. Who uploaded them and what they were called is dropped:
    both may name the complainant."""
    if len(keys) > MOST:
        raise Refusal(f"最多 {MOST} 份材料。", field="files", code="many")
    kept = []
    for number, key in enumerate(keys, 1):
        file = attach(key, user_id=user_id, owner_kind=OWNER, owner_id=intake.pk)
        file.name = f"材料{number}.{file.extension}"
        file.uploaded_by_id = None
        file.save(update_fields=["name", "uploaded_by_id"])
        kept.append(file)
    return kept


def of(intake: Intake) -> list[StoredFile]:
    return files_of(OWNER, intake.pk)


def of_each(intakes: Iterable[Intake]) -> dict[int, list[StoredFile]]:
    """The materials of many complaints in one query, by intake."""
    found: dict[int, list[StoredFile]] = {intake.pk: [] for intake in intakes}
    rows = StoredFile.objects.filter(owner_kind=OWNER, owner_id__in=list(found))
    for file in rows.order_by("id"):
        found[file.owner_id or 0].append(file)
    return found


def may_read(actor: Actor, file: StoredFile) -> bool:
    """Whether the actor reads the text the file came with."""
    return file.owner_id is not None and cases.may_read_text(file.owner_id, actor)


register_owner(OWNER, may_read)
