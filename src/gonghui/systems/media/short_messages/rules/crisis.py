"""Texts behind which a life may be in danger: a person has to be reached at once.

Our own short list, always in force; the language engine adds its findings by a hook. Too many
alarms are looked at and put aside by a person; a missed one cannot be.
"""

from __future__ import annotations

from gonghui.systems.media.short_messages.rules.filtering import plain

WORDS = (
    *("自杀", "不想活", "想死", "活不下去", "寻短见", "轻生", "遗书", "跳楼", "跳河", "跳江"),
    *("割腕", "上吊", "喝农药", "喝药自尽", "同归于尽", "一了百了", "结束生命", "了结自己"),
    *("杀了他", "杀了我", "杀人", "砍死", "炸了", "放火", "自焚", "绝笔", "来世再见"),
    *("不想活了", "没有活路", "死给", "去死算了", "救命", "快救我"),
)
ANSWER = (
    "您的来信已经转给值班人员，我们会马上联系您。如有生命危险请立即拨打110或120；"
    "心理援助热线12356全天有人接听，工会热线12351。您不是一个人。"
)
"""Fixed words, read by people beforehand; nothing is composed for such a text."""
NAME = "危急来信"


def found(text: str) -> str:
    """The word that raises the alarm; empty if none does."""
    body = plain(text)
    return next((word for word in WORDS if plain(word) in body), "")
