"""What workers write about: the categories shared by C4.5, C4.3 and the analyses of D03."""

from __future__ import annotations

CATEGORIES = {
    "pay": "劳动报酬",
    "injury": "工伤",
    "insurance": "社会保险",
    "contract": "劳动合同",
    "hours": "工时休假",
    "women": "女职工和未成年工",
    "safety": "劳动安全卫生",
    "dismissal": "解除和补偿",
    "joining": "入会和转会",
    "hardship": "困难帮扶",
    "medical": "医疗互助",
    "welfare": "疗休养和普惠",
    "skills": "技能培训",
    "aid": "法律援助",
    "mind": "心理和危机",
    "union": "对工会工作的意见",
    "other": "其他",
}
RIGHTS = ("pay", "injury", "insurance", "contract", "hours", "women", "safety", "dismissal", "aid")
"""维权: what the law owes a worker; the rest is service and consultation (咨询)."""
