"""What a text is about and whether a life may be in danger, from whoever knows and from our words.

The watches registered in the kernel and the own list are asked together: what either finds counts.
"""

from __future__ import annotations

from gonghui.engines.casework.actions.work import secrets_of
from gonghui.engines.casework.declaring import Hint, Suggestion
from gonghui.engines.casework.models import Case
from gonghui.engines.casework.rules.confidentiality import redact
from gonghui.engines.language.queries.similar import like
from gonghui.kernel.notify import replies
from gonghui.kernel.search import texts
from gonghui.systems.rights.feedback.rules import crisis, topics


def alarm(text: str) -> str:
    """Why a person must be reached at once; empty when nothing is found."""
    own = crisis.alarm(text)
    if own:
        return own
    for watch in replies.watches().values():
        if why := watch(text):
            return why
    return ""


def classify(text: str) -> Hint:
    """Suggestions for the desk, and danger."""
    why = alarm(text)
    found = [
        Suggestion(item.code, item.score, item.because)
        for item in texts.subjects(text, topics.TOPICS)
    ] or [Suggestion(item.topic, item.score, item.because) for item in topics.guess(text)]
    return Hint(tuple(found), bool(why), (why,) if why else ())


def without_names(text: str, case: Case | None) -> str:
    """Words of a complainant as the case's page shows them: without what names who complains."""
    return redact(text, secrets_of(case)) if case is not None else text


def similar(text: str) -> list[int]:
    """Cases whose words are near to a text, as the language engine remembers them."""
    return [int(found.ref) for found in like(text, source="case") if found.ref.isdecimal()]
