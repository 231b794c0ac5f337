"""Drafts of applications: sealed, found again on another phone, cleared when they are old."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import IO, Any

from django.db import transaction
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Missing, Refusal
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.files.purposes import purpose_of
from gonghui.kernel.files.storing import release, store
from gonghui.kernel.resource.services import Material, Service
from gonghui.systems.service.hall.models import Draft, KeptMaterial
from gonghui.systems.service.hall.queries.materials import OF_DRAFT, offered_again

MOST_FILES = 6
LONGEST_ANSWER = 5000
KEEP_DAYS = Setting(
    "hall.draft_days",
    "办事草稿保留时间",
    int,
    30,
    "没有提交的申请草稿保留多久，过后连同已传的材料一并清除。",
    unit="天",
    minimum=7,
    maximum=90,
)


class Filling:
    """The draft somebody works on: read once, written as a whole."""

    def __init__(self, owner: str, service: Service, for_person_id: int | None = None) -> None:
        self.service = service
        self.draft = Draft.objects.filter(
            owner=owner, service=service.code, for_person_id=for_person_id
        ).first() or Draft(
            owner=owner, service=service.code, for_person_id=for_person_id, answers="{}"
        )
        self.answers: dict[str, Any] = json.loads(self.draft.answers.reveal())

    @property
    def begun(self) -> bool:
        return self.draft.pk is not None

    @property
    def given(self) -> set[str]:
        """Codes of the materials that are there: uploaded, or used again."""
        return {code for code, keys in self.draft.files.items() if keys} | set(self.draft.reused)

    def hold(self) -> None:
        """Lock the draft and read it anew, begun if need be, so that requests at once lose nothing.

        Raises Conflict when it was handed in or dropped meanwhile.
        """
        whose = {name: getattr(self.draft, name) for name in ("owner", "service", "for_person_id")}
        rows = Draft.objects.select_for_update()
        if self.begun:
            found = rows.filter(pk=self.draft.pk).first()
        else:
            Draft.objects.bulk_create([self.draft], ignore_conflicts=True)
            found = rows.filter(**whose).first()
        if found is None:
            raise Conflict(
                "这份草稿已经提交或删除。", remedy="请在“我的办事”中查看。", code="again"
            )
        self.draft, self.answers = found, json.loads(found.answers.reveal())

    def keep(self, values: Mapping[str, Any], done: str = "") -> None:
        """Keep answers as typed; done: the screen they complete."""
        self.hold()
        self.answers.update(_plain(values))
        self.draft.answers = json.dumps(self.answers, ensure_ascii=False)
        if done and done not in self.draft.done:
            self.draft.done = [*self.draft.done, done]
        self.draft.save()

    def ask_again(self, screen: str) -> None:
        """A screen whose answers no longer hold is to be filled in anew."""
        self.hold()
        self.draft.done = [code for code in self.draft.done if code != screen]
        self.draft.save()

    def take_file(self, material: Material, file: IO[bytes], name: str, by: Actor) -> StoredFile:
        """Take a photo or scan for a material; Refusal for what is no picture or PDF."""
        self.hold()
        keys = self.draft.files.get(material.code, [])
        if len(keys) >= MOST_FILES:
            raise Refusal(
                f"“{material.title}”最多传 {MOST_FILES} 份。",
                remedy="请先移除不要的。",
                field="file",
                code="many",
            )
        with transaction.atomic():
            stored = store(
                file,
                purpose=purpose_of(material.purpose),
                name=name,
                uploaded_by_id=by.user_id,
                owner_kind=OF_DRAFT,
                owner_id=self.draft.pk,
            )
            self.draft.files = {**self.draft.files, material.code: [*keys, str(stored.key)]}
            self.draft.reused = _without(self.draft.reused, material.code)
            self.draft.save()
        return stored

    def drop_file(self, material: str, key: str) -> None:
        if key not in self.draft.files.get(material, []):
            return
        self.hold()
        keys = [item for item in self.draft.files.get(material, []) if item != key]
        self.draft.files = {**self.draft.files, material: keys}
        self.draft.save()
        rows = StoredFile.objects.filter(owner_kind=OF_DRAFT, owner_id=self.draft.pk)
        if file := rows.filter(key=key).first():
            release(file)

    def use_again(self, material: str, person_id: int, *, agreed: bool) -> KeptMaterial | None:
        """Use a kept material, by the person's consent to this use; or no longer."""
        self.hold()
        kept = offered_again(self.service, person_id, timezone.localdate()).get(material)
        if not agreed:
            self.draft.reused = _without(self.draft.reused, material)
        elif kept is None:
            raise Missing("没有可以再用的材料。", remedy="请重新拍照上传。")
        else:
            self.draft.reused = {**self.draft.reused, material: kept.pk}
        self.draft.save()
        return kept

    def drop(self) -> None:
        """Forget the draft; files that stayed with it are cleared after a day."""
        if not self.begun:
            return
        for file in StoredFile.objects.filter(owner_kind=OF_DRAFT, owner_id=self.draft.pk):
            release(file)
        self.draft.delete()


def clear_old(now: datetime) -> int:
    """Clear drafts nobody touched for long; return how many."""
    old = Draft.objects.filter(saved_at__lt=now - timedelta(days=KEEP_DAYS.value()))
    ids = list(old.values_list("pk", flat=True)[:1000])
    for file in StoredFile.objects.filter(owner_kind=OF_DRAFT, owner_id__in=ids):
        release(file)
    return Draft.objects.filter(pk__in=ids).delete()[0]


def _without(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as they were typed, cut to what a form may hold."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, list | tuple):
            found[name] = [str(item)[:LONGEST_ANSWER] for item in value][:100]
        elif isinstance(value, bool) or value is None:
            found[name] = value
        else:
            found[name] = str(value)[:LONGEST_ANSWER]
    return found
