"""B5.0 工会协同办公平台 (含公文流转)."""

from gonghui.kernel.resource.declaration import Page, Served, System
from gonghui.systems.office.circulation.actions import kinds  # noqa: F401
from gonghui.systems.office.circulation.actions.filing import file_outgoing
from gonghui.systems.office.circulation.actions.national import PARTY
from gonghui.systems.office.circulation.permissions import DRAFT, VIEW_OUTGOING
from gonghui.systems.office.circulation.resources.exchange import EXCHANGES
from gonghui.systems.office.circulation.resources.filing import HANDOVERS, PIECES
from gonghui.systems.office.circulation.resources.incoming import DELIVERIES, INCOMING
from gonghui.systems.office.circulation.resources.outgoing import OUTGOING
from gonghui.systems.office.circulation.resources.register import NUMBERS, SERIES, TEMPLATES
from gonghui.systems.office.circulation.resources.supervision import MEETINGS, TASKS

STATISTICS = Page("公文统计", "circulation-statistics", VIEW_OUTGOING)
FROM_TEMPLATE = Page("套用模板", "circulation-templates", DRAFT)

SYSTEM = System(
    code="B5.0",
    name="工会协同办公平台（含公文流转）",
    owner="办公室、网络工作部",
    chapter="八项建设",
    functions={
        "B5.0/1": Served(OUTGOING, "省市县乡一个平台办文：起草、审签、分发、签收在同一处"),
        "B5.0/2": Served(STATISTICS, "办文效率和督办落实的统计"),
        "B5.0/3": Served(INCOMING, "收文登记、拟办、批示、承办、传阅、办结，逾期提醒"),
        "B5.0/4": Served(
            EXCHANGES,
            "市县直接使用同一办公平台；与全总协同办公环境互送公文，回执验签，对方停机时排队自动补送",
            partial="全总尚未提供接口规范，现按双方可约定的接口与模拟系统对接",
        ),
        "B5.0/5": Served(OUTGOING, "公文流转系统"),
        "B5.0/p1": Served(
            file_outgoing, "起草、核稿、会签、签发、编号、排版、用印、分发、签收、归档"
        ),
        "B5.0/p2": Served(NUMBERS, "文号按机关、代字、年度连续，作废登记原因"),
        "B5.0/p3": Served(TASKS, "督办：期限、催办、延期、凭办结材料销号"),
        "B5.0/p4": Served(
            OUTGOING,
            "按 GB/T 9704 排版的 PDF、修订留痕、手写意见",
            partial="OFD 版式随版式软件接入",
        ),
        "B5.0/p5": Served(HANDOVERS, "离任交接；请假期间委托他人办理流程待办"),
    },
    resources=(
        OUTGOING,
        DELIVERIES,
        INCOMING,
        EXCHANGES,
        TASKS,
        MEETINGS,
        NUMBERS,
        SERIES,
        TEMPLATES,
        PIECES,
        HANDOVERS,
    ),
    menu=(
        OUTGOING,
        FROM_TEMPLATE,
        DELIVERIES,
        INCOMING,
        EXCHANGES,
        TASKS,
        MEETINGS,
        NUMBERS,
        PIECES,
        STATISTICS,
        TEMPLATES,
        SERIES,
        HANDOVERS,
    ),
    publishes=("cn.gonghui.document",),
    outside=(PARTY.code,),
)
