"""Opinions asked for: drafts article by article, questionnaires; and what the bot was asked."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from gonghui.engines.casework.models import ArticleVersion, Case
from gonghui.kernel.base.fields import SealedTextField
from gonghui.kernel.org.scoping import Scoped


class ConsultationState(models.TextChoices):
    DRAFT = "draft", "起草中"
    OPEN = "open", "征求意见中"
    CLOSED = "closed", "归纳意见中"
    PUBLISHED = "published", "已公布采纳情况"


class Consultation(Scoped):
    """A draft the union asks for opinions on. opinions: how many came in."""

    title = models.CharField("标题", max_length=120)
    intro = models.TextField("起草说明", max_length=3000)
    state = models.CharField(
        "状态", max_length=9, choices=ConsultationState, default=ConsultationState.DRAFT
    )
    opened_on = models.DateField("开始日期", null=True)
    closes_on = models.DateField("截止日期")
    published_at = models.DateTimeField("公布时间", null=True)
    summary = models.TextField("总的情况", max_length=5000, blank=True)
    opinions_count = models.PositiveIntegerField("意见数", default=0)
    author_id = models.BigIntegerField("起草人编号", null=True)
    author_name = models.CharField("起草人", max_length=50)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "意见征求"
        indexes = [
            models.Index(fields=["org_path"], name="fb_consult_path"),
            models.Index(fields=["city_id", "-id"], name="fb_consult_city"),
        ]

    def __str__(self) -> str:
        return self.title


class Provision(models.Model):
    """One article of a draft, or one question about it."""

    consultation = models.ForeignKey(
        Consultation, on_delete=models.CASCADE, related_name="provisions", verbose_name="意见征求"
    )
    place = models.PositiveSmallIntegerField("次序")
    mark = models.CharField("条次", max_length=20, blank=True)
    text = models.TextField("内容")
    question = models.BooleanField("问题", default=False)

    class Meta:
        verbose_name = "条文"
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "place"], name="fb_provision_place"),
        ]

    def __str__(self) -> str:
        return self.mark or self.text[:20]


class Stance(models.TextChoices):
    AGREE = "agree", "赞成"
    AMEND = "amend", "建议修改"
    OPPOSE = "oppose", "不赞成"


class Verdict(models.TextChoices):
    ADOPTED = "adopted", "采纳"
    PARTLY = "partly", "部分采纳"
    REJECTED = "rejected", "未采纳"


class Response(models.Model):
    """What became of opinions of one sense: what they ask, whether it was adopted, and why."""

    consultation = models.ForeignKey(
        Consultation, on_delete=models.PROTECT, related_name="responses", verbose_name="意见征求"
    )
    provision = models.ForeignKey(
        Provision, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="条文"
    )
    summary = models.CharField("归纳的意见", max_length=500)
    verdict = models.CharField("是否采纳", max_length=8, choices=Verdict)
    reason = models.CharField("理由", max_length=1000, blank=True)
    by_name = models.CharField("归纳人", max_length=50)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "采纳情况"


class Opinion(models.Model):
    """One opinion, sealed. person_id: whom to tell what became of it; empty where not signed in.

    key: keeps one that is sent twice from counting twice.
    """

    consultation = models.ForeignKey(
        Consultation, on_delete=models.PROTECT, related_name="opinions", verbose_name="意见征求"
    )
    provision = models.ForeignKey(
        Provision,
        null=True,
        on_delete=models.PROTECT,
        related_name="opinions",
        verbose_name="条文",
    )
    stance = models.CharField("态度", max_length=6, choices=Stance)
    text = SealedTextField("意见", null=True)
    person_id = models.BigIntegerField("提出人", null=True)
    key = models.UUIDField("提交编号", unique=True, default=uuid.uuid4)
    at = models.DateTimeField("提出时间")
    response = models.ForeignKey(
        Response,
        null=True,
        on_delete=models.PROTECT,
        related_name="opinions",
        verbose_name="采纳情况",
    )

    class Meta:
        verbose_name = "征求到的意见"
        indexes = [
            models.Index(fields=["consultation", "provision", "id"], name="fb_opinion_place"),
            models.Index(
                fields=["person_id"], condition=Q(person_id__isnull=False), name="fb_opinion_person"
            ),
        ]


class SurveyState(models.TextChoices):
    DRAFT = "draft", "起草中"
    OPEN = "open", "填写中"
    CLOSED = "closed", "已结束"


class Survey(Scoped):
    """A questionnaire for the workers of a union and all below it.

    anonymous: sheets carry neither person nor time; who took part is kept apart from them.
    """

    title = models.CharField("标题", max_length=120)
    intro = models.TextField("说明", max_length=2000, blank=True)
    anonymous = models.BooleanField("匿名", default=True)
    state = models.CharField("状态", max_length=6, choices=SurveyState, default=SurveyState.DRAFT)
    opens_on = models.DateField("开始日期", null=True)
    closes_on = models.DateField("截止日期")
    sheets_count = models.PositiveIntegerField("份数", default=0)
    author_id = models.BigIntegerField("起草人编号", null=True)
    author_name = models.CharField("起草人", max_length=50)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "问卷"
        indexes = [
            models.Index(fields=["org_path"], name="fb_survey_path"),
            models.Index(fields=["city_id", "-id"], name="fb_survey_city"),
        ]

    def __str__(self) -> str:
        return self.title


class QuestionKind(models.TextChoices):
    ONE = "one", "单选"
    MANY = "many", "多选"
    SCALE = "scale", "打分（1 到 5）"
    YES_NO = "yes_no", "是否"
    NUMBER = "number", "数字"
    TEXT = "text", "文字"


class SurveyQuestion(models.Model):
    survey = models.ForeignKey(
        Survey, on_delete=models.CASCADE, related_name="questions", verbose_name="问卷"
    )
    place = models.PositiveSmallIntegerField("次序")
    kind = models.CharField("题型", max_length=6, choices=QuestionKind)
    title = models.CharField("题目", max_length=200)
    options = models.JSONField("选项", default=list)
    required = models.BooleanField("必答", default=True)
    most = models.PositiveSmallIntegerField("最多选几项", default=0)

    class Meta:
        verbose_name = "题目"
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "place"], name="fb_question_place"),
        ]

    def __str__(self) -> str:
        return self.title


class Participation(models.Model):
    """That somebody has answered, as a keyed index of person and survey: nothing else is known."""

    survey = models.ForeignKey(
        Survey, on_delete=models.PROTECT, related_name="participations", verbose_name="问卷"
    )
    token = models.BinaryField("填写凭证", max_length=32)

    class Meta:
        verbose_name = "填写记录"
        constraints = [
            models.UniqueConstraint(fields=["survey", "token"], name="fb_survey_once"),
        ]


class Sheet(models.Model):
    """One sheet of answers. The number is random, so that its order says nothing of who it is.

    person_id and at only where the questionnaire is not anonymous.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survey = models.ForeignKey(
        Survey, on_delete=models.PROTECT, related_name="sheets", verbose_name="问卷"
    )
    answers = SealedTextField("答案")
    person_id = models.BigIntegerField("填写人", null=True)
    at = models.DateTimeField("填写时间", null=True)

    class Meta:
        verbose_name = "答卷"


class AskedState(models.TextChoices):
    ANSWERED = "answered", "已引用知识答复"
    HANDED = "handed", "转人工"
    CRISIS = "crisis", "紧急转人工"


class Asked(Scoped):
    """One question to the bot and what it did; the question is sealed and names nobody.

    version: the approved article it showed. case: what became of it with a person.
    """

    question = SealedTextField("问题")
    state = models.CharField("处理", max_length=8, choices=AskedState)
    article_version = models.ForeignKey(
        ArticleVersion,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="引用的知识",
    )
    score = models.DecimalField("相关度", max_digits=4, decimal_places=3, null=True)
    by = models.CharField("答复来源", max_length=30, blank=True)
    helpful = models.BooleanField("有帮助", null=True)
    case = models.ForeignKey(
        Case, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="办件"
    )
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "智能问答"
        indexes = [
            models.Index(fields=["org_path"], name="fb_asked_path"),
            models.Index(fields=["city_id", "-at", "-id"], name="fb_asked_city"),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.at:%Y-%m-%d %H:%M}"
