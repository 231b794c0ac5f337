"""Keeping the word lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from gonghui.engines.language.models import Word, WordList
from gonghui.engines.language.permissions import EDIT_WORDS
from gonghui.engines.language.queries import words as queries
from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.org.models import Union

LONGEST = 30
MOST_LINES = 5_000
OWN = "the lists of one union are compared with what is put in"


@action("language.words.add", "增加词", EDIT_WORDS, creates=True)
def add(
    union: Union,
    *,
    by: Actor,
    wordlist: str,
    text: str,
    kind: str = "",
    level: str = "",
    sound: bool = False,
    label: str = "",
    note: str = "",
) -> Word:
    """A new word of a union's list."""
    text = _checked(text)
    if _held(union, wordlist).filter(text=text).exists():
        raise Conflict(f"“{text}”已在词表中。", remedy="请查找这个词后修改。", code="word.known")
    made = Word(
        wordlist=wordlist,
        text=text,
        sound=sound,
        note=note,
        changed_at=timezone.now(),
        changed_by=by.name,
        **_facts(wordlist, kind, level, label),
    )
    made.place_at(union)
    made.save()
    queries.forget()
    return made


@action("language.words.change", "修改词", EDIT_WORDS)
def change(
    word: Word,
    *,
    by: Actor,
    kind: str = "",
    level: str = "",
    sound: bool = False,
    label: str = "",
    note: str = "",
) -> Word:
    """Say something else of a word; the word itself stays."""
    for name, value in _facts(word.wordlist, kind, level, label).items():
        setattr(word, name, value)
    word.sound, word.note = sound, note
    return _kept(word, by)


@action("language.words.stop", "停用词", EDIT_WORDS)
def stop(word: Word, *, by: Actor, reason: str) -> Word:
    if not word.active:
        raise Conflict("这个词已经停用。")
    word.active = False
    return _kept(word, by)


@action("language.words.resume", "恢复使用词", EDIT_WORDS)
def resume(word: Word, *, by: Actor) -> Word:
    if word.active:
        raise Conflict("这个词正在使用。")
    word.active = True
    return _kept(word, by)


@action("language.words.import", "批量导入词", EDIT_WORDS, creates=True)
def add_many(union: Union, *, by: Actor, wordlist: str, lines: Sequence[str]) -> int:
    """Lines of a list: a word, then with commas its kind or label, level and remark by their
    Chinese names; all or none. Returns how many are new."""
    if not lines:
        raise Refusal("没有要导入的词。", field="lines")
    if len(lines) > MOST_LINES:
        raise Refusal(f"一次最多导入 {MOST_LINES:,} 行。", field="lines")
    rows = [_parsed(number, line, wordlist) for number, line in enumerate(lines, 1)]
    known = set(_held(union, wordlist).values_list("text", flat=True))
    fresh: dict[str, Word] = {}
    for row in rows:
        if row["text"] in known or row["text"] in fresh:
            continue
        made = Word(wordlist=wordlist, changed_at=timezone.now(), changed_by=by.name, **row)
        made.place_at(union)
        fresh[made.text] = made
    Word.objects.bulk_create(fresh.values(), batch_size=500)
    note(words=len(fresh), lines=len(lines), list=WordList(wordlist).label)
    queries.forget()
    return len(fresh)


def _held(union: Union, wordlist: str) -> Any:
    return Word.objects.unscoped(OWN).filter(union=union, wordlist=wordlist)


def _checked(text: str) -> str:
    text = "".join(text.split())
    if not 1 < len(text) <= LONGEST:
        raise Refusal(
            f"“{text[:LONGEST]}”的长度应为 2 至 {LONGEST} 个字。",
            rule="单个字会误伤大量正常文字",
            field="text",
            code="word.length",
        )
    return text


def _facts(wordlist: str, kind: str, level: str, label: str) -> dict[str, str]:
    if wordlist == WordList.SENSITIVE:
        return {"kind": kind or "other", "level": level or "warn", "label": ""}
    if wordlist == WordList.UNION:
        return {"kind": "", "level": "", "label": label}
    return {"kind": "", "level": "", "label": ""}


def _parsed(number: int, line: str, wordlist: str) -> dict[str, Any]:
    parts = [part.strip() for part in line.replace("，", ",").replace("\t", ",").split(",")]
    try:
        text = _checked(parts[0])
    except Refusal as refusal:
        raise Refusal(
            f"第 {number} 行：{refusal.message}", rule=refusal.rule, field="lines"
        ) from None
    rest = [part for part in parts[1:] if part]
    found: dict[str, Any] = {"text": text, "note": ""}
    named = {
        "kind": dict(_words("kind")),
        "level": dict(_words("level")),
        "label": dict(_words("label")),
    }
    values = {"kind": "", "level": "", "label": ""}
    for part in rest:
        name = next((name for name, words in named.items() if part in words), "")
        if name:
            values[name] = named[name][part]
        else:
            found["note"] = part[:100]
    return {**found, **_facts(wordlist, **values)}


def _words(name: str) -> list[tuple[str, str]]:
    return [(str(words), code) for code, words in Word._meta.get_field(name).choices or ()]


def _kept(word: Word, by: Actor) -> Word:
    word.changed_at, word.changed_by = timezone.now(), by.name
    word.version += 1
    word.save()
    queries.forget()
    return word
