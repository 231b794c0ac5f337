"""What the engine keeps: word lists, records of judged texts, corrections, models, likeness."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from gonghui.engines.language.rules import sensitive
from gonghui.engines.language.rules.categories import CATEGORIES
from gonghui.kernel.base.fields import SealedTextField
from gonghui.kernel.org.scoping import Scoped

LABELS = list(CATEGORIES.items())


class WordList(models.TextChoices):
    UNION = "union", "工会专业词"
    SENSITIVE = "sensitive", "敏感词"
    ALLOWED = "allowed", "例外词"


class Word(Scoped):
    """A word of a list, in force at its union and below; those of the engine come besides.

    kind, level, sound: of a sensitive word. label: what a union word speaks for.
    """

    wordlist = models.CharField("词表", max_length=9, choices=WordList)
    text = models.CharField("词", max_length=30)
    kind = models.CharField(
        "类别", max_length=12, choices=list(sensitive.KINDS.items()), blank=True
    )
    level = models.CharField(
        "处置", max_length=8, choices=list(sensitive.LEVELS.items()), blank=True
    )
    sound = models.BooleanField("谐音也算", default=False)
    label = models.CharField("倾向类别", max_length=10, choices=LABELS, blank=True)
    note = models.CharField("说明", max_length=100, blank=True)
    active = models.BooleanField("使用中", default=True)
    changed_at = models.DateTimeField("修改时间")
    changed_by = models.CharField("修改人", max_length=50)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "词库的词"
        indexes = [models.Index(fields=["org_path"], name="lang_word_path")]
        constraints = [
            models.UniqueConstraint(fields=["union", "wordlist", "text"], name="lang_word_once")
        ]

    def __str__(self) -> str:
        return self.text


class Source(models.TextChoices):
    CASE = "case", "来件"
    QUESTION = "question", "提问"
    FEED = "feed", "网络信息"
    CONSOLE = "console", "试判"


class Outcome(models.TextChoices):
    """What became of a question."""

    NONE = "", "未提问"
    ANSWERED = "answered", "引用条目答复"
    HUMAN = "human", "转人工"
    CRISIS = "crisis", "危机转人工"


class Record(Scoped):
    """One judged text: what it is about, without the text.

    keywords: words of the engine's own vocabulary, so never a name. ref: the id with whoever
    sent it ("case/17"). text: kept sealed for questions alone, for the blind-spot report.
    """

    source = models.CharField("来源", max_length=8, choices=Source)
    ref = models.CharField("出处", max_length=60, blank=True)
    channel = models.CharField("渠道", max_length=12, blank=True)
    at = models.DateTimeField("时间")
    label = models.CharField("类别", max_length=10, choices=LABELS)
    share = models.FloatField("把握")
    sure = models.BooleanField("有把握", default=False)
    crisis = models.CharField("危机", max_length=10, blank=True)
    keywords = ArrayField(models.CharField(max_length=30), verbose_name="关键词", default=list)
    city = models.CharField("提到的地点", max_length=20, blank=True)
    model_number = models.PositiveIntegerField("模型版本", default=0)
    outcome = models.CharField("答复结果", max_length=8, choices=Outcome, blank=True)
    article = models.CharField("引用条目", max_length=120, blank=True)
    score = models.FloatField("匹配程度", null=True)
    injected = models.BooleanField("含诱导指令", default=False)
    text = SealedTextField("提问内容", null=True)
    settled_by = models.CharField("危机处置人", max_length=50, blank=True)
    settled_at = models.DateTimeField("危机处置时间", null=True)
    settled_note = models.CharField("危机处置情况", max_length=500, blank=True)

    class Meta:
        verbose_name = "文本分析记录"
        indexes = [
            models.Index(fields=["org_path", "-at"], name="lang_record_path"),
            models.Index(fields=["-at"], name="lang_record_time"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "ref"], condition=~Q(ref=""), name="lang_record_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.ref or self.pk}"


class CorrectionState(models.TextChoices):
    NEW = "new", "待审核"
    ACCEPTED = "accepted", "待学习"
    REJECTED = "rejected", "未采纳"
    LEARNED = "learned", "已学习"


class Correction(Scoped):
    """A person says a suggestion was wrong (or right, for a text worth learning)."""

    text = SealedTextField("文本")
    suggested = models.CharField("建议类别", max_length=10, choices=LABELS)
    share = models.FloatField("把握")
    label = models.CharField("正确类别", max_length=10, choices=LABELS)
    reason = models.CharField("理由", max_length=200, blank=True)
    ref = models.CharField("出处", max_length=60, blank=True)
    state = models.CharField(
        "状态", max_length=8, choices=CorrectionState, default=CorrectionState.NEW
    )
    model_number = models.PositiveIntegerField("判断时的模型", default=0)
    learned_in = models.PositiveIntegerField("学入模型", null=True)
    by_id = models.BigIntegerField("纠正人编号", null=True)
    by_name = models.CharField("纠正人", max_length=50)
    at = models.DateTimeField("纠正时间")
    decided_by = models.CharField("审核人", max_length=50, blank=True)
    decided_at = models.DateTimeField("审核时间", null=True)
    opinion = models.CharField("审核意见", max_length=200, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "分类纠正"
        indexes = [
            models.Index(fields=["org_path", "state"], name="lang_correction_path"),
        ]

    def __str__(self) -> str:
        return f"{self.get_suggested_display()}→{self.get_label_display()}"


class ModelState(models.TextChoices):
    CANDIDATE = "candidate", "待启用"
    ACTIVE = "active", "使用中"
    RETIRED = "retired", "已停用"


class ModelVersion(Scoped):
    """A trained classifier; version 0 is the one the package brings and has no row.

    It lies at the province: one model serves all, so it is trained and put in use there alone.

    packed: the model itself (rules.logistic). figures: on the held-out part of our set.
    corrections: how many it learned from besides; last_correction: up to which.
    """

    number = models.PositiveIntegerField("版本号", unique=True)
    state = models.CharField("状态", max_length=9, choices=ModelState, default=ModelState.CANDIDATE)
    packed = models.BinaryField("模型")
    digest = models.CharField("摘要", max_length=64)
    figures = models.JSONField("测试数字")
    texts = models.PositiveIntegerField("训练文本")
    corrections = models.PositiveIntegerField("其中纠正", default=0)
    trained_at = models.DateTimeField("训练时间")
    trained_by = models.CharField("训练人", max_length=50)
    trained_by_id = models.BigIntegerField("训练人编号", null=True)
    decided_at = models.DateTimeField("启用或停用时间", null=True)
    decided_by = models.CharField("启用人", max_length=50, blank=True)
    reason = models.CharField("理由", max_length=300, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "分类模型"
        indexes = [models.Index(fields=["org_path"], name="lang_model_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state=ModelState.ACTIVE), name="lang_model_one_active"
            )
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 版"


class Entry(models.Model):
    """What is kept of a text for telling likeness: keyed hashes of its keywords, no word.

    Outside the wall, where an index of arrays works; whoever asks filters refs by own scope.
    """

    source = models.CharField("来源", max_length=12)
    ref = models.CharField("出处", max_length=60)
    keys = ArrayField(models.BigIntegerField(), verbose_name="关键词特征")
    weights = ArrayField(models.SmallIntegerField(), verbose_name="权重")
    counted = models.BooleanField("已计入频次", default=False)

    class Meta:
        verbose_name = "相似特征"
        indexes = [
            GinIndex(fields=["keys"], name="lang_entry_keys"),
            models.Index(fields=["id"], condition=Q(counted=False), name="lang_entry_uncounted"),
        ]
        constraints = [models.UniqueConstraint(fields=["source", "ref"], name="lang_entry_once")]


class KeyFrequency(models.Model):
    """In how many entries a key stands, as of the last count."""

    key = models.BigIntegerField("关键词特征", primary_key=True)
    texts = models.PositiveIntegerField("文本数")

    class Meta:
        verbose_name = "特征频次"


class DraftState(models.TextChoices):
    SHOWN = "shown", "已供参考"
    REFUSED = "refused", "未通过检查"


class Draft(Scoped):
    """What a machine drafted (机器起草), always for a person; kept with what it was asked."""

    at = models.DateTimeField("时间")
    by_id = models.BigIntegerField("请求人编号", null=True)
    by_name = models.CharField("请求人", max_length=50)
    ref = models.CharField("出处", max_length=60, blank=True)
    article = models.CharField("依据条目", max_length=120)
    asked = models.TextField("去标识化后的原文", max_length=2_000)
    text = models.TextField("机器起草", max_length=4_000, blank=True)
    model = models.CharField("模型名称", max_length=80)
    faults = models.JSONField("检查发现", default=list)
    state = models.CharField("状态", max_length=7, choices=DraftState)

    class Meta:
        verbose_name = "机器起草记录"
        indexes = [models.Index(fields=["org_path", "-at"], name="lang_draft_path")]

    def __str__(self) -> str:
        return f"机器起草 {self.pk}"
