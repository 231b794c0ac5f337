"""Language: judgements a second on one core, and likeness over a million texts.

Figures go to artifacts/bench.json. GONGHUI_BENCH_TEXTS (1,000,000) sizes the index.
"""

from __future__ import annotations

import os
import random
import time

import pytest
from django.db import connection

from gonghui.engines.language.queries import similar
from gonghui.engines.language.rules.classifying import judge
from gonghui.engines.language.rules.training import labelled

TEXTS = int(os.environ.get("GONGHUI_BENCH_TEXTS", "1000000"))
FLOOR_A_SECOND, CEILING_MS = 200, 30
FILL = """
INSERT INTO language_entry (source, ref, keys, weights, counted)
SELECT 'bench', n::text,
    ARRAY(SELECT hashtextextended((power(random(), 3) * 200000)::int::text, n * 0) FROM
        generate_series(1, 16) WHERE n IS NOT NULL),
    ARRAY(SELECT (200 + random() * 800)::smallint FROM generate_series(1, 16) WHERE n IS NOT NULL),
    true
FROM generate_series(1, %s) n
"""
COUNT = """
INSERT INTO language_keyfrequency (key, texts)
SELECT key, count(*) FROM language_entry, unnest(keys) AS key WHERE source = 'bench' GROUP BY key
ON CONFLICT (key) DO UPDATE SET texts = excluded.texts
"""


def test_judgements_a_second(report):
    """Label, reasons and crisis of texts as long as workers write."""
    texts = [text for _, text in labelled()][:600]
    judge(texts[0])
    began = time.process_time()
    for text in texts:
        judge(text)
    rate = len(texts) / (time.process_time() - began)
    report.add("语言：分类（条/秒·核）", rate, FLOOR_A_SECOND, "≥ 200", "/s")


@pytest.mark.django_db
def test_likeness_over_a_million(report):
    """Words are spread as in language: few common, many rare."""
    with connection.cursor() as cursor:
        cursor.execute(FILL, [TEXTS])
        cursor.execute(COUNT)
        cursor.execute("ANALYZE language_entry")
        cursor.execute("ANALYZE language_keyfrequency")
    order = random.Random(7)
    times = []
    for _ in range(30):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT keys, weights FROM language_entry WHERE source = 'bench' AND ref = %s",
                [str(order.randrange(1, TEXTS))],
            )
            keys, weights = cursor.fetchone()
        asked = similar.Marks(tuple(keys), tuple(weights))
        began = time.perf_counter()
        found = similar.like(asked, source="bench")
        times.append((time.perf_counter() - began) * 1000)
        assert found and found[0].score > 0.99
    median = sorted(times)[len(times) // 2]
    report.add("语言：百万来文中找相似", median, CEILING_MS, "≤ 30 ms")
