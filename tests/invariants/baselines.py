"""Whether this run writes the committed baselines anew (`make baselines`) or holds to them."""

import os


def wanted() -> bool:
    return os.environ.get("GONGHUI_BASELINES") == "1"
