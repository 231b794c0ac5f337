"""Keeping evidence (证明材料): checked, stored, and tied to the record it proves.

Plain functions for actions to call inside their transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.utils.crypto import get_random_string

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.org.models import Union
from gonghui.systems.mobilization.membership.models.evidence import Evidence
from gonghui.systems.mobilization.membership.rules import evidence as rules


def keep(upload: UploadedFile, union: Union, *, by: Actor, today: date) -> Evidence:
    """Store an uploaded file for a union; Refusal for a kind or size that is not taken."""
    name = (upload.name or "").replace("\\", "/").rsplit("/", 1)[-1][-120:] or "未命名"
    if not upload.size:
        raise Refusal(f"文件“{name}”是空的。", remedy="请重新选择文件。", field="evidence")
    if upload.size > rules.LARGEST:
        raise Refusal(
            f"文件“{name}”超过 {rules.LARGEST // 1024 // 1024} MB。",
            remedy="请压缩后再上传，或拆成几个文件。",
            field="evidence",
        )
    upload.seek(0)
    content_type = rules.content_type(upload.read(16), name)
    if not content_type:
        raise Refusal(
            f"文件“{name}”的内容不是 {rules.NAMED}。",
            remedy="请换成上述格式的文件；改后缀名不会改变内容。",
            field="evidence",
        )
    digest = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    # The stored name is ours alone: nothing of an uploaded name reaches the file system.
    place = f"membership/{today:%Y/%m}/{get_random_string(32).lower()}"
    kept = Evidence(
        name=name,
        content_type=content_type,
        size=upload.size,
        digest=digest.hexdigest(),
        stored_as=default_storage.save(place, upload),
        kept_by_id=by.user_id,
    )
    kept.place_at(union)
    kept.save()
    return kept


def attach(ids: Iterable[int], target: models.Model, *, by: Actor) -> None:
    """Tie files the actor has just kept to the record they prove; others' files are left out."""
    Evidence.objects.unscoped("files this actor kept and nothing claims yet").filter(
        pk__in=list(ids), target_id="", kept_by_id=by.user_id
    ).update(target_type=target._meta.label_lower, target_id=str(target.pk))
