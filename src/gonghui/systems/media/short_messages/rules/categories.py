"""What a text message is for (短信类别): decides consent, quiet hours and how soon it goes."""

from __future__ import annotations

from dataclasses import dataclass

CONSENT_RULE = "《通信短信息服务管理规定》（工业和信息化部令第31号）第十八条、第二十条"


@dataclass(frozen=True)
class Category:
    """consent: none (needed to carry out what the person asked for or an emergency), opt_out (sent
    unless refused), opt_in (sent only after consent). urgent: also at night. rank: smaller first.
    """

    code: str
    title: str
    rank: int
    consent: str
    urgent: bool = False
    help: str = ""


CATEGORIES = {
    item.code: item
    for item in (
        Category("emergency", "紧急通知", 0, "none", True, "防灾、停工停产、人身安全；夜间也发"),
        Category("code", "验证码", 1, "none", True, "本人正在操作时索取"),
        Category("service", "办事进展", 3, "none", False, "本人申请事项的受理、答复和办结"),
        Category("reply", "短信回复", 3, "none", True, "对来信的答复"),
        Category("notice", "工作通知", 5, "opt_out", False, "会议、活动报名、换届等会员事务"),
        Category("survey", "调查征询", 7, "opt_out", False, "问卷、满意度、意见征集"),
        Category("care", "关怀慰问", 7, "opt_out", False, "生日、节日、困难慰问"),
        Category("promotion", "普惠推介", 9, "opt_in", False, "普惠优惠和商家活动，须事先同意"),
    )
}
CHOICES = [(item.code, item.title) for item in CATEGORIES.values()]
BULK = ("emergency", "notice", "survey", "care", "promotion")
"""Categories that may go to many at once."""
PRIORITIES = {0: "最先", 1: "优先", 3: "较先", 5: "一般", 7: "较后", 9: "最后"}


def may_receive(category: str, refused: bool, consented: bool) -> bool:
    """Whether somebody may be sent a category, by the latest word of their consent ledger."""
    needed = CATEGORIES[category].consent
    if needed == "none":
        return True
    if refused:
        return False
    return needed == "opt_out" or consented


def is_urgent(category: str) -> bool:
    """Whether a category goes out at night too."""
    return CATEGORIES[category].urgent


def rank(category: str, wanted: int | None = None) -> int:
    """The order of sending; a batch may ask for a later place, never before its category's."""
    own = CATEGORIES[category].rank
    return own if wanted is None else max(own, wanted)
