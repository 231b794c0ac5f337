"""Messages (消息), what a user wants to be told, and to-dos (待办)."""

from django.db import models
from django.db.models import Q


class Message(models.Model):
    """One in-app message (站内消息) to one user, or to a person whether or not they have a user."""

    recipient_user_id = models.BigIntegerField("收件用户编号", null=True)
    recipient_person_id = models.BigIntegerField("收件人员编号", null=True)
    template = models.TextField("模板")
    category = models.TextField("类别")
    title = models.TextField("标题")
    body = models.TextField("正文", default="")
    link = models.TextField("链接", default="")
    org_path = models.TextField("组织路径", default="", db_collation="C")
    key = models.TextField("去重键", default="")
    created = models.DateTimeField("发送时间")
    read_at = models.DateTimeField("阅读时间", null=True)

    class Meta:
        db_table = "notify_message"
        verbose_name = "消息"
        verbose_name_plural = verbose_name
        indexes = [
            models.Index(fields=["recipient_user_id", "-id"], name="notify_message_user"),
            models.Index(fields=["recipient_person_id", "-id"], name="notify_message_person"),
            models.Index(
                fields=["recipient_user_id"],
                condition=Q(read_at=None),
                name="notify_message_user_unread",
            ),
            models.Index(
                fields=["recipient_person_id"],
                condition=Q(read_at=None),
                name="notify_message_person_unread",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(recipient_user_id=None, recipient_person_id__isnull=False)
                | Q(recipient_user_id__isnull=False, recipient_person_id=None),
                name="notify_message_one_recipient",
            ),
            models.UniqueConstraint(
                fields=["key", "recipient_user_id", "recipient_person_id"],
                condition=~Q(key=""),
                nulls_distinct=False,
                name="notify_message_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Preference(models.Model):
    """Whether a user wants a category of messages over a channel; no row means yes."""

    user_id = models.BigIntegerField("用户编号")
    category = models.TextField("类别")
    channel = models.TextField("渠道")
    wanted = models.BooleanField("接收")

    class Meta:
        db_table = "notify_preference"
        verbose_name = "接收偏好"
        verbose_name_plural = verbose_name
        constraints = [
            models.UniqueConstraint(
                fields=["user_id", "category", "channel"], name="notify_preference_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.channel} {'接收' if self.wanted else '不接收'}"


class Todo(models.Model):
    """Something a named user, or whoever holds a permission at a place, has to decide."""

    follows_moves = True

    kind = models.TextField("种类")
    title = models.TextField("标题")
    link = models.TextField("链接")
    org_path = models.TextField("组织路径", default="", db_collation="C")
    union_id = models.BigIntegerField("工会编号", null=True)
    permission = models.TextField("所需权限", default="")
    assignee_user_id = models.BigIntegerField("指定办理人编号", null=True)
    target_type = models.TextField("对象类别")
    target_id = models.TextField("对象编号")
    due_at = models.DateTimeField("办理期限", null=True)
    created = models.DateTimeField("产生时间")
    done_at = models.DateTimeField("办结时间", null=True)
    done_by_id = models.BigIntegerField("办结人编号", null=True)

    class Meta:
        db_table = "notify_todo"
        verbose_name = "待办"
        verbose_name_plural = verbose_name
        indexes = [
            models.Index(
                fields=["union_id", "due_at", "id"],
                condition=Q(done_at=None, assignee_user_id=None),
                name="notify_todo_union_due",
            ),
            models.Index(
                fields=["assignee_user_id", "due_at", "id"],
                condition=Q(done_at=None),
                name="notify_todo_assignee_due",
            ),
            models.Index(fields=["done_by_id", "-done_at"], name="notify_todo_done"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["target_type", "target_id", "kind"],
                condition=Q(done_at=None),
                name="notify_todo_one_open",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Snooze(models.Model):
    """A to-do one user wants out of sight until a time; others see it as before."""

    user_id = models.BigIntegerField("用户编号")
    todo = models.ForeignKey(
        Todo, on_delete=models.CASCADE, related_name="snoozes", verbose_name="待办"
    )
    until = models.DateTimeField("稍后提醒时间")

    class Meta:
        db_table = "notify_snooze"
        verbose_name = "稍后提醒"
        verbose_name_plural = verbose_name
        constraints = [
            models.UniqueConstraint(fields=["user_id", "todo"], name="notify_snooze_once"),
        ]
        indexes = [models.Index(fields=["until"], name="notify_snooze_until")]

    def __str__(self) -> str:
        return f"{self.todo_id} {self.until}"


class TextMessage(models.Model):
    """A text message (短信) to a phone; its text is kept only until it is on its way."""

    class State(models.TextChoices):
        QUEUED = "queued", "待发送"
        SENT = "sent", "已发送"
        FAILED = "failed", "未发出"

    sealed_columns = {"mobile_sealed": "notify_text.mobile", "text_sealed": "notify_text.text"}

    key = models.CharField("去重键", max_length=40, unique=True)
    purpose = models.CharField("用途", max_length=80)
    mobile_sealed = models.BinaryField("手机号码", null=True)
    mobile_mask = models.CharField("手机号码", max_length=20)
    text_sealed = models.BinaryField("内容", null=True)
    state = models.CharField("状态", max_length=6, choices=State, default=State.QUEUED)
    tries = models.PositiveSmallIntegerField("已发次数", default=0)
    carrier_id = models.CharField("服务商编号", max_length=64, blank=True)
    fault = models.CharField("未发出原因", max_length=200, blank=True)
    created_at = models.DateTimeField("产生时间", auto_now_add=True)
    settled_at = models.DateTimeField("办结时间", null=True)

    class Meta:
        db_table = "notify_text"
        verbose_name = "短信"
        verbose_name_plural = verbose_name
        indexes = [models.Index(fields=["state", "-created_at"], name="notify_text_state")]

    def __str__(self) -> str:
        return f"{self.mobile_mask} {self.get_state_display()}"


class TimelineLine(models.Model):
    """One step of a matter of a person's own, for their timeline (办事记录)."""

    person_id = models.BigIntegerField("人员编号")
    at = models.DateTimeField("时间")
    service = models.CharField("服务", max_length=60)
    system = models.CharField("系统", max_length=12)
    target_type = models.TextField("对象类别")
    target_id = models.TextField("对象编号")
    title = models.CharField("进展", max_length=60)
    text = models.TextField("说明", blank=True)
    link = models.TextField("链接", blank=True)
    tone = models.CharField("类别", max_length=6, default="info")
    settled = models.BooleanField("已办结", default=False)

    class Meta:
        db_table = "notify_timeline"
        verbose_name = "办事记录"
        verbose_name_plural = verbose_name
        indexes = [
            models.Index(fields=["person_id", "-id"], name="notify_timeline_person"),
            models.Index(
                fields=["person_id", "target_type", "target_id", "-id"],
                name="notify_timeline_matter",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service}：{self.title}"
