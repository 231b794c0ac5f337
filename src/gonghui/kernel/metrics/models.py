"""Member counts of every union's subtree, and the changes not yet added to them."""

from __future__ import annotations

from django.db import models


class MemberCount(models.Model):
    """Members of one union and all below it, by status, sex and industry.

    Sex and industry count those in the ranks (active and retained). path: where the union stood
    when the figures of its superiors last took it in; a move is seen by its differing from the
    union's own.
    """

    union = models.OneToOneField(
        "org.Union",
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name="工会",
    )
    path = models.TextField("组织路径", db_collation="C")
    status = models.JSONField("按会籍状态", default=dict)
    sex = models.JSONField("按性别", default=dict)
    industry = models.JSONField("按行业", default=dict)
    as_of = models.DateTimeField("统计时间")

    class Meta:
        verbose_name = "会员统计"
        indexes = [models.Index(fields=["path"], name="member_count_path")]

    @property
    def in_ranks(self) -> int:
        return self.status.get("active", 0) + self.status.get("retained", 0)


class MemberDelta(models.Model):
    """What one statement changed, written by a trigger on the membership table."""

    union_id = models.BigIntegerField("工会")
    status = models.CharField("会籍状态", max_length=9)
    sex = models.CharField("性别", max_length=1)
    industry = models.CharField("行业", max_length=3)
    n = models.IntegerField("增减")

    class Meta:
        verbose_name = "会员增减"
