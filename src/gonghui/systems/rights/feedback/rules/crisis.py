"""Words nobody may overlook (危急用语): the floor below whatever a language engine finds besides.

Whoever is taken for in danger and is not has been called by a person, nothing more.
"""

from __future__ import annotations

import re

_PATTERNS = (
    (r"自\s*杀|轻生|不想活|活不下去|结束(?:自己的)?生命|遗书|寻死|一了百了|想死", "有轻生的话"),
    (r"跳楼|跳河|跳江|跳桥|上吊|割腕|喝农药|自焚|服毒|爬(?:上)?塔吊", "有自伤的话"),
    (r"同归于尽|砍死|炸(?:掉|死|平)|泼汽油|浇汽油|杀了(?:他|她|你)|弄死", "有伤人的话"),
)
_SEPARATORS = re.compile(r"[\s*.,，。·_\-~|/\\]+")


def alarm(text: str) -> str:
    """Why a life may be in danger, in Chinese; empty when nothing is found."""
    plain = _SEPARATORS.sub("", text)
    for pattern, why in _PATTERNS:
        if re.search(pattern, plain):
            return why
    return ""


WORDS = (
    "我们看到您现在可能很难受。工作人员会马上联系您；您也可以现在就拨打下面的电话，"
    "身边有危险时请先拨打 110 或 120。"
)
"""Shown to whoever wrote it: fixed words approved by people, never made by a machine."""
SMS_WORDS = (
    "我们看到了您的短信，工作人员会马上打电话给您。您也可以现在拨打12351、12356（心理援助）；"
    "有危险请先拨打110、120。"
)
