"""C4.3 职工法律服务系统, second part: aid, mediation, supervision and the registers."""

from gonghui.engines.casework import serving
from gonghui.kernel.resource.declaration import Page, Served, System
from gonghui.kernel.resource.services import JUSTICE, Condition, Guide, Level
from gonghui.systems.rights.legal_aid import permissions
from gonghui.systems.rights.legal_aid.actions import lawyers, mediation, supervision
from gonghui.systems.rights.legal_aid.actions.kinds import AID, MEDIATION, WATCH
from gonghui.systems.rights.legal_aid.resources.aid import AIDS, PAYOUTS
from gonghui.systems.rights.legal_aid.resources.mediation import MEDIATIONS
from gonghui.systems.rights.legal_aid.resources.registers import LAWYERS, MEDIATORS, SUPERVISORS
from gonghui.systems.rights.legal_aid.resources.supervision import WATCHES
from gonghui.systems.rights.legal_aid.rules.aid import MEASURE as AID_MEASURE
from gonghui.systems.rights.legal_aid.rules.mediation import LAW
from gonghui.systems.rights.legal_aid.rules.supervision import MEASURE as WATCH_MEASURE

HOME = Page(
    "法律援助和调解",
    "legal-aid-home",
    icon="scale",
    help="请律师、申请调解、提供违法线索，免费",
)
ASK_AID = Page("申请法律援助", "legal-aid-ask", permissions.APPLY_AID, "scale", args=("aid",))
ASK_MEDIATION = Page(
    "申请劳动争议调解", "legal-aid-ask", permissions.APPLY_MEDIATION, "users", args=("mediation",)
)
ASK_CLUE = Page("提供劳动违法线索", "legal-aid-ask", permissions.TIP_OFF, "eye", args=("clue",))
WORK = Page("我承办的援助案件", "legal-aid-work-list", permissions.WORK_AID, "briefcase")
COUNTER = Page("法律服务窗口登记", "legal-aid-counter", permissions.REGISTER_AID)
STATISTICS = Page("法律服务统计", "legal-aid-statistics", permissions.VIEW_AID)

AID_GUIDE = Guide(
    "职工、农民工因劳动权益受侵害，工会工作者、工会组织因权益受侵害，可以申请工会免费提供律师。",
    time_limit="自收到申请之日起七日内决定（暂定），补充材料的时间不算",
    handled_by="县级以上工会",
    result="批准的指派律师办理；不予援助的说明理由，可以由上一级工会复核一次",
    steps=("申请", "审查", "决定", "指派律师", "办理", "结案评价"),
    counter=("身份证明", "劳动关系证明", "证据材料", "家庭经济状况证明（农民工欠薪、工伤不用）"),
    basis=(AID_MEASURE, "《中华人民共和国工会法》第三十条"),
)
MEDIATION_GUIDE = Guide(
    "与用人单位发生劳动争议，双方同意的，由工会调解员调解；达成协议的可以申请司法确认。",
    time_limit="自收到申请之日起十五日内，双方同意可以延长",
    handled_by="县级以上工会的劳动争议调解组织",
    result="调解协议书；调解不成的可以申请仲裁",
    steps=("申请", "双方同意", "调解", "签协议", "司法确认", "履行"),
    basis=(f"{LAW}第十条、第十四条至第十六条",),
)
WATCH_GUIDE = Guide(
    "发现用人单位违反劳动法律法规的，可以向工会提供线索，可以保密或者匿名。",
    time_limit="用人单位收到监督文书后限期答复",
    handled_by="县级以上工会的劳动法律监督组织",
    result="查明后发提示函、意见书督促整改，不整改的转劳动监察，办结后答复",
    steps=("提供线索", "调查", "发函", "整改", "答复"),
    basis=(WATCH_MEASURE, "《中华人民共和国工会法》第二十三条"),
)

SYSTEM = System(
    code="C4.3",
    name="职工法律服务系统（法联网）",
    owner="权益保障部",
    chapter="权益维护",
    part="援助、调解和监督",
    functions={
        "C4.3/4": Served(WATCHES, "劳动法律监督：线索、调查、一函两书、整改、结案"),
        "C4.3/5": Served(MEDIATIONS, "劳动争议处理：调解、协议、确认、履行"),
        "C4.3/6": Served(AIDS, "职工法律服务：援助申请到归档"),
        "C4.3/10": Served(LAWYERS, "律师、调解员、监督员登记、年度考核、在办量、暂停"),
        "C4.3/16": Served(ASK_CLUE, "职工提供劳动违法线索，身份不告诉用人单位"),
        "C4.3/17": Served(ASK_MEDIATION, "职工申请劳动争议调解"),
        "C4.3/18": Served(HOME, "职工申请和查看法律服务"),
        "C4.3/p1": Served(
            lawyers.assign,
            "七日审查、利益冲突核查、指派、文书、开庭提醒、结果、补贴、归档、评价",
        ),
        "C4.3/p2": Served(supervision.issue, "提示函、意见书模板，送达回证，答复期限，转劳动监察"),
        "C4.3/p3": Served(mediation.agree, "生成协议书，提示三十日内司法确认，履行回访"),
    },
    resources=(AIDS, MEDIATIONS, WATCHES, LAWYERS, MEDIATORS, SUPERVISORS, PAYOUTS),
    menu=(
        COUNTER,
        AIDS,
        MEDIATIONS,
        WATCHES,
        LAWYERS,
        MEDIATORS,
        SUPERVISORS,
        PAYOUTS,
        STATISTICS,
    ),
    hall=(HOME,),
    services=(
        serving.service(
            AID,
            "legal-aid",
            (JUSTICE,),
            AID_GUIDE,
            start=ASK_AID,
            counter=COUNTER,
            level=Level.ACCOUNT,
            conditions=(
                Condition("权益受到用人单位侵害，需要律师帮助", rule=AID_MEASURE),
                Condition("家庭经济困难；农民工要工资、工伤赔偿的不受限制", rule=AID_MEASURE),
            ),
            keywords=("律师", "打官司", "仲裁", "起诉", "法律援助", "欠薪"),
            icon="scale",
        ),
        serving.service(
            MEDIATION,
            "mediation",
            (JUSTICE,),
            MEDIATION_GUIDE,
            start=ASK_MEDIATION,
            counter=COUNTER,
            level=Level.ACCOUNT,
            keywords=("调解", "协商", "劳动争议", "纠纷"),
            icon="users",
        ),
        serving.service(
            WATCH,
            "labour-watch",
            (JUSTICE,),
            WATCH_GUIDE,
            start=ASK_CLUE,
            counter=COUNTER,
            level=Level.GUEST,
            keywords=("举报", "违法", "超时加班", "不签合同", "欠薪", "线索"),
            icon="eye",
        ),
    ),
)
__all__ = ["SYSTEM"]
