"""The law library as it is read: what was in force on a day, and what changed since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet
from django.urls import reverse

from gonghui.kernel.search.grams import holding
from gonghui.systems.rights.law.models import Article, Edition, Statute
from gonghui.systems.rights.law.rules import library
from gonghui.systems.rights.law.rules.library import Part, Place, Standing

EVERYBODYS = "published statutes are for everybody"
NAMED = "whether a statute is known already"
MOST = 60
LONGEST_TEXT = 40


def published() -> QuerySet[Statute]:
    """Statutes that have a published edition, the highest level first."""
    return Statute.objects.unscoped(EVERYBODYS).filter(published=True).order_by("rank", "title")


def named(name: str) -> Statute | None:
    """A published statute by its short or full title."""
    return published().filter(Q(short=name) | Q(title=name)).first()


def known(title: str) -> Statute | None:
    """A statute by its full title, published or not."""
    return Statute.objects.unscoped(NAMED).filter(title=title).first()


def in_force(day: date) -> Q:
    """Wordings in force on a day, of statutes in force that day."""
    worded = Q(since__lte=day) & (Q(until=None) | Q(until__gt=day))
    alive = Q(statute__repealed_on=None) | Q(statute__repealed_on__gt=day)
    return worded & alive


def articles_on(statute: Statute, day: date) -> QuerySet[Article]:
    """The articles of a statute as they were worded on a day, whether it was repealed or not."""
    rows = Article.objects.filter(statute=statute, since__lte=day)
    return rows.filter(Q(until=None) | Q(until__gt=day)).order_by("number", "branch")


def wording(statute: Statute, place: Place, day: date) -> Article | None:
    """An article as it was worded on a day."""
    rows = articles_on(statute, day).filter(number=place.number, branch=place.branch)
    return rows.select_related("edition").first()


def wordings(statute: Statute, place: Place) -> list[Article]:
    """All wordings of an article, the latest first."""
    rows = Article.objects.filter(statute=statute, number=place.number, branch=place.branch)
    return list(rows.select_related("edition").order_by("-since"))


@dataclass(frozen=True)
class Hit:
    """An article found, as it was worded on the day asked for. changed: it is otherwise today."""

    article: Article
    standing: Standing
    pieces: tuple[tuple[str, bool], ...]
    changed: bool = False


@dataclass(frozen=True)
class Found:
    """What a search found: statutes by title, articles by their text."""

    statutes: list[Statute] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)
    more: bool = False


def words_of(text: str) -> list[str]:
    """The words of a query, at most five; 第四十七条 stays one."""
    return text[:LONGEST_TEXT].split()[:5]


def search(text: str, day: date, today: date, *, level: str = "") -> Found:
    """Statutes and articles in force on a day that hold every word."""
    words = words_of(text)
    statutes = published()
    articles = Article.objects.filter(in_force(day), statute__published=True)
    if level:
        statutes, articles = statutes.filter(level=level), articles.filter(statute__level=level)
    if not words:
        return Found(list(statutes[: MOST * 2]))
    for word in words:
        statutes = holding(statutes, "title", word)
        inside = holding(Article.objects.all(), "text", word).values("pk")
        titled = holding(published(), "title", word).values("pk")
        articles = articles.filter(Q(pk__in=inside) | Q(statute__in=titled))
    # An article has to hold a word itself; all of them in titles would list whole statutes.
    itself = Q()
    for word in words:
        itself |= Q(text__icontains=word)
    rows = articles.filter(itself).select_related("statute", "edition")
    rows = rows.order_by("statute__rank", "statute__title", "number", "branch")[: MOST + 1]
    found = list(rows)
    return Found(
        list(statutes[:20]),
        [hit(row, words, day, today) for row in found[:MOST]],
        len(found) > MOST,
    )


def hit(article: Article, words: Sequence[str], day: date, today: date) -> Hit:
    """An article with its marked words and whether it has changed since the day."""
    statute = article.statute
    ended = article.until is not None and article.until <= today
    gone = statute.repealed_on is not None and statute.repealed_on <= today
    standing = library.standing(article.since, statute.repealed_on, day)
    return Hit(article, standing, tuple(marked(article.text, words)), ended or gone)


def marked(text: str, words: Iterable[str]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is one of the words."""
    pieces, at, rest = [], 0, [word for word in words if word]
    low = text.lower()
    while rest and at < len(text):
        places = [(low.find(word.lower(), at), -len(word)) for word in rest]
        hits = sorted(place for place in places if place[0] >= 0)
        if not hits:
            break
        start, length = hits[0][0], -hits[0][1]
        pieces += [(text[at:start], False), (text[start : start + length], True)]
        at = start + length
    pieces.append((text[at:], False))
    return [piece for piece in pieces if piece[0]]


@dataclass(frozen=True)
class Step:
    """One wording of an article with what it changed against the one before."""

    article: Article
    parts: list[Part]
    first: bool


def history(statute: Statute, place: Place) -> list[Step]:
    """How an article came to be what it is, the latest first."""
    rows = wordings(statute, place)
    older: list[Article | None] = [*rows[1:], None] if rows else []
    return [
        Step(row, library.compared(before.text, row.text) if before else [], before is None)
        for row, before in zip(rows, older, strict=True)
    ]


@dataclass(frozen=True)
class Since:
    """What changed in an article after a day: the wording now, or that it is gone."""

    now: Article | None
    parts: list[Part]
    repealed: bool


def changed_since(article: Article, today: date) -> Since | None:
    """What became of a wording by today; None while it is still in force."""
    gone = article.statute.repealed_on
    if gone is not None and gone <= today:
        return Since(None, [], repealed=True)
    if article.until is None or article.until > today:
        return None
    now = wording(article.statute, article.place, today)
    parts = library.compared(article.text, now.text) if now else []
    return Since(now, parts, repealed=now is None)


def editions(statute: Statute) -> list[Edition]:
    """Published editions, the latest first."""
    rows = Edition.objects.unscoped(EVERYBODYS).filter(statute=statute, stage="published")
    return list(rows.order_by("-in_force_on"))


def notes_on(statutes: Iterable[Statute], day: date) -> dict[int, str]:
    """What the edition of each statute that was in force on a day is called."""
    rows = Edition.objects.unscoped(EVERYBODYS).filter(statute__in=statutes, stage="published")
    rows = rows.filter(in_force_on__lte=day).order_by("in_force_on")
    return dict(rows.values_list("statute_id", "note"))


@dataclass(frozen=True)
class Link:
    """A cited article: what it is called, where it is, how it reads on a day."""

    words: str
    url: str = ""
    text: str = ""
    missing: bool = False


def link(cite: Sequence[object], day: date) -> Link:
    """A cited article as it reads on a day; follows whatever version is in force then."""
    name, place = str(cite[0]), Place(int(str(cite[1])), int(str(cite[2])))
    words = f"《{name}》{place.words}"
    statute = named(name)
    if statute is None:
        return Link(words, missing=True)
    found = wording(statute, place, day)
    gone = statute.repealed_on is not None and statute.repealed_on <= day
    url = reverse("law-article", args=[statute.pk, place.number, place.branch])
    return Link(words, url, found.text if found else "", missing=found is None or gone)


def links(cites: Iterable[Sequence[object]], day: date) -> list[Link]:
    return [link(cite, day) for cite in cites]


def repealed_citations(day: date, cites: Iterable[Sequence[object]]) -> list[Link]:
    """Cited articles that are no longer there, for whoever keeps the text."""
    return [found for found in links(cites, day) if found.missing]
