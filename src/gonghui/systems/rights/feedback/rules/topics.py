"""Subjects (事项类别) and natures (来件性质) of what people say, and what words point to them."""

from __future__ import annotations

from dataclasses import dataclass

TOPICS = {
    "pay": "劳动报酬",
    "contract": "劳动合同",
    "insurance": "社会保险",
    "hours": "工时休假",
    "injury": "工伤职业病",
    "safety": "劳动安全卫生",
    "women": "女职工权益",
    "union": "工会组织和会员",
    "welfare": "困难帮扶和福利",
    "platform": "新就业形态权益",
    "democracy": "民主管理",
    "other": "其他",
}
WORDS = {
    "pay": ("工资", "欠薪", "拖欠", "加班费", "奖金", "克扣", "工钱", "讨薪"),
    "contract": ("合同", "辞退", "解除", "裁员", "补偿金", "试用期", "开除", "离职"),
    "insurance": ("社保", "养老保险", "医保", "公积金", "失业金", "断缴"),
    "hours": ("加班", "年休假", "休息", "工时", "调休", "请假"),
    "injury": ("工伤", "职业病", "伤残", "尘肺", "受伤"),
    "safety": ("安全", "高温", "防护", "粉尘", "事故", "隐患"),
    "women": ("产假", "怀孕", "哺乳", "性骚扰", "女职工", "孕期"),
    "union": ("入会", "工会", "会费", "会员", "转会", "会员卡"),
    "welfare": ("困难", "救助", "慰问", "补助", "疗休养", "助学"),
    "platform": ("骑手", "外卖", "快递", "网约车", "平台", "派单"),
    "democracy": ("职代会", "厂务公开", "集体协商", "民主"),
}
NATURES = {
    "consult": "咨询",
    "help": "求助",
    "complaint": "投诉",
    "suggest": "建议",
    "petition": "信访",
}


@dataclass(frozen=True)
class Guess:
    topic: str
    score: float
    because: str


def guess(text: str, most: int = 3) -> list[Guess]:
    """Topics the words of a text point to, the likeliest first; scores sum to at most 1."""
    hits = {topic: [word for word in words if word in text] for topic, words in WORDS.items()}
    found = {topic: words for topic, words in hits.items() if words}
    total = sum(len(words) for words in found.values())
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        Guess(topic, round(len(words) / total, 2), "、".join(f"“{word}”" for word in words[:3]))
        for topic, words in ordered[:most]
    ]
