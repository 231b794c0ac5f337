"""Audit records (审计记录), their sealing into Merkle batches, and what still waits for a seal."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class Entry(models.Model):
    """One audit record: who did what to which object, from where, and what changed."""

    class Channel(models.TextChoices):
        WEB = "web", "网页"
        API = "api", "接口"
        JOB = "job", "后台任务"
        CLI = "cli", "命令行"

    at = models.DateTimeField("发生时间")
    recorded_at = models.DateTimeField("入库时间")
    actor_id = models.BigIntegerField("操作人编号", null=True)
    actor_name = models.TextField("操作人", default="")
    actor_union_id = models.BigIntegerField("操作人所在工会编号", null=True)
    ip = models.TextField("来源地址", default="")
    channel = models.CharField("途径", max_length=8, choices=Channel.choices)
    action = models.TextField("操作代码")
    action_name = models.TextField("操作")
    target_type = models.TextField("对象类别")
    target_id = models.TextField("对象编号")
    target_label = models.TextField("对象", default="")
    org_path = models.TextField("组织路径", default="", db_collation="C")
    changes = models.JSONField("变更内容", default=dict)
    reason = models.TextField("事由", default="")
    request_id = models.TextField("请求编号", default="")
    digest = models.BinaryField("摘要", max_length=32)

    class Meta:
        db_table = "audit_entry"
        verbose_name = "审计记录"
        verbose_name_plural = verbose_name
        indexes = [
            models.Index(fields=["target_type", "target_id", "-id"], name="audit_entry_target"),
            models.Index(fields=["actor_id", "-id"], name="audit_entry_actor"),
            models.Index(fields=["org_path", "-id"], name="audit_entry_org"),
            BrinIndex(fields=["at"], name="audit_entry_at"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.actor_name} {self.action_name} {self.target_label}"


class Pending(models.Model):
    """An entry that has no seal yet; a statement trigger on audit_entry writes these rows.

    Identity values commit out of order, so "everything above the last sealed id" would miss
    entries of slow transactions; this queue cannot.
    """

    entry_id = models.BigIntegerField("记录编号", primary_key=True)

    class Meta:
        db_table = "audit_pending"
        verbose_name = "待封存记录"
        verbose_name_plural = verbose_name

    def __str__(self) -> str:
        return str(self.entry_id)


class Batch(models.Model):
    """One sealed batch (封存批次): the Merkle root of its entries, chained to the batch before."""

    first_entry = models.BigIntegerField("首条记录")
    last_entry = models.BigIntegerField("末条记录")
    count = models.IntegerField("条数")
    merkle_root = models.BinaryField("默克尔根", max_length=32)
    previous_root = models.BinaryField("上一批链根", max_length=32)
    chained_root = models.BinaryField("链根", max_length=32)
    sealed_at = models.DateTimeField("封存时间")

    class Meta:
        db_table = "audit_batch"
        verbose_name = "封存批次"
        verbose_name_plural = verbose_name

    def __str__(self) -> str:
        return f"{self.id}（{self.first_entry}–{self.last_entry}）"


class Seal(models.Model):
    """The place of one entry in its batch, with the digest it had when it was sealed."""

    entry_id = models.BigIntegerField("记录编号", primary_key=True)
    batch_id = models.BigIntegerField("批次")
    position = models.IntegerField("位置")
    digest = models.BinaryField("封存时的摘要", max_length=32)

    class Meta:
        db_table = "audit_seal"
        verbose_name = "封存记录"
        verbose_name_plural = verbose_name
        constraints = [
            models.UniqueConstraint(fields=["batch_id", "position"], name="audit_seal_place"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.position}"
