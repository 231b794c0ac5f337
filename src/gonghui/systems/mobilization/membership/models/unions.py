"""Union profiles (工会档案) and the officers named in them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from gonghui.kernel.base.fields import SealedTextField
from gonghui.kernel.base.masking import mask_mobile
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scoped
from gonghui.kernel.people.models import Person
from gonghui.systems.mobilization.membership.rules import unions as rules


class UnionProfile(Scoped):
    """What is known of a union beside its place in the tree; made when first filled in.

    The contact's telephone is sealed; screens show `contact_mask`.
    """

    union = models.OneToOneField(
        Union, on_delete=models.PROTECT, related_name="profile", verbose_name="工会"
    )
    unit_name = models.CharField("所在单位名称", max_length=120, blank=True)
    unit_nature = models.CharField("单位性质", max_length=2, blank=True)
    unit_uscc = models.CharField("单位统一社会信用代码", max_length=18, blank=True)
    region = models.CharField("所在乡镇（街道）", max_length=12, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    employees = models.PositiveIntegerField("职工人数", null=True, blank=True)
    women = models.PositiveIntegerField("女职工人数", null=True, blank=True)
    migrants = models.PositiveIntegerField("农民工人数", null=True, blank=True)
    contact_name = models.CharField("联系人", max_length=50, blank=True)
    contact_phone = SealedTextField("联系电话", null=True, mask=mask_mobile)
    contact_mask = models.CharField("联系电话", max_length=20, blank=True)
    chair_name = models.CharField("工会主席", max_length=50, blank=True)
    chair = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="主席档案"
    )
    women_committee = models.BooleanField("已设女职工委员会", default=False)
    audit_committee = models.BooleanField("已设经费审查委员会", default=False)
    founded_document = models.CharField("成立批复文号", max_length=80, blank=True)
    score = models.PositiveSmallIntegerField("档案完整度", default=0, editable=False)
    updated_at = models.DateTimeField("更新时间", null=True)
    version = models.PositiveIntegerField("版本", default=0)

    class Meta:
        verbose_name = "工会档案"
        indexes = [models.Index(fields=["org_path"], name="profile_path")]

    def __str__(self) -> str:
        return f"{self.union.name}档案"

    def completeness(self) -> rules.Completeness:
        """How complete the profile is, the union's own fields included."""
        union = self.union
        facts: dict[str, Any] = {
            item.field: getattr(self, item.field, None) or getattr(union, item.field, None)
            for item in rules.ITEMS
        }
        facts["region"] = self.region
        return rules.completeness(facts, grassroots=union.is_grassroots)

    def save_scored(self) -> None:
        """Save with the completeness as it is now."""
        self.score = self.completeness().score
        self.save()


class OfficerPost(models.TextChoices):
    VICE_CHAIR = "vice_chair", "副主席"
    STANDING = "standing", "常务委员"
    MEMBER = "member", "委员"
    AUDIT = "audit", "经费审查委员会主任"
    WOMEN = "women", "女职工委员会主任"
    TREASURER = "treasurer", "财务负责人"


class UnionOfficer(Scoped):
    """Somebody who holds an office in a union besides the chair (工会干部)."""

    name = models.CharField("姓名", max_length=50)
    post = models.CharField("职务", max_length=10, choices=OfficerPost)
    person = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="人员档案"
    )
    since = models.DateField("任职日期")
    until = models.DateField("离任日期", null=True)

    class Meta:
        verbose_name = "工会干部"
        indexes = [
            models.Index(fields=["union"], name="officer_union", condition=Q(until=None)),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.get_post_display()}）"
