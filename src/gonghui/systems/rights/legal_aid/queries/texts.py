"""Whether what somebody writes to the desk of legal work tells of danger to a life.

Nothing here is composed: who is in danger reads fixed words of people and telephone numbers.
"""

from __future__ import annotations

from gonghui.engines.casework.declaring import Hint
from gonghui.engines.casework.models import Case, Phase
from gonghui.engines.language import tunables
from gonghui.kernel.notify import replies


def classify(text: str) -> Hint:
    """Danger alone: what the matter is, the applicant says."""
    found = (watch(text) for watch in replies.watches().values())
    why = next((words for words in found if words), "")
    return Hint((), bool(why), (why,) if why else ())


def told(case: Case) -> str:
    """What somebody in danger is told until the case is closed; empty for everybody else."""
    if not case.crisis or case.phase in (Phase.CLOSED, Phase.DECLINED):
        return ""
    words: str = tunables.CRISIS_WORDS.value(case.org_path)
    return words


def urgent(case: Case) -> str:
    """What the record of a matter says of danger."""
    return "来文有危急的话，请立即联系来件人" if case.crisis else "否"
