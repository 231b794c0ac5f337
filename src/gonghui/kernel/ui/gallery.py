"""Sample values of the gallery; the people are synthetic."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.ui.charts import Chart, Series
from gonghui.kernel.ui.components import (
    Action,
    Choice,
    Column,
    Difference,
    Event,
    Fact,
    Fault,
    Filter,
    ImportResult,
    Option,
    Pager,
    Row,
    Share,
    Stat,
    Step,
    Tab,
    Table,
    Tile,
    Todo,
    pill,
)
from gonghui.kernel.ui.shell import MenuGroup, MenuItem, Person, Post, Shell

if TYPE_CHECKING:
    from django.http import HttpRequest

NAMES = (
    "许若兰",
    "方志远",
    "汪晓燕",
    "程建国",
    "吴思源",
    "章文博",
    "胡雪梅",
    "鲍立新",
    "㛃文静",
    "䶮少华",
    "阿依古丽·买买提",
    "宋海涛",
    "叶青",
    "唐明月",
    "夏长江",
    "葛春生",
    "钱一鸣",
    "柯玉洁",
    "余淮生",
    "项秋实",
)
UNIONS = (
    "合肥市滨湖第二建筑工程有限公司工会",
    "合肥市包河区快递行业联合工会",
    "合肥经开区智能家电产业园联合工会委员会",
    "合肥市蜀山区荷叶地街道总工会",
    "安徽江淮重型机械制造有限公司工会",
)
STATES = (
    ("在籍", "good"),
    ("待审批", "wait"),
    ("转出中", "info"),
    ("保留会籍", "idle"),
    ("已除名", "stop"),
)


class SampleShell(Shell):
    """The shell of the gallery: a city cadre with a full menu."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        here = reverse("ui:gallery")
        self.home_url = here
        self.todo_url = self.message_url = self.search_url = "#main"
        self.signout_url = here
        self.suggest_url = ""
        self.menu = _menu(request.path)
        self.side = render_to_string("ui/c/menu.html", {"groups": self.menu})
        self.top = [
            MenuItem("工作台", here, icon="layout-dashboard", active=request.path == here, go="h"),
            MenuItem("待办", "#todo", count=12, icon="list-check", go="t"),
            MenuItem("消息", "#message", count=3, icon="message", go="m"),
        ]
        self.hall = [
            _place(request, "首页", "hall", "home"),
            _place(request, "办事", "apply", "apps"),
            MenuItem("消息", "#message", count=2, icon="message"),
            _place(request, "我的", "mine", "user"),
        ]
        self.todo_count = 12
        self.message_count = 3
        self.posts = [
            Post("组织干事", "合肥市总工会", here, active=True),
            Post("会员审核员", "合肥市包河区总工会", here),
        ]
        self.person = Person(
            "程建国",
            id="sample",
            role="合肥市总工会 · 组织干事",
            links=[MenuItem("我的账号", "#account", icon="user-circle")],
        )


def _place(request: HttpRequest, title: str, name: str, icon: str) -> MenuItem:
    url = reverse("ui:gallery-page", args=[name])
    return MenuItem(title, url, icon=icon, active=request.path == url)


def _menu(path: str) -> list[MenuGroup]:
    def page(title: str, name: str, count: int = 0, go: str = "") -> MenuItem:
        url = reverse("ui:gallery-page", args=[name])
        return MenuItem(title, url, count=count, active=path == url, go=go)

    return [
        MenuGroup(
            "动员组织",
            [
                page("会员名册", "list", 8, "l"),
                page("会员资料", "record", go="r"),
                page("入会登记", "form", go="f"),
                MenuItem("基层组织", "#unions", 3),
                MenuItem("法人资格登记", "#legal"),
                page("实名普查", "census", 1, "p"),
            ],
            "sitemap",
        ),
        MenuGroup("劳动创新", [MenuItem("技能竞赛", "#a"), MenuItem("劳模管理", "#b")], "trophy"),
        MenuGroup("宣传教育", [MenuItem("职工书屋", "#c")], "book"),
        MenuGroup("权益维护", [MenuItem("法律服务", "#d", 2), MenuItem("困难帮扶", "#e")], "scale"),
        MenuGroup("普惠服务", [MenuItem("互助保险", "#f")], "heart-handshake"),
        MenuGroup("财务资产", [MenuItem("工会财务", "#g")], "coin"),
    ]


class MemberForm(forms.Form):
    """A form with every kind of field."""

    groups = [
        ("身份", ["name", "number", "phone"], "性别、出生日期和籍贯由身份证号得出，不用再填。"),
        ("单位", ["union", "kind", "joined"]),
        ("其他", ["skills", "wage", "note", "proof", "agree"]),
    ]
    name = forms.CharField(label="姓名", help_text="与身份证一致，少数民族姓名中的“·”照填。")
    number = forms.CharField(
        label="身份证号",
        help_text="18 位，末位可以是 X。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-private": ""}),
    )
    phone = forms.CharField(
        label="手机号",
        widget=forms.TextInput(
            attrs={"inputmode": "tel", "autocomplete": "tel", "data-private": ""}
        ),
    )
    union = forms.ChoiceField(
        label="所在工会", choices=[("", "请选择"), *((str(n), u) for n, u in enumerate(UNIONS))]
    )
    kind = forms.ChoiceField(
        label="就业形式",
        widget=forms.RadioSelect,
        choices=[("1", "有固定单位"), ("2", "灵活就业"), ("3", "货车司机、骑手等")],
    )
    joined = forms.DateField(label="入会日期")
    skills = forms.MultipleChoiceField(
        label="愿意参加的活动",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("1", "技能竞赛"), ("2", "健康讲座"), ("3", "志愿服务")],
    )
    wage = forms.DecimalField(label="月工资（元）", required=False, help_text="用来核算会费。")
    note = forms.CharField(
        label="说明", required=False, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500})
    )
    proof = forms.FileField(label="证明材料", required=False, help_text="照片或 PDF，10 MB 以内。")
    agree = forms.BooleanField(label="本人自愿加入中国工会，遵守《中国工会章程》")

    def clean_number(self) -> str:
        """Always refuse, to show an error with its rule."""
        raise ValidationError(
            "第 18 位校验码不对，请核对是否输错。",
            code="check-digit",
            params={"rule": "GB 11643-1999《公民身份号码》", "remedy": "按身份证照片逐位核对。"},
        )


class SigninForm(forms.Form):
    """The two fields of a sign-in by password."""

    username = forms.CharField(
        label="用户名或手机号", widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label="密码", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class PeriodForm(forms.Form):
    """The typed value of a filter."""

    since = forms.DateField(label="从", required=False)
    until = forms.DateField(label="到", required=False)


def now() -> datetime:
    """The moment all samples are dated by."""
    return timezone.now()


def filled_form() -> MemberForm:
    """The sample form with two faults."""
    return MemberForm(
        {
            "name": "许若兰",
            "number": "340104199003070021",
            "phone": "13855100000",
            "union": "1",
            "joined": "2026-03-02",
            "agree": "on",
        }
    )


def member_filters() -> list[Filter]:
    """The filter sentence of a member list."""
    return [
        Filter(
            "地区",
            "合肥市",
            tail="的",
            options=[
                Option("合肥市", "?", active=True, count=1_286_540),
                Option("芜湖市", "?", count=403_216),
                Option("蚌埠市", "?", count=281_007),
            ],
            clear_url="?",
        ),
        Filter(
            "会员状态",
            "在籍",
            tail="会员，",
            options=[Option("在籍", "?", active=True), Option("待审批", "?")],
            clear_url="?",
        ),
        Filter("入会日期不限", tail="，", inputs=list(PeriodForm(prefix="joined"))),
        Filter(
            "排列",
            "入会时间从新到旧",
            lead="按",
            tail="排列",
            options=[Option("入会时间从新到旧", "?", active=True), Option("姓名", "?")],
        ),
    ]


def member_table(rows: int) -> Table:
    """A member list of the given length."""
    columns = [
        Column("姓名", "title", sort_url="?sort=name"),
        Column("状态", "state"),
        Column("会员号", "code"),
        Column("证件号码", "code"),
        Column("所在工会"),
        Column("就业形式", "minor"),
        Column("月会费", "number"),
        Column("入会日期", "code", sort_url="?sort=joined", sorted="desc"),
    ]
    start = date(2026, 3, 2)
    found = []
    for n in range(rows):
        state = STATES[0] if n % 6 else STATES[n // 6 % len(STATES)]
        found.append(
            Row(
                id=str(1000 + n),
                url=reverse("ui:gallery-page", args=["record"]),
                can=("edit", "transfer") if n % 2 else ("edit",),
                cells=(
                    NAMES[n % len(NAMES)],
                    pill(*state),
                    f"34-0{n % 9 + 1}-{2_604_318 + n * 37:08d}",
                    f"3401**********{(n * 731) % 10000:04d}",
                    UNIONS[n % len(UNIONS)],
                    ("有固定单位", "灵活就业", "骑手")[n % 3],
                    f"¥{(n % 7 + 20) * 1.5:.2f}",
                    f"{start - timedelta(days=n * 3):%Y-%m-%d}",
                ),
            )
        )
    return Table(
        caption="会员名册",
        columns=columns,
        rows=found,
        menu=[
            Action("查看资料", reverse("ui:gallery-page", args=["record"]) + "?id={id}", "user"),
            Action("修改资料", "#edit-{id}", "pencil", need="edit"),
            Action("转出会籍", "#out-{id}", "transfer", need="transfer"),
            Action("退会", "#leave-{id}", "logout", how="dialog", dialog="leave", grave=True),
        ],
        bulk=[
            Action("导出所选", "#export", "download"),
            Action("批量转会", "#transfer", "transfer", how="dialog", dialog="leave"),
        ],
        total=1_286_540,
        name="members",
    )


def record_facts() -> list[Fact]:
    """Facts of a member."""
    return [
        Fact("姓名", "许若兰"),
        Fact("会员号", "34-01-02604318"),
        Fact("身份证号", "3401**********0021", note="查看完整号码须填写事由"),
        Fact("手机号", "138****0000"),
        Fact("性别", "女", note="由身份证号得出"),
        Fact("出生日期", "1990年3月7日", note="由身份证号得出"),
        Fact("就业形式", "灵活就业"),
        Fact("入会日期", "2026年3月2日"),
        Fact("所在工会", UNIONS[1], wide=True),
        Fact("技能等级", ""),
    ]


def record_events() -> list[Event]:
    """What happened to a member."""
    at = now()
    return [
        Event(
            at - timedelta(minutes=9),
            "转出申请待接收",
            "合肥市总工会",
            "接收期限：15 个工作日",
            "wait",
        ),
        Event(
            at - timedelta(days=2), "提出转会", "许若兰（本人）", "转往芜湖市镜湖区快递行业联合工会"
        ),
        Event(at - timedelta(days=90), "入会申请批准", "汪晓燕 · 包河区总工会", kind="good"),
        Event(at - timedelta(days=92), "提交入会申请", "许若兰（本人）"),
    ]


def steps() -> list[Step]:
    """Steps of an application under way."""
    return [
        Step("填写申请", "done", "3月2日 09:12"),
        Step("基层工会审核", "done", "3月3日"),
        Step("上级工会批准", "now", "3月10日前"),
        Step("领取会员卡"),
    ]


def todos() -> list[Todo]:
    """Open work of a cadre."""
    return [
        Todo("审核 8 份入会申请", "#1", "入会", "包河区快递行业联合工会", "今天到期", late=False),
        Todo("接收许若兰转入会籍", "#2", "转会", "蜀山区荷叶地街道总工会", "逾期 2 天", late=True),
        Todo("批复工会名称变更", "#3", "基层组织", UNIONS[2], "3月10日前"),
        Todo("换届提醒：届期将满", "#4", "届期", UNIONS[4], "还有 28 天"),
    ]


def stats() -> list[Stat]:
    """Headline figures."""
    at = now()
    return [
        Stat("在籍会员", 1_286_540, "人", at, "#members", "较上月 4,218", "up"),
        Stat("基层工会", 18_204, "家", at, "#unions", "较上月 36", "up"),
        Stat("待审批申请", 126, "件", at, "#todo", "较昨日 14", "down"),
        Stat("实名率", "98.6", "%", at, "#census", "与上月持平"),
    ]


def shares() -> list[Share]:
    """The league of a census."""
    return [
        Share("合肥市", 128_654, 120_000, "#hf"),
        Share("芜湖市", 61_320, 64_000, "#wh"),
        Share("马鞍山市", 40_118, 45_000, "#mas"),
        Share("安庆市", 38_240, 52_000, "#aq", note="潜山市未报"),
        Share("亳州市", 17_905, 48_000, "#bz", late=True),
    ]


def differences() -> list[Difference]:
    """Fields two people changed."""
    return [
        Difference("phone", "手机号", "138****0000", "139****2217"),
        Difference("union", "所在工会", UNIONS[1], UNIONS[3]),
    ]


def import_result() -> ImportResult:
    """A workbook with faults."""
    return ImportResult(
        file="包河区会员名册.xlsx",
        total=12_480,
        good=12_391,
        bad=89,
        doubled=312,
        faults=[
            Fault("身份证号校验码不对", 47, "GB 11643-1999"),
            Fault("不满 16 周岁", 6, "《中国工会章程》第一条"),
            Fault("已是其他工会的会员，请改为转会", 36, "《工会会员会籍管理办法》"),
        ],
        download_url="#bad",
        again_url="#again",
    )


def trend() -> Chart:
    """Members who joined, by month."""
    return Chart(
        "近六个月新入会会员",
        "line",
        ["2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03"],
        [
            Series("合肥市", [3204, 3518, 2960, 4127, 2388, 4218]),
            Series("芜湖市", [1120, 1344, 1208, 1530, 905, 1677]),
        ],
        unit="人",
        first="月份",
    )


def _shared(request: HttpRequest) -> dict[str, Any]:
    return {"shell": SampleShell(request), "now": now()}


def components_page(request: HttpRequest) -> dict[str, Any]:
    """Everything on one page."""
    return {
        **_shared(request),
        "action": Action("登记会员", reverse("ui:gallery-page", args=["form"]), "plus", go="n"),
        "more": [
            Action("导入名册", "#import", "upload"),
            Action("导出名册", "#export", "download"),
            Action("停用名册", "#stop", "ban", how="dialog", dialog="leave", grave=True),
        ],
        "leave": Action("确认退会", "#leave", grave=True),
        "filters": member_filters(),
        "table": member_table(6),
        "pager": Pager("", "?after=x", 10_001, 50),
        "views": [
            Option("我的待审", "?", active=True, count=8),
            Option("本月新入会", "?", count=4218),
            Option("没有手机号的会员", "?", count=20_000),
        ],
        "columns": [
            Choice("name", "姓名", fixed=True),
            Choice("state", "状态"),
            Choice("union", "所在工会"),
            Choice("wage", "月会费", shown=False),
        ],
        "facts": record_facts(),
        "events": record_events(),
        "tabs": [
            Tab("资料", "#facts", active=True),
            Tab("会籍变动", "#moves", count=3),
            Tab("会费", "#dues"),
            Tab("附件", "#files", count=2),
        ],
        "steps": steps(),
        "stopped": [Step("填写申请", "done"), Step("审核", "stopped", "退回补正"), Step("批准")],
        "todos": todos(),
        "stats": stats(),
        "shares": shares(),
        "trend": trend(),
        "differences": differences(),
        "result": import_result(),
        "icons": ("home", "users", "sitemap", "transfer", "qrcode", "award", "scale", "coin"),
    }


def list_page(request: HttpRequest) -> dict[str, Any]:
    """A list of 50."""
    return {**components_page(request), "table": member_table(50)}


def form_page(request: HttpRequest) -> dict[str, Any]:
    """A form with faults."""
    return {**_shared(request), "form": filled_form(), "draft_url": reverse("ui:gallery-draft")}


def hall_page(request: HttpRequest) -> dict[str, Any]:
    """The first page of the service hall."""
    return {
        **_shared(request),
        "steps": steps(),
        "tiles": [
            Tile("我要入会", reverse("ui:gallery-page", args=["apply"]), "user-plus", "三分钟填完"),
            Tile("换了单位", "#move", "transfer", "会籍随人转"),
            Tile("生病住院", "#ill", "stethoscope", "互助保险、慰问"),
            Tile("遇到纠纷", "#law", "scale", "法律援助"),
            Tile("孩子上学", "#school", "school", "金秋助学"),
            Tile("想学技能", "#learn", "certificate", "免费培训"),
        ],
    }


class ApplyForm(forms.Form):
    """One question group of an application on the phone."""

    groups = [("您的单位", ["employer", "kind"], "没有固定单位也可以入会。")]
    employer = forms.CharField(
        label="单位名称", required=False, help_text="输入几个字，从名单里选。"
    )
    kind = forms.ChoiceField(
        label="您现在的工作",
        widget=forms.RadioSelect,
        choices=[
            ("1", "在单位上班"),
            ("2", "送快递或外卖"),
            ("3", "开货车或网约车"),
            ("4", "其他"),
        ],
    )


def apply_page(request: HttpRequest) -> dict[str, Any]:
    """One step of an application."""
    names = ("身份", "单位", "联系方式", "确认提交")
    states = ("done", "now", "todo", "todo")
    return {
        **_shared(request),
        "steps": [Step(name, state) for name, state in zip(names, states, strict=True)],
        "form": ApplyForm(),
        "draft_url": reverse("ui:gallery-draft"),
        "upload_url": reverse("ui:gallery-upload"),
    }


def signin_page(request: HttpRequest) -> dict[str, Any]:
    """The sign-in page."""
    return {
        **_shared(request),
        "form": SigninForm(),
        "ways": [Option("短信验证码", "#sms"), Option("皖事通", "#wst")],
    }


def error_page(request: HttpRequest) -> dict[str, Any]:
    """A refusal with everything an error page can say."""
    return {
        **_shared(request),
        "what": "不能查看芜湖市的会员资料",
        "why": "现在的岗位是合肥市总工会组织干事，只能查看合肥市范围内的会员。",
        "rule": "《网上工会权限管理办法》第八条",
        "who": "芜湖市总工会系统管理员，或省总工会基层工作部",
        "reference": "E-20261122-0417",
        "back_url": reverse("ui:gallery"),
    }


Context = Callable[["HttpRequest"], dict[str, Any]]
PAGES: dict[str, tuple[str, Context, int]] = {
    "components": ("ui/gallery/components.html", components_page, 200),
    "list": ("ui/gallery/list.html", list_page, 200),
    "record": ("ui/gallery/record.html", components_page, 200),
    "form": ("ui/gallery/form.html", form_page, 200),
    "census": ("ui/gallery/census.html", components_page, 200),
    "screen": ("ui/gallery/screen.html", components_page, 200),
    "hall": ("ui/gallery/hall.html", hall_page, 200),
    "apply": ("ui/gallery/apply.html", apply_page, 200),
    "mine": ("ui/gallery/mine.html", hall_page, 200),
    "check": ("ui/gallery/check.html", hall_page, 200),
    "signin": ("ui/signin.html", signin_page, 200),
    "error": ("403.html", error_page, 403),
}
