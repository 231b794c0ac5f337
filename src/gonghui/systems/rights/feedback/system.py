"""C4.5 职工意见反馈系统 / 12351."""

from gonghui.engines.casework import serving
from gonghui.engines.casework.permissions import VIEW_ARTICLES
from gonghui.kernel.resource.declaration import Interface, Page, Served, System
from gonghui.kernel.resource.services import JUSTICE, VOICE, Guide, Level
from gonghui.systems.rights.feedback.actions import calls, channels, todos
from gonghui.systems.rights.feedback.actions.kinds import HOTLINE, PETITIONS
from gonghui.systems.rights.feedback.permissions import (
    ANSWER_CALLS,
    REGISTER,
    SUBMIT,
    VIEW,
    VIEW_CALLS,
)
from gonghui.systems.rights.feedback.resources.asking import CONSULTATIONS, SURVEYS
from gonghui.systems.rights.feedback.resources.calls import ASKED, CALLS, SCRIPTS, SHIFTS
from gonghui.systems.rights.feedback.resources.matters import APPEALS, MATTERS, PETITION_LIST

DESK = Page("热线工作台", "feedback:desk", ANSWER_CALLS)
QUEUE = Page("来件办理", "casework:desk", VIEW)
SUMMARY = Page("意见汇总", "feedback:summary", VIEW)
FIGURES = Page("接听统计", "feedback:shift-figures", VIEW_CALLS)
ARTICLES = Page("知识库", "casework:articles", VIEW_ARTICLES)
COUNTER = Page("登记来信来访", "feedback:register", REGISTER)
HOME = Page(
    "说给工会听",
    "feedback:home",
    icon="message",
    help="咨询、求助、投诉、建议、信访，12351 统一受理",
)
SPEAK = Page("我要反映", "feedback:speak", SUBMIT, "message", "12351 统一受理、分级办理")
ASK = Page("问一问", "feedback:ask", icon="help", help="引用工会审核的知识，答不了转人工")
OPINIONS = Page("意见征求", "feedback:consultations", icon="file-text", help="逐条提意见")
QUESTIONNAIRES = Page("问卷", "feedback:surveys", icon="list", help="每人填写一次")

HOTLINE_GUIDE = Guide(
    "对劳动关系和工会工作咨询、求助、投诉、提建议。12351 统一受理，转有管理权限的工会办理。",
    time_limit="一般事项、难点事项、特别复杂事项分别限时办结",
    handled_by="省总工会 12351 统一受理，市县工会办理",
    result="逐件答复，可以评价，不满意可以要求重新办理",
    steps=("提交", "受理", "派发办理", "答复", "回访评价"),
    basis=("《中华人民共和国工会法》第三十条",),
)
PETITION_GUIDE = Guide(
    "按《信访工作条例》提出建议意见、检举控告、申诉求决。",
    time_limit="十五日内告知是否受理，受理之日起六十日内办结，情况复杂的可延长三十日",
    handled_by="有权处理的工会",
    result="书面答复意见书；不服的三十日内可以申请复查、复核",
    steps=("提出", "告知是否受理", "办理", "答复意见书", "复查", "复核"),
    basis=("《信访工作条例》",),
)

SYSTEM = System(
    code="C4.5",
    name="职工意见反馈系统",
    owner="办公室",
    chapter="权益维护",
    functions={
        "C4.5/1": Served(SPEAK, "网站提出意见"),
        "C4.5/2": Served(
            channels.take,
            "微博、微信消息成为来件，重复送达只记一次",
            partial="公众号和微博的接入程序待开通账号后配置签名密钥",
        ),
        "C4.5/3": Served(HOME, "手机 App 内同一页面提出、查询、评价"),
        "C4.5/4": Served(DESK, "12351 热线：来电、登记、派发、回访"),
        "C4.5/5": Served(MATTERS, "受理咨询"),
        "C4.5/6": Served(PETITION_LIST, "受理信访：告知书、答复意见书、复查、复核"),
        "C4.5/7": Served(MATTERS, "受理求助"),
        "C4.5/8": Served(CONSULTATIONS, "意见的反馈：答复、采纳情况公布"),
        "C4.5/9": Served(SUMMARY, "意见汇总和年度报告"),
        "C4.5/10": Served(ASK, "智能问答和人工服务结合"),
        "C4.5/p1": Served(QUEUE, "统一接听、分级办理：受理、派发、办理、回访、质检、办结"),
        "C4.5/p2": Served(MATTERS, "三类难度分别限时，暂停、延期、督办、红黄灯"),
        "C4.5/p3": Served(SPEAK, "重复和集体事项并案，身份保密，匿名凭查询码"),
        "C4.5/p4": Served(ASKED, "问答引用审核过的知识，超出的转人工，逐次记录"),
        "C4.5/p5": Served(CONSULTATIONS, "逐条征求意见，公布采纳和不采纳的理由"),
        "C4.5/p6": Served(
            CALLS,
            "话单导入、通话文本、座席工作台、接听和满意度统计",
            partial="录音文件留在话务平台，平台保存录音编号和通话文本",
        ),
    },
    resources=(
        MATTERS,
        PETITION_LIST,
        APPEALS,
        CALLS,
        SHIFTS,
        SCRIPTS,
        ASKED,
        CONSULTATIONS,
        SURVEYS,
    ),
    menu=(
        DESK,
        QUEUE,
        MATTERS,
        PETITION_LIST,
        APPEALS,
        CONSULTATIONS,
        SURVEYS,
        CALLS,
        SHIFTS,
        SCRIPTS,
        ASKED,
        ARTICLES,
        SUMMARY,
        FIGURES,
    ),
    hall=(HOME, ASK, OPINIONS, QUESTIONNAIRES),
    services=(
        serving.service(
            HOTLINE,
            "feedback",
            (JUSTICE, VOICE),
            HOTLINE_GUIDE,
            start=SPEAK,
            counter=COUNTER,
            level=Level.GUEST,
            keywords=("投诉", "咨询", "求助", "建议", "12351", "热线", "意见"),
            help="投诉、求助、咨询、建议",
            icon="message",
        ),
        serving.service(
            PETITIONS,
            "petition",
            (JUSTICE,),
            PETITION_GUIDE,
            start=SPEAK,
            counter=COUNTER,
            level=Level.GUEST,
            keywords=("信访", "上访", "复查", "复核", "举报"),
            help="书面提出，书面答复",
            icon="file-text",
        ),
    ),
    interfaces=(
        Interface("feedback/switch/events", "话务平台推送通话事件", "HMAC-SHA256 签名的 JSON"),
        Interface("feedback/channels", "微信、微博消息接入", "HMAC-SHA256 签名的 JSON"),
    ),
    publishes=("cn.gonghui.petition", "cn.gonghui.consultation"),
)
__all__ = ["SYSTEM", "calls", "todos"]
