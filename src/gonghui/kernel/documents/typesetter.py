"""The typesetting program: one job from the standard input, its pages to the standard output.

A process of its own, so that a document that never ends is cut off and a crash harms nobody. It
sees the layouts and the faces of the job, no settings and no database. Input: JSON {layout, data,
faces: folders, format: pdf|png, ppi, now: seconds}. Output: the PDF, or each PNG with its length
(four bytes, big-endian) before it. On failure the exit code is 2 and the reason is on the
standard error. Limits of time and memory are those of the job.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

import typst

LAYOUTS = Path(__file__).resolve().parent / "layouts"


def limit(seconds: int, megabytes: int) -> None:
    """Bound this process: seconds of CPU, megabytes of address space, no files written."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20,) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> int:
    """Set one job."""
    job = json.loads(sys.stdin.buffer.read())
    limit(job["seconds"], job["megabytes"])
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=job["faces"]
    )
    if job["format"] == "families":
        sys.stdout.write(json.dumps(fonts.families()))
        return 0
    options = {"ppi": job["ppi"]} if job["format"] == "png" else {"pdf_standards": ["a-2b"]}
    try:
        made = typst.compile(
            str(LAYOUTS / f"{job['layout']}.typ"),
            root=str(LAYOUTS),
            font_paths=fonts,
            format=job["format"],
            sys_inputs={"data": json.dumps(job["data"], ensure_ascii=False)},
            # Nowhere: the layouts need no packages, and none is ever fetched.
            package_path=str(LAYOUTS / "none"),
            package_cache_path=str(LAYOUTS / "none"),
            timestamp=job["now"],
            **options,
        )
    except typst.TypstError as trouble:
        print(trouble.message, *trouble.hints, trouble.diagnostic, sep="\n", file=sys.stderr)
        return 2
    pages = made if isinstance(made, list) else [made]
    for page in pages:
        if job["format"] == "png":
            sys.stdout.buffer.write(len(page).to_bytes(4, "big"))
        sys.stdout.buffer.write(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
