"""Finding members."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from gonghui.kernel.base.identifiers import compact
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.people.models import NumberAlias
from gonghui.kernel.people.persons import DOCUMENT, MOBILE
from gonghui.kernel.search.names import holds, starts

MEMBER_NUMBER_LENGTH = 12


def search_members(rows: QuerySet, text: str, scope: Scope) -> QuerySet:
    """Members by name (any two characters), member number, document or mobile number."""
    word = compact(text)
    if word.isdecimal() and len(word) == MEMBER_NUMBER_LENGTH:
        # Not by a join: a member with two former numbers would stand in the list twice.
        former = NumberAlias.objects.filter(number=word).values("membership")
        return rows.filter(Q(number=word) | Q(pk__in=former))
    if len(word) in {15, 18} and word[:-1].isdecimal():
        found = keyring().blind_indexes(word, context=DOCUMENT)
        return rows.filter(person__document_index__in=found, person__merged_into=None)
    if word.isdecimal() and len(word) == 11:
        found = keyring().blind_indexes(word, context=MOBILE)
        return rows.filter(person__mobile_index__in=found)
    if len(text) == 1:
        return rows.filter(starts("name", text))
    return rows.filter(holds(text))
