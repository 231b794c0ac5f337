"""Applications to join (入会申请), drafts of them, and attempt counters."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gonghui.kernel.base.fields import SealedTextField
from gonghui.kernel.base.identifiers import DocumentKind
from gonghui.kernel.base.masking import mask_id, mask_mobile, mask_name
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scoped
from gonghui.kernel.people.models import DOCUMENT, MOBILE, Membership, Person


class JoinState(models.TextChoices):
    POOLED = "pooled", "周转池待分派"
    SUBMITTED = "submitted", "待审批"
    RETURNED = "returned", "退回补正"
    APPEALED = "appealed", "申诉待审批"
    APPROVED = "approved", "已批准"
    REJECTED = "rejected", "未批准"
    WITHDRAWN = "withdrawn", "已撤回"


OPEN = (JoinState.POOLED, JoinState.SUBMITTED, JoinState.RETURNED, JoinState.APPEALED)


class JoinChannel(models.TextChoices):
    PHONE = "phone", "手机申请"
    CODE = "code", "扫单位二维码"
    COUNTER = "counter", "窗口代办"


class JoinApplication(Scoped):
    """Somebody's wish to become a member of a union.

    `union` is the union applied to; in the pool (周转池) the county union that looks for one.
    Document and mobile number are sealed here until approval registers the person; their blind
    indexes are made in the context of people_person, so that both tables can be compared.
    """

    index_columns = {
        "document_index": ("document", "membership_joinapplication.document", DOCUMENT),
        "mobile_index": ("mobile", "membership_joinapplication.mobile", MOBILE),
    }

    scope_person = "person_id"
    audit_masked = ("name",)

    receipt = models.CharField("受理编号", max_length=24, unique=True)
    state = models.CharField("状态", max_length=9, choices=JoinState, default=JoinState.SUBMITTED)
    channel = models.CharField("来源", max_length=7, choices=JoinChannel)
    submitted_on = models.DateField("申请日期")
    due_on = models.DateField("办理期限")

    name = models.CharField("姓名", max_length=50, db_collation="C")
    sex = models.CharField("性别", max_length=1, default="0")
    born_on = models.DateField("出生日期")
    document_kind = models.CharField(
        "证件类型", max_length=20, choices=DocumentKind.choices(), default="resident_id"
    )
    document = SealedTextField("证件号码", mask=mask_id)
    document_index = models.BinaryField("证件号码索引", max_length=32)
    document_mask = models.CharField("证件号码", max_length=40)
    mobile = SealedTextField("手机号码", mask=mask_mobile)
    mobile_index = models.BinaryField("手机号码索引", max_length=32)
    mobile_mask = models.CharField("手机号码", max_length=20)
    nationality = models.CharField("民族", max_length=2, blank=True)
    education = models.CharField("学历", max_length=2, blank=True)
    political_status = models.CharField("政治面貌", max_length=2, blank=True)
    occupation = models.CharField("职业", max_length=7, blank=True)
    employment_form = models.CharField("用工形式", max_length=2, blank=True)
    trade = models.CharField("新就业形态群体", max_length=2, blank=True)
    agreed_at = models.DateTimeField("承诺时间")

    former = models.CharField("原会籍状态", max_length=9, blank=True)
    from_pool = models.BooleanField("来自周转池", default=False)
    routed_at = models.DateTimeField("分派时间", null=True)
    routed_by_name = models.CharField("分派人", max_length=50, blank=True)
    entered_by_id = models.BigIntegerField("录入人", null=True)
    entered_by_name = models.CharField("录入人", max_length=50, blank=True)
    decided_by_id = models.BigIntegerField("最近办理人", null=True)
    decided_by_name = models.CharField("最近办理人", max_length=50, blank=True)
    decided_at = models.DateTimeField("最近办理时间", null=True)
    reason = models.CharField("退回或不予批准的理由", max_length=500, blank=True)
    faulty_fields = models.JSONField("需要补正的项目", default=list, blank=True)
    rejected_by_id = models.BigIntegerField("作出不予批准决定的人", null=True)
    appealed_at = models.DateTimeField("申诉时间", null=True)
    appeal = models.CharField("申诉理由", max_length=500, blank=True)
    escalated_to = models.ForeignKey(
        Union, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="已报上级工会"
    )
    person = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="人员"
    )
    membership = models.ForeignKey(
        Membership, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="会籍"
    )
    # A copy, because the applicant's own browser may not read the member's row.
    member_number = models.CharField("会员号", max_length=12, blank=True)
    account_code = models.BinaryField("开通账号验证码摘要", null=True, max_length=32)
    account_code_until = models.DateTimeField("验证码有效期", null=True)
    created_at = models.DateTimeField("受理时间", auto_now_add=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "入会申请"
        indexes = [
            models.Index(fields=["city_id", "state", "-submitted_on", "-id"], name="join_city"),
            models.Index(fields=["county_id", "state", "-submitted_on", "-id"], name="join_county"),
            models.Index(fields=["org_path"], name="join_path"),
            models.Index(fields=["mobile_index"], name="join_mobile"),
            models.Index(fields=["person"], name="join_person"),
            models.Index(
                fields=["due_on"], name="join_due", condition=Q(state__in=[s.value for s in OPEN])
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["document_index"],
                condition=Q(state__in=[s.value for s in OPEN]),
                name="join_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.receipt}）"

    @property
    def audit_label(self) -> str:
        return f"{mask_name(self.name)}（{self.receipt}）"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class JoinDraft(models.Model):
    """What somebody filled in on the phone and has not submitted; sealed, gone after 30 days.

    key: random, held by the browser in a signed cookie. user_id: of who is signed in, so that
    the draft is found on another phone too.
    """

    key = models.CharField("编号", max_length=43, primary_key=True)
    user_id = models.BigIntegerField("用户", null=True, unique=True)
    data = SealedTextField("内容")
    saved_at = models.DateTimeField("保存时间", auto_now=True)

    class Meta:
        verbose_name = "入会申请草稿"
        indexes = [models.Index(fields=["saved_at"], name="join_draft_saved")]


class AttemptCounter(models.Model):
    """How often something was tried by one address or for one receipt since a moment."""

    key = models.CharField("对象", max_length=80, primary_key=True)
    count = models.PositiveIntegerField("次数", default=0)
    since = models.DateTimeField("起")

    class Meta:
        verbose_name = "尝试次数"
        indexes = [models.Index(fields=["since"], name="attempt_since")]
