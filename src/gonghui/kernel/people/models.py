"""Persons (人员), memberships (会籍) and their past."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gonghui.kernel.base.masking import mask_name
from gonghui.kernel.base.names import name_tail
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scoped, ScopedManager

DOCUMENT = "people_person.document"
MOBILE = "people_person.mobile"
"""What sealed numbers and blind indexes are bound to."""


class Person(models.Model):
    """A human being known to the platform, whether a member or not.

    Document number and mobile are sealed (SM4-GCM); *_index are keyed SM3 blind indexes for
    look-up, *_mask what a screen may show. `union` is the union that keeps this person's
    record: the one of the membership, or else the one applied to or the pool.
    """

    scope_person = "id"
    follows_moves = True
    audit_masked = ("name",)
    sealed_columns = {"document_sealed": DOCUMENT, "mobile_sealed": MOBILE}
    index_columns = {
        "document_index": ("document_sealed", DOCUMENT, DOCUMENT),
        "mobile_index": ("mobile_sealed", MOBILE, MOBILE),
    }

    name = models.CharField("姓名", max_length=50, db_collation="C")
    sex = models.CharField("性别", max_length=1, default="0")
    born_on = models.DateField("出生日期", null=True)
    document_kind = models.CharField("证件类型", max_length=20, default="resident_id")
    document_sealed = models.BinaryField("证件号码", null=True)
    document_index = models.BinaryField("证件号码索引", null=True, max_length=32)
    document_mask = models.CharField("证件号码", max_length=40, blank=True)
    mobile_sealed = models.BinaryField("手机号码", null=True)
    mobile_index = models.BinaryField("手机号码索引", null=True, max_length=32)
    mobile_mask = models.CharField("手机号码", max_length=20, blank=True)
    nationality = models.CharField("民族", max_length=2, blank=True)
    education = models.CharField("学历", max_length=2, blank=True)
    political_status = models.CharField("政治面貌", max_length=2, blank=True)
    household = models.CharField("户籍类型", max_length=2, blank=True)
    employment = models.CharField("就业状态", max_length=2, blank=True)
    occupation = models.CharField("职业", max_length=7, blank=True)
    union = models.ForeignKey(
        Union,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="档案所在工会",
        db_index=False,
    )
    org_path = models.TextField("组织路径", db_collation="C", editable=False)
    merged_into = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="absorbed",
        verbose_name="已并入",
        db_index=False,
    )
    created_at = models.DateTimeField("建档时间", auto_now_add=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = ScopedManager()

    class Meta:
        verbose_name = "人员"
        indexes = [
            models.Index(fields=["org_path"], name="person_path"),
            models.Index(fields=["mobile_index"], name="person_mobile"),
            # Without the millions who were never merged: an index of nulls misleads the planner.
            models.Index(
                fields=["merged_into"], name="person_merged", condition=~Q(merged_into=None)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["document_index"],
                condition=Q(merged_into=None),
                name="person_document_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        return f"{mask_name(self.name)}（{self.document_mask}）"


class MembershipStatus(models.TextChoices):
    ACTIVE = "active", "在籍"
    RETAINED = "retained", "保留会籍"
    WITHDRAWN = "withdrawn", "退会"
    EXPELLED = "expelled", "除名"
    DECEASED = "deceased", "已故"
    MERGED = "merged", "已并档"


IN_RANKS = (MembershipStatus.ACTIVE, MembershipStatus.RETAINED)


class Membership(Scoped):
    """A person's union membership: one for life, with its number, wherever it is kept now.

    Name, sex and industry are copies kept by the writers of this package, so that lists,
    name search and counts read this table alone.
    """

    scope_person = "person_id"
    audit_masked = ("name", "name_tail")

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="memberships", verbose_name="人员"
    )
    number = models.CharField("会员号", max_length=12, unique=True)
    status = models.CharField(
        "会籍状态", max_length=9, choices=MembershipStatus, default=MembershipStatus.ACTIVE
    )
    joined_on = models.DateField("入会日期")
    since = models.DateField("现状起")
    cause = models.CharField("变动原因", max_length=20, blank=True)
    name = models.CharField("姓名", max_length=50, db_collation="C")
    name_tail = models.CharField("名", max_length=50, db_collation="C", editable=False)
    sex = models.CharField("性别", max_length=1, default="0")
    industry = models.CharField("行业", max_length=3, blank=True)
    batch_id = models.BigIntegerField("导入批次", null=True, editable=False)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "会籍"
        indexes = [
            models.Index(fields=["city_id", "status", "-joined_on", "-id"], name="member_city"),
            models.Index(fields=["county_id", "status", "-joined_on", "-id"], name="member_county"),
            models.Index(fields=["org_path"], name="member_path"),
            models.Index(fields=["city_id", "name"], name="member_name"),
            models.Index(fields=["city_id", "name_tail"], name="member_name_tail"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=~Q(status="merged"),
                name="membership_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.number}）"

    @property
    def audit_label(self) -> str:
        return f"{mask_name(self.name)}（{self.number}）"

    def name_after(self, person: Person) -> None:
        """Copy what lists show from the person; the caller saves."""
        self.name = person.name
        self.name_tail = name_tail(person.name)
        self.sex = person.sex


class MembershipPast(Scoped):
    """What a membership was before its present state: from valid_from up to valid_to."""

    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="past", verbose_name="会籍"
    )
    person_id = models.BigIntegerField("人员")
    scope_person = "person_id"
    status = models.CharField("会籍状态", max_length=9, choices=MembershipStatus)
    sex = models.CharField("性别", max_length=1, default="0")
    industry = models.CharField("行业", max_length=3, blank=True)
    valid_from = models.DateField("起")
    valid_to = models.DateField("止")
    cause = models.CharField("变动原因", max_length=20, blank=True)
    note = models.TextField("说明", blank=True)

    class Meta:
        verbose_name = "会籍变动"
        indexes = [
            models.Index(fields=["membership", "valid_from"], name="past_membership"),
            models.Index(fields=["valid_to", "valid_from"], name="past_period"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="past_in_order"
            ),
        ]


class PersonMerge(models.Model):
    """Two records found to be one person; `moved` names every row that changed hands."""

    follows_moves = True

    scope_path = "org_path"

    kept = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="merges", verbose_name="保留档案"
    )
    absorbed = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="merged_by", verbose_name="并入档案"
    )
    org_path = models.TextField("组织路径", db_collation="C", editable=False)
    reason = models.TextField("合并依据")
    moved = models.JSONField("移动的记录", default=dict)
    before = models.JSONField("合并前状态", default=dict)
    merged_at = models.DateTimeField("合并时间", auto_now_add=True)
    merged_by_id = models.BigIntegerField("经办人")
    undo_until = models.DateTimeField("可撤销至")
    undone_at = models.DateTimeField("撤销时间", null=True)
    undone_by_id = models.BigIntegerField("撤销人", null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = "重复人员合并"


class NumberAlias(models.Model):
    """A member number whose holder turned out to be somebody already known."""

    number = models.CharField("会员号", max_length=12, primary_key=True)
    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="aliases", verbose_name="会籍"
    )

    class Meta:
        verbose_name = "会员号对照"
