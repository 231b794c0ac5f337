"""What administrators may tune."""

from __future__ import annotations

from decimal import Decimal

from gonghui.engines.language.rules.retrieval import THRESHOLD
from gonghui.engines.language.rules.training import SURE
from gonghui.kernel.config.declaring import Level, Setting
from gonghui.kernel.security.outgoing import Party

SURE_FROM = Setting(
    "language.sure_from",
    "分类建议的把握线",
    Decimal,
    Decimal(str(SURE)),
    "把握低于它的分类只列为参考，不作为建议。",
    levels=(Level.PLATFORM, Level.CITY),
    minimum=Decimal("0.2"),
    maximum=Decimal("0.99"),
)
ANSWER_FROM = Setting(
    "language.answer_from",
    "引用知识条目答复的匹配线",
    Decimal,
    Decimal(str(THRESHOLD)),
    "匹配程度低于它的提问转人工。",
    levels=(Level.PLATFORM, Level.CITY),
    minimum=Decimal("0.2"),
    maximum=Decimal("1"),
)
RELEARN_FROM = Setting(
    "language.relearn_from",
    "自动训练所需的纠正数",
    int,
    20,
    "已采纳未学习的纠正达到这个数，当夜自动训练一个待启用的版本；启用仍由人决定。",
    unit="条",
    minimum=1,
    maximum=10_000,
)
CRISIS_WORDS = Setting(
    "language.crisis_words",
    "遇到危机来文时给对方的话",
    str,
    "您现在的处境我们很关心，请先不要一个人扛着。正在为您转接值班人员，他会马上与您联系。"
    "您也可以现在拨打 12351（工会热线）或 12356（心理援助热线）；有人身危险请立即拨打 110 或 120。",
    "由人写定的固定文字，不由机器生成；改动前请与心理援助专业人员商定。",
    levels=(Level.PLATFORM, Level.CITY),
    minimum=20,
    maximum=400,
    dangerous=True,
)
HUMAN_WORDS = Setting(
    "language.human_words",
    "没有合适条目时给对方的话",
    str,
    "这个问题知识库里没有合适的答复，已为您转人工。工作人员会看到您的问题；也可以拨打 12351。",
    "不由机器生成的固定文字。",
    levels=(Level.PLATFORM, Level.CITY),
    minimum=10,
    maximum=400,
)
DRAFT_ADDRESS = Setting(
    "language.draft_address",
    "机器起草接口地址",
    str,
    "",
    "兼容 OpenAI 对话接口的地址，写到 /v1 为止，如 https://model.example.cn/v1。留空即不启用。",
    pattern=r"|https?://\S+",
    maximum=300,
    dangerous=True,
)
DRAFT_ON = Setting(
    "language.draft_on",
    "启用机器起草",
    bool,
    False,
    "启用前应完成生成式人工智能服务的备案或确认所用服务已备案。机器只起草，由人修改后发出。",
    dangerous=True,
)
DRAFT_MODEL = Setting(
    "language.draft_model",
    "机器起草的模型名称",
    str,
    "draft-1",
    "由接口提供方给出的模型名称。",
    minimum=1,
    maximum=80,
)
DRAFT_KEY = Setting(
    "language.draft_key",
    "机器起草接口密钥",
    str,
    "",
    "由接口提供方发放。",
    secret=True,
    maximum=300,
)
DRAFT_SIMULATED = Setting(
    "language.draft_simulated",
    "机器起草接口是模拟的",
    bool,
    False,
    "演示和试运行时由模拟器应答；页面会标明“模拟”。",
)
DRAFTER = Party(
    "language.drafter",
    "机器起草服务",
    DRAFT_ADDRESS,
    DRAFT_SIMULATED,
    "为工作人员起草答复初稿；送出的文字已去标识化。",
)
