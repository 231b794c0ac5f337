"""What is published only after somebody else than the author let it."""

from __future__ import annotations

from django.db import models

from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.rights.law.rules import reviewing


class Stage(models.TextChoices):
    DRAFT = "draft", reviewing.WORDS[reviewing.Stage.DRAFT]
    REVIEW = "review", reviewing.WORDS[reviewing.Stage.REVIEW]
    SECOND = "second", reviewing.WORDS[reviewing.Stage.SECOND]
    PUBLISHED = "published", reviewing.WORDS[reviewing.Stage.PUBLISHED]
    WITHDRAWN = "withdrawn", reviewing.WORDS[reviewing.Stage.WITHDRAWN]


class Reviewed(Scoped):
    """A text with its author, its reviewers and where it stands."""

    stage = models.CharField("状态", max_length=9, choices=Stage, default=Stage.DRAFT)
    author_id = models.BigIntegerField("起草人编号", null=True)
    author_name = models.CharField("起草人", max_length=50)
    first_reviewer_id = models.BigIntegerField("核对人编号", null=True)
    first_reviewer_name = models.CharField("核对人", max_length=50, blank=True)
    reviewer_id = models.BigIntegerField("审核人编号", null=True)
    reviewer_name = models.CharField("审核人", max_length=50, blank=True)
    opinion = models.CharField("审核意见", max_length=300, blank=True)
    published_at = models.DateTimeField("发布时间", null=True)
    created_at = models.DateTimeField("起草时间", auto_now_add=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        abstract = True
