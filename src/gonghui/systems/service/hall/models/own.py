"""What is a person's own: kept materials, proxies, how they want pages to be."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from gonghui.kernel.files.models import StoredFile
from gonghui.systems.service.hall.rules import proxies as rules


class KeptMaterial(models.Model):
    """A material a person keeps with us for next time (已存材料), by their consent."""

    scope_person = "person_id"

    person_id = models.BigIntegerField("人员编号")
    code = models.CharField("材料编码", max_length=60)
    title = models.CharField("材料", max_length=80)
    file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name="文件"
    )
    purpose = models.CharField("为何事提交", max_length=80)
    kept_at = models.DateTimeField("存入时间")
    ended_at = models.DateTimeField("撤回同意时间", null=True)

    class Meta:
        verbose_name = "已存材料"
        indexes = [
            models.Index(
                fields=["person_id", "code", "-id"],
                name="hall_kept_person",
                condition=Q(ended_at=None),
            )
        ]

    def __str__(self) -> str:
        return self.title


class MaterialUse(models.Model):
    """That a kept material was used again: for what, and that the person agreed."""

    material = models.ForeignKey(
        KeptMaterial, on_delete=models.CASCADE, related_name="uses", verbose_name="材料"
    )
    service = models.CharField("服务编码", max_length=60)
    purpose = models.CharField("用途", max_length=80)
    number = models.CharField("受理编号", max_length=24)
    used_at = models.DateTimeField("使用时间")
    used_by = models.CharField("经办人", max_length=50)

    class Meta:
        verbose_name = "材料使用记录"


class ProxyState(models.TextChoices):
    ASKED = rules.ASKED, "待本人同意"
    GRANTED = rules.GRANTED, "已同意"
    REFUSED = rules.REFUSED, "未同意"
    ENDED = rules.ENDED, "已终止"


class Proxy(models.Model):
    """A person's consent that another handles matters for them. services: empty for all."""

    scope_person = "principal_person_id"
    audit_masked = ("principal_name", "agent_name")

    principal_person_id = models.BigIntegerField("委托人编号")
    principal_name = models.CharField("委托人", max_length=50)
    agent_person_id = models.BigIntegerField("代办人编号")
    agent_name = models.CharField("代办人", max_length=50)
    relation = models.CharField("关系", max_length=40)
    services = ArrayField(
        models.CharField("服务", max_length=60), verbose_name="代办事项", default=list, blank=True
    )
    until = models.DateField("截止日期")
    state = models.CharField("状态", max_length=7, choices=ProxyState, default=ProxyState.ASKED)
    asked_on = models.DateField("申请日期")
    answered_at = models.DateTimeField("答复时间", null=True)
    ended_at = models.DateTimeField("终止时间", null=True)
    taken_by = models.CharField("窗口经办人", max_length=120, blank=True)

    class Meta:
        verbose_name = "代办授权"
        indexes = [
            models.Index(fields=["agent_person_id"], name="hall_proxy_agent"),
            models.Index(fields=["principal_person_id"], name="hall_proxy_principal"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["principal_person_id", "agent_person_id"],
                condition=Q(state__in=rules.OPEN),
                name="hall_proxy_once",
            ),
            models.CheckConstraint(
                condition=~Q(principal_person_id=models.F("agent_person_id")), name="hall_proxy_two"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}"


class TextSize(models.TextChoices):
    NORMAL = "normal", "标准"
    LARGE = "large", "大字"


class Contrast(models.TextChoices):
    NORMAL = "normal", "标准"
    HIGH = "high", "高对比"


class Motion(models.TextChoices):
    NORMAL = "normal", "标准"
    LESS = "less", "减少动画"


class Simple(models.TextChoices):
    NORMAL = "normal", "完整"
    SIMPLE = "simple", "简洁"


class Ease(models.Model):
    """How a user wants pages to be (大字版和无障碍); each browser keeps a copy in cookies."""

    user_id = models.BigIntegerField("用户编号", primary_key=True)
    text = models.CharField("字号", max_length=6, choices=TextSize, default=TextSize.NORMAL)
    contrast = models.CharField("对比度", max_length=6, choices=Contrast, default=Contrast.NORMAL)
    motion = models.CharField("动画", max_length=6, choices=Motion, default=Motion.NORMAL)
    simple = models.CharField("页面", max_length=6, choices=Simple, default=Simple.NORMAL)
    changed_at = models.DateTimeField("修改时间", auto_now=True)

    class Meta:
        verbose_name = "大字版和无障碍"
