"""Drafts by a configured machine (机器起草): asked for by a person, about one approved article.

Off unless settings say otherwise. What leaves is masked, what comes back is checked and marked,
and nothing is sent to anybody: a person takes it over, changes it, signs it.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from gonghui.engines.language import tunables
from gonghui.engines.language.models import Draft, DraftState
from gonghui.engines.language.permissions import DRAFT
from gonghui.engines.language.queries import passages
from gonghui.engines.language.queries.judging import detect_crisis
from gonghui.engines.language.rules import prompting
from gonghui.engines.language.rules.masking import identifies, masked
from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.org.models import Union
from gonghui.kernel.security import outgoing

SECONDS = 20
LARGEST = 200_000
AFTER_SENDING = ("too_large", "packed")
"""Why the guard stops an answer to what has already left."""
SILENT = "机器起草服务没有给出可用的内容"
RULE = "《生成式人工智能服务管理暂行办法》；本平台规定：机器只起草，不决定，不直接答复"


def draft(union: Union, *, by: Actor, question: str, article: str, ref: str = "") -> Draft:
    """A draft resting on one approved article; Refusal where none may be made.

    question: the worker's text; article: the code of a passage. The machine is asked before the
    action begins: nobody else waits for it. What was sent is kept whatever comes back.
    """
    by.require(DRAFT, union.path)
    if not tunables.DRAFT_ON.value():
        raise Refusal(
            "没有启用机器起草。",
            rule=RULE,
            remedy="请直接引用知识条目写答复。",
            code="draft.off",
        )
    if detect_crisis(question) is not None:
        raise Refusal(
            "危机来文不得由机器起草答复。",
            rule=RULE,
            remedy="请立即由值班人员联系对方。",
            code="draft.crisis",
        )
    spoken = prompting.injections(question)
    if spoken:
        raise Refusal(
            f"来文中有诱导机器的内容（{'、'.join(spoken)}），不交机器起草。",
            rule=RULE,
            remedy="请直接引用知识条目写答复。",
            code="draft.injected",
        )
    passage = passages.passage(article)
    if passage is None or passage.expires_on < timezone.localdate():
        raise Refusal(
            "起草要依据一条已发布、在有效期内的知识条目。", field="article", code="draft.article"
        )
    asked = masked(masked(question)[:2_000])
    if identifies(asked):
        raise Refusal(
            "来文中的个人信息没有去除干净，不交机器起草。",
            rule=RULE,
            remedy="请直接引用知识条目写答复。",
            code="draft.personal",
        )
    told = prompting.prompt(asked, passage.title, passage.body, passage.source)
    text = _asked(told)
    if text is None:
        faults = [SILENT]
    else:
        faults = prompting.faults(text, f"{passage.title}{passage.body}{passage.source}")
    made = Draft(
        at=timezone.now(),
        by_id=by.user_id,
        by_name=by.name,
        ref=ref,
        article=passage.title[:120],
        asked=asked,
        text=(text or "")[:4_000],
        model=tunables.DRAFT_MODEL.value(),
        faults=faults,
        state=DraftState.REFUSED if faults else DraftState.SHOWN,
    )
    return keep(union, by=by, made=made)


@action("language.draft", "请机器起草答复", DRAFT, creates=True)
def keep(union: Union, *, by: Actor, made: Draft) -> Draft:
    """Keep what was asked and what came back."""
    made.place_at(union)
    made.save()
    note(model=made.model, article=made.article, faults=made.faults)
    return made


def marked(made: Draft) -> str:
    """A draft as it is shown, with the mark that a machine wrote it; empty for a refused one."""
    return f"{prompting.MARK}{made.text}" if made.state == DraftState.SHOWN else ""


def _asked(told: prompting.Prompt) -> str | None:
    """What the machine wrote; None where nothing usable came back."""
    try:
        answer = outgoing.request(
            "POST",
            tunables.DRAFTER.url("chat/completions"),
            party=tunables.DRAFTER,
            timeout=SECONDS,
            max_bytes=LARGEST,
            headers={"Authorization": f"Bearer {tunables.DRAFT_KEY.value()}"},
            json={
                "model": tunables.DRAFT_MODEL.value(),
                "messages": told.messages(),
                "temperature": 0,
                "max_tokens": 800,
                "stream": False,
            },
        )
        content: Any = answer.json()["choices"][0]["message"]["content"]
    except outgoing.Unreachable:
        return None
    except outgoing.Refused as refused:
        if refused.code in AFTER_SENDING:
            return None
        raise
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return None
    if answer.status_code != 200 or not isinstance(content, str):
        return None
    return "".join(sign for sign in content if sign.isprintable() or sign in "\n\t").strip()
