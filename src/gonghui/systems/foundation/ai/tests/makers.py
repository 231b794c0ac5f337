"""One record of each resource of D03, for the generated suite and the tests here."""

from __future__ import annotations

from django.utils import timezone

from gonghui.engines.language.models import Correction, Draft, Record, Source, Word, WordList
from gonghui.kernel.org.models import Union
from gonghui.kernel.testing.world import World
from gonghui.systems.foundation.ai.models import AlertRule, FeedItem, FeedSource


def word(world: World, union: Union, **facts: object) -> Word:
    world.serial += 1
    values = {
        "wordlist": WordList.UNION,
        "text": f"样例词{world.serial}",
        "changed_at": timezone.now(),
        "changed_by": "经办",
        **facts,
    }
    return _placed(Word(**values), union)


def record(world: World, union: Union, **facts: object) -> Record:
    values = {
        "source": Source.QUESTION,
        "at": timezone.now(),
        "label": "pay",
        "share": 0.9,
        "sure": True,
        "keywords": ["工资"],
        **facts,
    }
    return _placed(Record(**values), union)


def correction(world: World, union: Union, **facts: object) -> Correction:
    values = {
        "text": "样例文本",
        "suggested": "pay",
        "share": 0.5,
        "label": "hours",
        "by_name": "经办",
        "at": timezone.now(),
        **facts,
    }
    return _placed(Correction(**values), union)


def draft(world: World, union: Union, **facts: object) -> Draft:
    values = {
        "at": timezone.now(),
        "by_name": "经办",
        "article": "样例条目",
        "asked": "样例来文",
        "text": "样例起草",
        "model": "draft",
        "state": "shown",
        **facts,
    }
    return _placed(Draft(**values), union)


def source(world: World, union: Union, **facts: object) -> FeedSource:
    world.serial += 1
    values = {
        "title": f"样例信息源{world.serial}",
        "address": f"https://feed{world.serial}.example.org/rss",
        "why": "样例用途",
        "asked_by": "经办",
        **facts,
    }
    return _placed(FeedSource(**values), union)


def item(world: World, union: Union, **facts: object) -> FeedItem:
    world.serial += 1
    values = {
        "source": facts.pop("source", None) or source(world, union),
        "key": f"{world.serial:064d}",
        "title": f"样例网络信息{world.serial}",
        "published_at": timezone.now(),
        "found_at": timezone.now(),
        "label": "pay",
        "share": 0.8,
        "relevance": 60,
        **facts,
    }
    return _placed(FeedItem(**values), union)


def rule(world: World, union: Union, **facts: object) -> AlertRule:
    values = {
        "title": "样例规则",
        "any_words": ["欠薪"],
        "changed_by": "经办",
        "changed_at": timezone.now(),
        **facts,
    }
    return _placed(AlertRule(**values), union)


def _placed(made, union: Union):
    made.place_at(union)
    made.save()
    return made


MAKERS = {
    "language-words": word,
    "language-records": record,
    "language-corrections": correction,
    "feed-sources": source,
    "feed-items": item,
    "feed-rules": rule,
}
