"""The part of the vendored stylesheet workers' pages load: small, and whole for what they use."""

from __future__ import annotations

import re

from gonghui.kernel.ui import styles

SHEET = """@charset "UTF-8";:root{--a:1px;--b:var(--a);--c:url("x;}y");--d:2px}
body,.gone{margin:0}.btn:not(.gone),.btn .gone,.w\\:3{color:var(--d)}
@media (min-width:1px){.gone{top:0}@supports (top:0){.btn,.gone{top:0}}}
@keyframes turn{to{top:0}}@keyframes idle{to{top:0}}.icon{animation:turn 1s}
@font-face{font-family:x}/* } */"""


def test_rules_stay_whose_classes_are_all_named() -> None:
    got = styles.part(SHEET, {"btn", "icon"})
    assert "body{margin:0}" in got and ".btn:not(.gone){color" in got
    assert ".btn .gone" not in got and "w\\:3" not in got
    assert "@media (min-width:1px){@supports (top:0){.btn{top:0}}}" in got
    assert "turn" in got and "idle" not in got and "@font-face{font-family:x}" in got
    assert styles.classes(got) == {"btn", "icon", "gone"}


def test_properties_nobody_reads_are_dropped_with_what_only_they_read() -> None:
    assert styles.lean(SHEET, set()).startswith('@charset "UTF-8";:root{--d:2px}')
    assert "--a:1px;--b:var(--a);" in styles.lean(SHEET, {"--b"})
    assert '--c:url("x;}y");' in styles.lean(SHEET, {"--c"})


def test_the_part_holds_every_class_a_template_uses() -> None:
    known = styles.classes(styles.WHOLE.read_text("utf-8"))
    used = set()
    for path in styles.sources():
        for value in re.findall(r'class="([^"]*)"', path.read_text("utf-8")):
            used |= set(re.sub(r"\{[{%].*?[%}]\}", " ", value).split())
    held = styles.classes(styles.PART.read_text("utf-8"))
    assert used & known - held == set(), "run build_hall_style"
    assert {"btn", "btn-primary", "form-control", "visually-hidden"} <= held


def test_the_part_is_an_eighth_of_the_whole() -> None:
    assert styles.PART.stat().st_size * 8 < styles.WHOLE.stat().st_size
