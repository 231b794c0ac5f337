"""Texts that come in are offered in order, to each once; a code is taken once."""

from datetime import UTC, datetime

import pytest

from gonghui.kernel.notify import replies, variants
from gonghui.kernel.notify.replies import Reply, Taken

TEXT = Reply("k", "13812345678", "满意", "106", datetime(2026, 11, 20, tzinfo=UTC))


@pytest.fixture
def codes():
    used = ["test-a", "test-b"]
    yield used
    for code in used:
        replies.forget(code)


def test_the_first_in_order_that_wants_a_text_has_it(codes):
    asked = []

    def late(reply):
        asked.append("late")
        return Taken("case")

    def early(reply):
        asked.append("early")
        return Taken("survey", "谢谢") if reply.text == "满意" else None

    replies.register("test-a", "来件", late, order=-1)
    replies.register("test-b", "调查", early, order=-2)
    taker, taken = replies.offer(TEXT)
    assert (taker.code, taken.answer, asked) == ("test-b", "谢谢", ["early"])


def test_a_code_is_registered_once(codes):
    replies.register("test-a", "来件", lambda reply: None)
    with pytest.raises(ValueError, match="twice"):
        replies.register("test-a", "来件", lambda reply: None)
    replies.register_watch("test-a", lambda text: "")
    with pytest.raises(ValueError, match="twice"):
        replies.register_watch("test-a", lambda text: "")


def test_a_person_turns_a_text_over_in_order(codes):
    replies.register_turn("test-a", "来件", lambda reply: Taken("case"), order=-1)
    replies.register_turn("test-b", "调查", lambda reply: Taken("survey"), order=-2)
    assert [taker.code for taker in replies.turns()][:2] == ["test-b", "test-a"]
    with pytest.raises(ValueError, match="twice"):
        replies.register_turn("test-a", "来件", lambda reply: Taken("case"))
    assert "test-a" not in {taker.code for taker in replies.takers()}


def test_variants_of_a_word_are_those_somebody_knows(monkeypatch):
    monkeypatch.setattr(variants, "_hooks", {})
    assert variants.of("赌博") == []
    variants.register("test-variants", lambda word: [word, "du bo", "du bo"])
    assert variants.of("赌博") == ["du bo"]
    with pytest.raises(ValueError, match="twice"):
        variants.register("test-variants", lambda word: [])
    variants.forget("test-variants")
    assert variants.of("赌博") == []
