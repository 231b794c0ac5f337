"""Chinese faces for documents: brought once from Debian where the machine has none.

As root the package is installed, as a plain user it is unpacked under var/debian. Without a
network the platform starts all the same; only documents cannot be set, and it says so.
"""

from __future__ import annotations

import sys
from pathlib import Path

from debian_packages import FOLDER, UNPACKED, Unavailable, bring

PACKAGE = "fonts-noto-cjk"
PLACES = (FOLDER.parent / "fonts", UNPACKED / "usr/share/fonts", Path("/usr/share/fonts"))
# Text and headings: without the serif face there is no 仿宋 or 小标宋 to stand in for.
NEEDED = "NotoSerifCJK-Regular.ttc"


def main() -> int:
    """Bring what is missing; always 0, since everything but printing works without."""
    if any(next(place.rglob(NEEDED), None) for place in PLACES if place.is_dir()):
        return 0
    print("准备中文字体（排版公文和证书用，首次约需下载 60 MB）……", flush=True)
    try:
        bring([PACKAGE])
    except (Unavailable, OSError) as trouble:
        print(f"没有取得中文字体，公文、证书和表单暂时不能排版，其余功能不受影响。\n{trouble}")
        print(f"以后可执行 apt-get install {PACKAGE}，或把字体文件放到 {PLACES[0]}。")
        return 0
    print("中文字体已就绪。", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
