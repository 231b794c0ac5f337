"""Pairs of records that may be one person (疑似重复人员)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gonghui.kernel.base.masking import mask_name
from gonghui.kernel.org.scoping import Scoped
from gonghui.kernel.people.models import PersonMerge


class PairState(models.TextChoices):
    OPEN = "open", "待核对"
    MERGED = "merged", "已合并"
    DISMISSED = "dismissed", "不是同一人"


class DuplicatePair(Scoped):
    """Two person records that look like one, placed at the nearest union that stands over both.

    `first` and `second` are ids rather than foreign keys, so that a merge leaves them naming the
    two records it was about.
    """

    audit_masked = ("name",)

    first = models.BigIntegerField("档案一")
    second = models.BigIntegerField("档案二")
    name = models.CharField("姓名", max_length=50)
    first_union = models.CharField("档案一所在工会", max_length=120)
    second_union = models.CharField("档案二所在工会", max_length=120)
    score = models.PositiveSmallIntegerField("相似度")
    reasons = models.JSONField("依据", default=list)
    state = models.CharField("状态", max_length=9, choices=PairState, default=PairState.OPEN)
    found_at = models.DateTimeField("发现时间")
    decided_at = models.DateTimeField("核对时间", null=True)
    decided_by_name = models.CharField("核对人", max_length=50, blank=True)
    merge = models.ForeignKey(
        PersonMerge, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="合并"
    )
    note = models.CharField("核对意见", max_length=200, blank=True)

    class Meta:
        verbose_name = "疑似重复人员"
        indexes = [models.Index(fields=["org_path", "state"], name="pair_path")]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="pair_in_order"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        return f"{mask_name(self.name)}（{self.first}、{self.second}）"
