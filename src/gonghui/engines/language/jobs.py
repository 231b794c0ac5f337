"""What happens by itself: frequencies of keys are counted."""

from __future__ import annotations

from gonghui.engines.language.actions.recording import count_keys
from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job

TURNS = 50


@every(600)
@job("language.frequencies", "相似文本特征计数", retry=3, once=True)
def frequencies() -> int:
    """Count the keys of new entries; returns the rows touched."""
    done = 0
    for _ in range(TURNS):
        touched = count_keys()
        done += touched
        if not touched:
            break
    return done
