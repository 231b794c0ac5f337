"""Keeping what was judged: a projection, written once for each text."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from gonghui.engines.language.models import Entry, Record, Source
from gonghui.engines.language.queries import models, similar
from gonghui.engines.language.queries.judging import judge
from gonghui.engines.language.rules.classifying import Judgement
from gonghui.engines.language.rules.extracting import facts
from gonghui.engines.language.rules.keywords import keywords
from gonghui.engines.language.rules.prompting import injections
from gonghui.kernel.org.models import Union

AGAIN = "a text judged again keeps one record"
_INDEX = """
INSERT INTO language_entry (source, ref, keys, weights, counted)
VALUES (%s, %s, %s::bigint[], %s::smallint[], false)
ON CONFLICT (source, ref) DO UPDATE SET keys = excluded.keys, weights = excluded.weights
"""
_COUNT = """
WITH taken AS (
    UPDATE language_entry SET counted = true
    WHERE id IN (SELECT id FROM language_entry WHERE NOT counted ORDER BY id LIMIT %s)
    RETURNING keys
), seen AS (
    SELECT key, count(*) AS texts FROM taken, unnest(keys) AS key GROUP BY key
)
INSERT INTO language_keyfrequency (key, texts) SELECT key, texts FROM seen
ON CONFLICT (key) DO UPDATE SET texts = language_keyfrequency.texts + excluded.texts
"""


def remember(
    union: Union,
    *,
    source: Source | str,
    text: str,
    ref: str = "",
    channel: str = "",
    at: datetime | None = None,
    found: Judgement | None = None,
    kept: str | None = None,
    **more: Any,
) -> Record:
    """Keep the judgement of a text at a union; the same ref twice is one record.

    Only the label, known keywords and a place are kept. kept: what is kept sealed besides, for
    questions. more: further fields of Record.
    """
    found = found or judge(text, union.path)
    places = facts(text).places
    values = {
        "channel": channel,
        "at": at or timezone.now(),
        "label": found.first.label,
        "share": round(found.first.share, 4),
        "sure": found.sure,
        "crisis": found.crisis.kind if found.crisis else "",
        "keywords": [item.word for item in keywords(text, known_only=True)],
        "city": places[0][:20] if places else "",
        "model_number": models.active_number(),
        "injected": bool(injections(text)),
        **more,
    }
    with transaction.atomic():
        rows = Record.objects.unscoped(AGAIN).filter(source=source, ref=ref)
        made = (rows.first() if ref else None) or Record(source=source, ref=ref)
        made.text = kept
        # What another watch found stays: its to-do is open until somebody settles it.
        values["crisis"] = values["crisis"] or made.crisis
        for name, value in values.items():
            setattr(made, name, value)
        made.place_at(union)
        made.save()
    return made


def index(source: str, ref: str, text: str) -> None:
    """Let a text be found by its likes from now on."""
    found = similar.marks_of(text)
    if not found.keys:
        return
    with connection.cursor() as cursor:
        cursor.execute(_INDEX, [source, ref, list(found.keys), list(found.weights)])


def forget(source: str, ref: str) -> None:
    """Take a text out of the likeness index."""
    Entry.objects.filter(source=source, ref=ref).delete()


def count_keys(most: int = 20_000) -> int:
    """Add the keys of entries not yet counted to the frequencies; returns rows touched."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [most])
        return cursor.rowcount
