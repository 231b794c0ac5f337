"""Materials a person keeps with us, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.files.access import register_owner
from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.files.purposes import Purpose, register_purpose
from gonghui.kernel.files.types import JPEG, PDF, PNG, WEBP
from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.kernel.resource.services import Material, Service
from gonghui.systems.service.hall.models import Draft, Handing, KeptMaterial
from gonghui.systems.service.hall.permissions import VIEW_HANDED
from gonghui.systems.service.hall.rules.steps import still_counts

TAKEN = register_purpose(
    Purpose("hall.material", "办事材料", (JPEG, PNG, WEBP, PDF), 12 * 1024 * 1024)
)
OF_DRAFT, OF_HANDING, OF_PERSON = "hall.draft", "hall.handing", "hall.kept"
ASKED_FOR = "whether a handing may be read is decided for this one reader"


def kept(person_id: int) -> list[KeptMaterial]:
    """What a person keeps, the newest first; also when they stand at a counter."""
    rows = KeptMaterial.objects.filter(person_id=person_id, ended_at=None)
    with wall_at(Scope((), person_id)):
        return list(rows.select_related("file").prefetch_related("uses").order_by("-pk"))


def on_file(person_id: int) -> list[str]:
    """Codes of the materials a person keeps."""
    rows = KeptMaterial.objects.filter(person_id=person_id, ended_at=None)
    with wall_at(Scope((), person_id)):
        return list(rows.values_list("code", flat=True).distinct())


def offered_again(service: Service, person_id: int, today: date) -> dict[str, KeptMaterial]:
    """The newest kept material for each of a service's, while it still counts."""
    wanted: Mapping[str, Material] = {item.code: item for item in service.materials}
    found: dict[str, KeptMaterial] = {}
    for item in kept(person_id):
        material = wanted.get(item.code)
        if material is None or not material.reusable or item.code in found:
            continue
        if still_counts(timezone.localdate(item.kept_at), material.months, today):
            found[item.code] = item
    return found


def files_of(draft: Draft) -> dict[str, list[StoredFile]]:
    """The files of a draft, by material."""
    rows = StoredFile.objects.filter(owner_kind=OF_DRAFT, owner_id=draft.pk)
    by_key = {str(item.key): item for item in rows}
    return {
        code: [by_key[key] for key in keys if key in by_key] for code, keys in draft.files.items()
    }


def files_of_handing(handing: Handing) -> Sequence[StoredFile]:
    """The files handed in with an application."""
    return StoredFile.objects.filter(owner_kind=OF_HANDING, owner_id=handing.pk).order_by("pk")


def _reads_draft(actor: Actor, file: StoredFile) -> bool:
    return actor.user_id is not None and actor.user_id == file.uploaded_by_id


def _reads_handing(actor: Actor, file: StoredFile) -> bool:
    rows = Handing.objects.unscoped(ASKED_FOR).filter(pk=file.owner_id)
    handing = rows.first()
    if handing is None:
        return False
    if handing.private:
        return actor.person_id is not None and actor.person_id == handing.person_id
    return actor.may(VIEW_HANDED, handing.org_path, handing.person_id)


def _reads_own(actor: Actor, file: StoredFile) -> bool:
    if actor.person_id is None:
        return False
    rows = KeptMaterial.objects.filter(file=file, ended_at=None, person_id=actor.person_id)
    return rows.exists()


register_owner(OF_DRAFT, _reads_draft)
register_owner(OF_HANDING, _reads_handing)
register_owner(OF_PERSON, _reads_own)
