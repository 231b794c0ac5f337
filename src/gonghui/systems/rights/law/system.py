"""C4.3 职工法律服务系统 (法联网): library, consultation, cases, legislation, calculators."""

from gonghui.kernel.resource.declaration import Page, Served, System
from gonghui.kernel.resource.services import JUSTICE, VOICE, Guide, Service
from gonghui.systems.rights.law import jobs  # noqa: F401
from gonghui.systems.rights.law.actions import kinds  # noqa: F401
from gonghui.systems.rights.law.permissions import (
    ASK,
    KEEP_OWN,
    READ_LAW,
    VIEW_CONSULT,
)
from gonghui.systems.rights.law.resources.legislation import BILLS, COMMENTS
from gonghui.systems.rights.law.resources.library import EDITIONS, STATUTES
from gonghui.systems.rights.law.resources.writing import (
    PIECES,
    PUBLIC_ANSWERS,
    TOPICS,
    TYPICAL_CASES,
)

HOME = Page("法律服务", "law-home", READ_LAW, icon="scale", help="查法规、问律师、算补偿、提意见")
SEARCH = Page("查法规", "law-search", READ_LAW, icon="search")
ASKING = Page("提出法律咨询", "law-ask", ASK, icon="message", help="工会的律师为您解答")
QUESTIONS = Page("法律问答", "law-questions", READ_LAW, icon="help")
CASES = Page("典型案例", "law-cases", READ_LAW, icon="scale")
LEARNING = Page("学法", "law-topics", READ_LAW, icon="school")
LEGISLATION = Page("参与立法", "law-bills", READ_LAW, icon="file-text", help="对草案逐条提意见")
CALCULATORS = Page(
    "算一算", "law-calculators", READ_LAW, icon="coin", help="加班、补偿、工伤、时效"
)
TERMS = Page("我的时效提醒", "law-terms", KEEP_OWN, icon="bell", help="到期前提醒您申请仲裁")
STATISTICS = Page("法律服务统计", "law-statistics", VIEW_CONSULT)

SYSTEM = System(
    code="C4.3",
    name="职工法律服务系统（法联网）",
    owner="权益保障部",
    chapter="权益维护",
    functions={
        "C4.3/1": Served(HOME, "工会法律工作平台：法规、咨询、案例、普法、立法、计算在一处"),
        "C4.3/2": Served(BILLS, "工会参与立法：逐条征集、汇总、采纳和理由、反馈"),
        "C4.3/3": Served(TOPICS, "法治宣传教育：专题和内容，审核后发布"),
        "C4.3/7": Served(STATUTES, "发布法规政策：文本导入、版本、审核、废止"),
        "C4.3/8": Served(QUESTIONS, "信息交流：公开问答、有用没用、引用条文"),
        "C4.3/9": Served(STATISTICS, "咨询、法规、案例、普法、立法的统计"),
        "C4.3/11": Served(LEGISLATION, "参与立法意见征集：职工和工会逐条提出意见"),
        "C4.3/12": Served(SEARCH, "按日期查询法规和条文"),
        "C4.3/13": Served(LEARNING, "讲解法律知识"),
        "C4.3/14": Served(TYPICAL_CASES, "典型案例：匿名化检查、两人核对后发布"),
        "C4.3/15": Served(ASKING, "法律咨询：提问、解答、审核、评价"),
        "C4.3/p4": Served(CALCULATORS, "加班、补偿、二倍工资、工伤、年休假、时效的计算和提醒"),
        "C4.3/p5": Served(EDITIONS, "法规版本、条文变动、按生效日期查询"),
    },
    resources=(
        STATUTES,
        EDITIONS,
        PUBLIC_ANSWERS,
        TYPICAL_CASES,
        TOPICS,
        PIECES,
        BILLS,
        COMMENTS,
    ),
    menu=(
        STATUTES,
        EDITIONS,
        PUBLIC_ANSWERS,
        TYPICAL_CASES,
        TOPICS,
        PIECES,
        BILLS,
        COMMENTS,
        STATISTICS,
    ),
    hall=(HOME, CALCULATORS, TERMS),
    services=(
        Service(
            "law-consult",
            "法律咨询",
            events=(JUSTICE,),
            start=ASKING,
            guide=Guide(
                "劳动合同、工资、工伤、解除补偿等问题，由工会的律师和法律工作者解答。",
                time_limit="5 个工作日内答复（暂定）",
                handled_by="您所在地的工会",
                result="书面答复，附依据条文；可以评价、追问",
                steps=("写明情况", "工会解答并审核", "查看答复", "评价"),
                counter=(),
                basis=("《中华人民共和国工会法》第三十条",),
            ),
            targets=("casework.intake",),
            keywords=("律师", "劳动法", "补偿", "合同", "加班", "仲裁"),
            icon="scale",
            private=True,
        ),
        Service(
            "law-calculate",
            "算补偿、加班费和仲裁时效",
            events=(JUSTICE,),
            start=CALCULATORS,
            guide=Guide(
                "填几个数，看每一步的依据和算法。",
                time_limit="当场得出",
                handled_by="平台自动计算",
                counter=(),
            ),
            keywords=("经济补偿", "赔偿金", "加班费", "二倍工资", "工伤", "年休假", "时效"),
            icon="coin",
        ),
        Service(
            "law-legislate",
            "对立法草案提意见",
            events=(VOICE,),
            start=LEGISLATION,
            guide=Guide(
                "对涉及职工权益的草案逐条提出意见，工会汇总报送，公布采纳情况。",
                time_limit="以草案公布的征集时间为准",
                handled_by="征集意见的工会",
                counter=(),
                basis=("《中华人民共和国工会法》第三十四条",),
            ),
            keywords=("立法", "征求意见", "草案"),
            icon="file-text",
        ),
    ),
    publishes=("cn.gonghui.law",),
)
