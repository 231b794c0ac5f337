"""Stored files (文件) and uploads on their way."""

import uuid

from django.db import models


class StoredFile(models.Model):
    """One file of one owner; equal contents share their place in the storage."""

    class Scan(models.TextChoices):
        NOT_SCANNED = "none", "未查毒"
        CLEAN = "clean", "无毒"
        INFECTED = "infected", "含病毒"

    key = models.UUIDField("公开编号", default=uuid.uuid4, unique=True, editable=False)
    name = models.TextField("文件名")
    size = models.BigIntegerField("大小")
    extension = models.TextField("扩展名")
    media_type = models.TextField("媒体类型")
    sha256 = models.CharField("SHA-256 摘要", max_length=64)
    sm3 = models.CharField("SM3 摘要", max_length=64)
    path = models.TextField("存放位置")
    thumbnail_path = models.TextField("缩略图位置", default="")
    purpose = models.TextField("用途")
    owner_kind = models.TextField("所属对象类别", default="")
    owner_id = models.BigIntegerField("所属对象编号", null=True)
    org_path = models.TextField("组织路径", default="", db_collation="C")
    uploaded_by_id = models.BigIntegerField("上传人编号", null=True)
    at = models.DateTimeField("上传时间")
    scan = models.CharField("查毒", max_length=8, choices=Scan.choices, default=Scan.NOT_SCANNED)

    class Meta:
        db_table = "files_file"
        verbose_name = "文件"
        verbose_name_plural = verbose_name
        indexes = [
            models.Index(fields=["owner_kind", "owner_id"], name="files_file_owner"),
            models.Index(fields=["path"], name="files_file_path"),
            models.Index(
                fields=["thumbnail_path"],
                condition=~models.Q(thumbnail_path=""),
                name="files_file_thumbnail",
            ),
            models.Index(
                fields=["at"], condition=models.Q(owner_kind=""), name="files_file_unattached"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Upload(models.Model):
    """An upload in pieces (断点续传); how much has arrived is the size of its part file."""

    key = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    purpose = models.TextField("用途")
    name = models.TextField("文件名")
    size = models.BigIntegerField("大小")
    uploaded_by_id = models.BigIntegerField("上传人编号")
    at = models.DateTimeField("开始时间")
    finished = models.ForeignKey(
        StoredFile, models.SET_NULL, null=True, related_name="+", verbose_name="文件"
    )

    class Meta:
        db_table = "files_upload"
        verbose_name = "上传"
        verbose_name_plural = verbose_name
        indexes = [models.Index(fields=["at"], name="files_upload_at")]

    def __str__(self) -> str:
        return self.name
