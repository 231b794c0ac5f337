"""Crisis (危机): words of suicide, self-harm, desperate wage claims and threats.

Two nets, for one alone is not enough. Rules (data/crisis_patterns.txt, and variants of the core
words) are certain and readable, but people in need seldom say the words: on texts the rules had
never seen they found a quarter. A linear model of words and characters, learned from our own
crisis texts, finds the oblique ones. Either suffices; the threshold is low on purpose: whoever
was taken for in danger and was not has spoken with a person, nothing more. No text of a machine
ever answers a crisis.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from gonghui.engines.language.rules.evaluating import is_held_out
from gonghui.engines.language.rules.features import LONGEST
from gonghui.engines.language.rules.folding import plain, skeleton
from gonghui.engines.language.rules.logistic import Model, Sample, train
from gonghui.engines.language.rules.reading import DATA, lines, table
from gonghui.engines.language.rules.segmenting import segmenter
from gonghui.engines.language.rules.sensitive import Matcher, Word

KINDS = {
    "suicide": "轻生",
    "self_harm": "自伤",
    "desperate": "极端讨薪",
    "violence": "暴力威胁",
    "unclear": "疑似危机",
}
WHO = (
    "(?:他|她|你|你们|他们|老板|老板娘|厂长|经理|领导|主管|包工头|工头|队长|组长|班长|站长|"
    "那个|这个|这帮|那帮|全家|一家)"
)
HIGH = (
    "(?:楼顶|天台|塔吊|烟囱|高压线|铁塔|桥栏|桥上|大桥|江边|河边|水库边|窗台|阳台|广告牌|"
    "脚手架顶|吊车)"
)
ORDER = ("violence", "desperate", "suicide", "self_harm", "unclear")
"""Which kind names a text that speaks of several."""
CORE = (
    *(
        Word(text, "suicide", "crisis", True)
        for text in ("自杀", "跳楼", "割腕", "不想活", "活不下去", "一了百了")
    ),
    Word("轻生", "suicide", "crisis"),
    Word("想死", "suicide", "crisis"),
    Word("自焚", "desperate", "crisis", True),
    *(Word(text, "violence", "crisis", True) for text in ("同归于尽", "砍死", "杀了他")),
    Word("去死", "violence", "crisis"),
    Word("炸药", "violence", "crisis"),
)
MODEL_FILE = DATA / "crisis_model.json.gz"
SUSPECT = 0.2
"""Probability from which the model alone calls for a person."""
SHORT = 40
"""Signs up to which a text is read as one sentence, as those are that the model is measured on."""
ALONE = 0.5
"""Probability from which one sentence of a longer text calls for a person; a letter has many."""
LEARNED = (1, 2, 6, 7)
"""Batches of data/crisis.csv that are learned from; the others only measure."""
YES, NO = "crisis", "none"


@dataclass(frozen=True)
class Crisis:
    """A text that needs a person now. words: what was found, as written. share: the model's."""

    kind: str
    words: tuple[str, ...] = ()
    share: float = 0.0

    @property
    def title(self) -> str:
        return KINDS[self.kind]


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    found: dict[str, list[str]] = {}
    for line in lines("crisis_patterns.txt"):
        kind, tab, pattern = line.partition("\t")
        if tab and not line.startswith("#"):
            found.setdefault(kind, []).append(pattern)
    groups = {"{WHO}": WHO, "{HIGH}": HIGH}
    made = {}
    for kind, parts in found.items():
        whole = "|".join(parts)
        for name, group in groups.items():
            whole = whole.replace(name, group)
        made[kind] = re.compile(whole)
    return made


@lru_cache(maxsize=1)
def _matcher() -> Matcher:
    return Matcher(CORE)


@lru_cache(maxsize=1)
def builtin() -> Model:
    """The second net as the package brings it."""
    return Model.unpacked(MODEL_FILE.read_bytes())


def by_rules(text: str) -> Crisis | None:
    """What the rules find dangerous; None where they find nothing."""
    patterns = _patterns()
    harmless = patterns["harmless"]
    bare = harmless.sub("〇", skeleton(text).text)
    found: dict[str, list[str]] = {}
    for kind in ORDER:
        if kind in patterns:
            for match in patterns[kind].finditer(bare):
                found.setdefault(kind, []).append(match[0])
    for item in _matcher().find(harmless.sub("〇", plain(text))):
        found.setdefault(item.word.kind, []).append(item.written)
    if not found:
        return None
    kind = next(kind for kind in ORDER if kind in found)
    words = dict.fromkeys(word for words in found.values() for word in words)
    return Crisis(kind, tuple(words)[:8], 1.0)


def detect(text: str, model: Model | None = None) -> Crisis | None:
    """Whether a person has to be reached at once, and why; None for an everyday text.

    The rules read the whole text. The model reads its beginning as one, and of a longer text each
    sentence by itself: one sentence of despair drowns in a letter about wages.
    """
    found = by_rules(text)
    if found is not None:
        return found
    chosen = model or builtin()
    whole = _heard(text[:LONGEST], chosen, SUSPECT)
    if whole is not None or len(text) <= SHORT:
        return whole
    return next(
        (found for part in _sentences(text) if (found := _heard(part, chosen, ALONE))), None
    )


def _heard(text: str, model: Model, least: float) -> Crisis | None:
    counts = features(text)
    share = dict(model.probabilities(counts))[YES]
    if share < least:
        return None
    reasons = [name[1:] for name, _ in model.reasons(counts, YES) if len(name) > 2]
    return Crisis("unclear", tuple(reasons[:4]), share)


def _sentences(text: str) -> Iterator[str]:
    """The sentences of a text; of one without an end, overlapping pieces."""
    for sentence in re.split(r"[。！？!?；;\n]+", text):
        for start in range(0, max(1, len(sentence) - SHORT // 2), SHORT // 2):
            part = sentence[start : start + SHORT].strip()
            if len(part) > 4:
                yield part


def features(text: str) -> Counter[str]:
    """Words, characters and pairs of characters: despair is in the small words."""
    bare = skeleton(text).text
    found = Counter(f"w{word}" for word in segmenter().cut(text))
    found.update(f"1{sign}" for sign in bare)
    found.update(f"2{bare[at : at + 2]}" for at in range(len(bare) - 1))
    return found


def for_training() -> list[Sample]:
    """Crisis texts of the learned batches against their look-alikes and everyday texts."""
    rows = [row for row in table("crisis.csv") if int(row["batch"]) in LEARNED]
    dangerous = [row["text"] for row in rows if row["kind"] != NO]
    harmless = [row["text"] for row in rows if row["kind"] == NO]
    known = set(dangerous)
    for row in table("labelled.csv"):
        if row["text"] in known:
            continue
        if row["label"] == "mind" and by_rules(row["text"]):
            dangerous.append(row["text"])
        elif not is_held_out(row["text"]) and not by_rules(row["text"]):
            harmless.append(row["text"])
    return [
        *(Sample(YES, features(text)) for text in dangerous),
        *(Sample(NO, features(text)) for text in harmless),
    ]


def trained() -> Model:
    """The second net, learned anew; some seconds of one core."""
    return train(for_training(), calibrated=False)


@dataclass(frozen=True)
class Figures:
    """recall: share of crisis texts found; alarms: share of harmless texts taken for one."""

    texts: int
    recall: float
    recall_by_rules: float
    harmless: int
    alarms: float


def measured(batches: Iterable[int], model: Model | None = None) -> Figures:
    """The figures on batches of data/crisis.csv."""
    return _figures(*_of_batches(batches), model)


def measured_in_letters(batches: Iterable[int], model: Model | None = None) -> Figures:
    """The figures where each text of the batches stands in the middle of a letter of six everyday
    sentences; harmless: such letters without one."""
    rows = [row for row in table("labelled.csv") if is_held_out(row["text"])]
    everyday = [row["text"].rstrip("。") for row in rows if row["label"] != "mind"]
    letters = [everyday[start : start + 6] for start in range(0, len(everyday) - 5, 6)]
    dangerous, _ = _of_batches(batches)
    within = [
        "。".join([*letters[at % len(letters)][:3], text, *letters[at % len(letters)][3:]])
        for at, text in enumerate(dangerous)
    ]
    return _figures(within, ["。".join(letter) for letter in letters], model)


def _of_batches(batches: Iterable[int]) -> tuple[list[str], list[str]]:
    chosen = set(batches)
    rows = [row for row in table("crisis.csv") if int(row["batch"]) in chosen]
    dangerous = [row["text"] for row in rows if row["kind"] != NO]
    return dangerous, [row["text"] for row in rows if row["kind"] == NO]


def _figures(dangerous: list[str], harmless: list[str], model: Model | None) -> Figures:
    return Figures(
        len(dangerous),
        sum(detect(text, model) is not None for text in dangerous) / len(dangerous),
        sum(by_rules(text) is not None for text in dangerous) / len(dangerous),
        len(harmless),
        sum(detect(text, model) is not None for text in harmless) / len(harmless),
    )


def everyday_alarms(model: Model | None = None) -> tuple[int, float]:
    """(texts, share taken for a crisis) of the held-out everyday texts of the labelled set."""
    rows = [row for row in table("labelled.csv") if is_held_out(row["text"])]
    return _alarms(rows, model)


def apart_alarms(model: Model | None = None) -> tuple[int, float]:
    """The same of everyday texts written apart from the set."""
    return _alarms([*table("unseen.csv"), *table("frozen.csv")], model)


def _alarms(rows: Iterable[Mapping[str, str]], model: Model | None) -> tuple[int, float]:
    texts = [row["text"] for row in rows if row["label"] != "mind"]
    return len(texts), sum(detect(text, model) is not None for text in texts) / len(texts)
