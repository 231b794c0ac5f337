"""Check codes (核验码): the public register of what was issued, and the digests of its files."""

from django.db import models


class CheckCode(models.Model):
    """One issued document or certificate, as anybody may check it; holds no personal data."""

    class State(models.TextChoices):
        IN_FORCE = "in_force", "有效"
        REPLACED = "replaced", "已换发"
        REVOKED = "revoked", "已作废"

    code = models.CharField("核验码", max_length=16, unique=True)
    kind = models.TextField("文件种类")
    title = models.TextField("名称")
    issuer = models.TextField("制发单位")
    number = models.TextField("文号或证号", default="", blank=True)
    issued_on = models.DateField("制发日期")
    valid_until = models.DateField("有效期至", null=True, blank=True)
    facts = models.JSONField("公开事项", default=list)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.IN_FORCE)
    ended_on = models.DateField("终止日期", null=True, blank=True)
    ended_why = models.TextField("终止原因", default="", blank=True)
    owner_kind = models.TextField("所属对象类别")
    owner_id = models.BigIntegerField("所属对象编号")
    at = models.DateTimeField("登记时间")

    class Meta:
        db_table = "documents_check_code"
        verbose_name = "核验码"
        verbose_name_plural = verbose_name
        indexes = [models.Index(fields=["owner_kind", "owner_id"], name="documents_code_owner")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number or self.title}"


class CheckedCopy(models.Model):
    """One PDF issued under a code: 正本, 副本, or the document itself."""

    code = models.ForeignKey(
        CheckCode, models.CASCADE, related_name="copies", verbose_name="核验码"
    )
    part = models.TextField("哪一份", default="", blank=True)
    sha256 = models.CharField("SHA-256 摘要", max_length=64)
    sm3 = models.CharField("SM3 摘要", max_length=64)
    file = models.ForeignKey(
        "files.StoredFile", models.PROTECT, related_name="+", verbose_name="文件"
    )
    at = models.DateTimeField("登记时间")

    class Meta:
        db_table = "documents_checked_copy"
        verbose_name = "核验副本"
        verbose_name_plural = verbose_name
        indexes = [models.Index(fields=["sha256"], name="documents_copy_sha256")]

    def __str__(self) -> str:
        return f"{self.code} {self.part}".strip()
