"""Signatures, templates and words in force at a union."""

from __future__ import annotations

from django.db.models import QuerySet

from gonghui.kernel.notify import variants
from gonghui.kernel.org.models import Union
from gonghui.systems.media.short_messages.models import Budget, Keyword, Signature, TextTemplate
from gonghui.systems.media.short_messages.models.wording import Approval
from gonghui.systems.media.short_messages.rules.filtering import Hit, Word, hits

INHERITED = "wording of a superior union is used by all below"


def _above(union: Union) -> list[str]:
    parts = union.path.split(".")
    return [".".join(parts[:end]) + "." for end in range(1, len(parts))]


def signatures(union: Union) -> QuerySet[Signature]:
    """Approved signatures a union may use: its own and its superiors'."""
    rows = Signature.objects.unscoped(INHERITED).filter(state=Approval.APPROVED)
    return rows.filter(org_path__in=_above(union)).order_by("-org_path", "id")


def templates(union: Union) -> QuerySet[TextTemplate]:
    """Approved templates a union may use: its own and its superiors'."""
    rows = TextTemplate.objects.unscoped(INHERITED).filter(state=Approval.APPROVED)
    return rows.filter(org_path__in=_above(union)).order_by("-org_path", "name")


def budgets(union: Union) -> QuerySet[Budget]:
    """Budgets a union may spend from: its own."""
    rows = Budget.objects.unscoped("a union spends from its own departments' budgets")
    return rows.filter(union=union, ended_at=None).order_by("department")


def words(union: Union) -> list[Word]:
    """The words in force at a union, with typed variants and those anybody registered knows."""
    rows = Keyword.objects.unscoped(INHERITED).filter(ended_at=None, org_path__in=_above(union))
    found = []
    for text, action, forms in rows.values_list("text", "action", "forms"):
        found.append(Word(text, action, (*forms, *variants.of(text))))
    return found


def words_in(union: Union, text: str) -> list[Hit]:
    """The words of a union that a text holds."""
    return hits(text, words(union))
