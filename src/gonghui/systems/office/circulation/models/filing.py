"""Pieces for the archive (归档文件) and hand-over when a cadre leaves (工作交接)."""

from __future__ import annotations

from django.db import models

from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.office.circulation.models.incoming import Incoming
from gonghui.systems.office.circulation.models.outgoing import Outgoing, person_field
from gonghui.systems.office.circulation.rules import archive as rules


class Retention(models.TextChoices):
    PERMANENT = "Y", rules.RETENTIONS["Y"]
    THIRTY = "D30", rules.RETENTIONS["D30"]
    TEN = "D10", rules.RETENTIONS["D10"]


class Piece(Scoped):
    """One piece (件): a document with its trace, its 档号 and metadata, packed for the archive.

    package: ZIP of metadata.xml, the paper and the trace. sm3: digest of the metadata.
    """

    outgoing = models.OneToOneField(
        Outgoing, null=True, on_delete=models.PROTECT, related_name="piece", verbose_name="发文"
    )
    incoming = models.OneToOneField(
        Incoming, null=True, on_delete=models.PROTECT, related_name="piece", verbose_name="收文"
    )
    title = models.CharField("题名", max_length=200)
    number = models.CharField("文号", max_length=60, blank=True)
    author = models.CharField("责任者", max_length=120)
    day = models.DateField("成文日期")
    year = models.PositiveSmallIntegerField("年度")
    retention = models.CharField("保管期限", max_length=4, choices=Retention)
    category = models.CharField("机构（问题）", max_length=12)
    serial = models.PositiveIntegerField("件号")
    reference = models.CharField("档号", max_length=60)
    metadata = models.JSONField("元数据", default=dict)
    sm3 = models.CharField("元数据摘要", max_length=64)
    package = models.ForeignKey(
        StoredFile, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="归档包"
    )
    filed_at = models.DateTimeField("归档时间")
    filed_by = models.CharField("归档人", max_length=50)

    class Meta:
        verbose_name = "归档文件"
        indexes = [
            models.Index(fields=["city_id", "-filed_at", "-id"], name="circ_piece_city"),
            models.Index(fields=["org_path"], name="circ_piece_path"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["union", "year", "retention", "category", "serial"], name="circ_piece_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Handover(Scoped):
    """That one cadre's open work went to another, and what it was."""

    giver = person_field("移交人", null=False)
    giver_name = models.CharField("移交人", max_length=50)
    taker = person_field("接收人", null=False)
    taker_name = models.CharField("接收人", max_length=50)
    reason = models.CharField("原因", max_length=200)
    counts = models.JSONField("移交内容", default=dict)
    at = models.DateTimeField("时间")
    by_name = models.CharField("经办人", max_length=50)

    class Meta:
        verbose_name = "工作交接"
        indexes = [
            models.Index(fields=["city_id", "-at", "-id"], name="circ_handover_city"),
            models.Index(fields=["org_path"], name="circ_handover_path"),
        ]

    def __str__(self) -> str:
        return f"{self.giver_name}移交{self.taker_name}"
