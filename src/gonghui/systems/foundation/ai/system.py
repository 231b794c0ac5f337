"""D03 人工智能引擎."""

from gonghui.engines.language.permissions import USE, VIEW_MODELS
from gonghui.kernel.resource.declaration import Interface, Page, Served, System
from gonghui.systems.foundation.ai.actions.monitoring import ALERT, PARTY
from gonghui.systems.foundation.ai.permissions import VIEW_AI
from gonghui.systems.foundation.ai.queries import datasets  # noqa: F401
from gonghui.systems.foundation.ai.resources.learning import CORRECTIONS, RECORDS
from gonghui.systems.foundation.ai.resources.monitoring import ITEMS, RULES, SOURCES
from gonghui.systems.foundation.ai.resources.words import WORDS

OVERVIEW = Page("来文分析", "ai", VIEW_AI, icon="chart-bar")
CLASSIFY = Page("分类试判", "ai-classify", USE, icon="bulb")
ASK = Page("答复试问", "ai-ask", USE, icon="help")
BLIND = Page("盲区报告", "ai-blind-spots", VIEW_AI, icon="eye-off")
TRENDS = Page("趋势和事件", "ai-trends", VIEW_AI, icon="chart-line")
RIGHTS = Page("维权分析", "ai-rights", VIEW_AI, icon="scale")
CONSULT = Page("咨询分析", "ai-consultations", VIEW_AI, icon="message")
MODELS = Page("模型", "ai-models", VIEW_MODELS, icon="database")
FACTS = Page("关键信息接口", "ai-facts", VIEW_AI)

SYSTEM = System(
    code="D03",
    name="人工智能引擎",
    owner="网络工作部",
    chapter="基础软件",
    functions={
        "D03/1": Served(ITEMS, "读取公开信息源，去重、分类、按规则预警，列入阅读清单"),
        "D03/2": Served(OVERVIEW, "全部来件和提问按关键词和类别归类、汇总"),
        "D03/3": Served(TRENDS, "趋势、事件和构成的图形，每图有表"),
        "D03/4": Served(FACTS, "类别、关键词、地点等关键信息的接口和数据集", mobile=False),
        "D03/5": Served(RIGHTS, "维权来文的类别、月份、地点和办件情况"),
        "D03/6": Served(CONSULT, "提问的类别、答复结果、时间、渠道和引用条目"),
        "D03/7": Served(BLIND, "没有答案的提问、没有联系人的单位、上升的话题"),
        "D03/p1": Served(CLASSIFY, "离线分类和检索，给出把握和理由，正确率见模型卡"),
        "D03/p2": Served(BLIND, "盲区报告"),
        "D03/p3": Served(MODELS, "纠正、训练、启用、回退，模型卡、备案说明、诱导指令检查"),
    },
    resources=(RECORDS, CORRECTIONS, WORDS, ITEMS, SOURCES, RULES),
    interfaces=(Interface("api/v1/ai/facts/", "来文的类别、关键词和地点，不含原文"),),
    publishes=(ALERT,),
    subscribes=("cn.gonghui.casework.received",),
    outside=(PARTY,),
    menu=(
        OVERVIEW,
        TRENDS,
        BLIND,
        RIGHTS,
        CONSULT,
        CLASSIFY,
        ASK,
        CORRECTIONS,
        WORDS,
        ITEMS,
        SOURCES,
        RULES,
        MODELS,
    ),
)
