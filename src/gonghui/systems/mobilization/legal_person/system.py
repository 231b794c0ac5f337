"""C1.2 工会法人资格登记管理系统."""

from gonghui.kernel.resource.declaration import Page, Served, System
from gonghui.kernel.resource.services import PAPERS, UNION, Guide, Service
from gonghui.systems.mobilization.legal_person.actions import (
    applications,
    examining,
    kinds,  # noqa: F401
    platform,
)
from gonghui.systems.mobilization.legal_person.permissions import VIEW_LEGAL, VIEW_PERSONS
from gonghui.systems.mobilization.legal_person.resources.applications import APPLICATIONS
from gonghui.systems.mobilization.legal_person.resources.certificates import (
    CERTIFICATES,
    SEALS,
    SHEETS,
)
from gonghui.systems.mobilization.legal_person.resources.register import (
    CODES,
    PERSONS,
    RANGES,
    REQUESTS,
)

STATISTICS = Page("法人登记统计", "legal-statistics", VIEW_LEGAL)
RENEWALS = Page("换证和不一致提醒", "legal-renewals", VIEW_PERSONS)
CHECK = Page("法人证书核验", "legal-check", icon="certificate", help="查验工会法人资格证书")

CHECKING = Service(
    "legal-check",
    "核验法人证书",
    (UNION, PAPERS),
    Guide(
        "凭证书编号或二维码，查验工会法人资格证书的真伪和现状。",
        time_limit="当时显示",
        handled_by="平台自动核验",
        counter=("证书编号",),
        basis=("《工会法人登记管理办法》",),
    ),
    start=CHECK,
    keywords=("法人资格", "证书真伪", "统一社会信用代码"),
    icon="certificate",
    help="查验工会法人资格证书",
)

SYSTEM = System(
    code="C1.2",
    name="工会法人资格登记管理系统",
    owner="权益保障部",
    chapter="动员组织",
    functions={
        "C1.2/1": Served(APPLICATIONS, "网上申报：六类登记在线申请，凭受理编号跟踪"),
        "C1.2/2": Served(applications.edit, "登记事项填写，已有信息自动带出"),
        "C1.2/3": Served(applications.bring, "按材料清单上传审批材料"),
        "C1.2/4": Served(CERTIFICATES, "证书套印：证书纸按号取用，毫米级偏移"),
        "C1.2/5": Served(examining.compare, "申报与组织库逐项比对核实"),
        "C1.2/6": Served(STATISTICS, "分事项、分地区统计"),
        "C1.2/7": Served(APPLICATIONS, "建会获批自动建立申请，逐环节待办，赋码、制证自动衔接"),
        "C1.2/8": Served(examining.approve, "县级以上工会按组织关系属地登记，上级不代办"),
        "C1.2/9": Served(REQUESTS, "与赋码平台对接，取得统一社会信用代码"),
        "C1.2/10": Served(PERSONS, "工会法人库，存量法人补录"),
        "C1.2/11": Served(RENEWALS, "法人库与基层组织库比对，核实后写回"),
        "C1.2/p1": Served(APPLICATIONS, "新办、变更、换届、延期、补（换）领、注销及各自材料"),
        "C1.2/p2": Served(examining.supplement, "受理、一次性补正、停止计时、决定、复核"),
        "C1.2/p3": Served(SHEETS, "证书纸、作废、用印登记和公开核验"),
        "C1.2/p4": Served(RENEWALS, "到期换证提醒，法定代表人不一致清单"),
        "C1.2/p5": Served(CODES, "赋码登记簿、号段管理，注销代码不再使用"),
    },
    resources=(
        APPLICATIONS,
        PERSONS,
        CERTIFICATES,
        SHEETS,
        SEALS,
        REQUESTS,
        CODES,
        RANGES,
    ),
    menu=(
        APPLICATIONS,
        PERSONS,
        RENEWALS,
        CERTIFICATES,
        SHEETS,
        SEALS,
        REQUESTS,
        CODES,
        RANGES,
        STATISTICS,
    ),
    hall=(CHECK,),
    services=(CHECKING,),
    uses=("C1.1",),
    publishes=("cn.gonghui.legal_person",),
    subscribes=("cn.gonghui.founding", "cn.gonghui.union"),
    outside=(platform.PARTY.code,),
)
