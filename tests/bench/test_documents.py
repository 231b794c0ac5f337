"""Printing and signing one document: the whole path beside the bare compiler.

No database: what is measured is a process a document, its faces, and the compiler itself.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time

import pytest

from gonghui.kernel.documents import fonts, timestamps
from gonghui.kernel.documents.content import Document, Kind
from gonghui.kernel.documents.describing import described
from gonghui.kernel.documents.rendering import installed_families, render
from gonghui.kernel.documents.signing import sign
from gonghui.kernel.documents.tests import samples
from gonghui.kernel.documents.typesetter import LAYOUTS
from gonghui.kernel.documents.verifying import verify
from tests.bench.conftest import Report, best

DOCUMENTS = {
    "official document of two pages as PDF": samples.official(),
    "official letter as PDF": samples.official(kind=Kind.LETTER, attachments=()),
    "certificate as PDF": samples.certificate(),
}


# A compiler that set the same page before remembers it, so each floor has a process of its own.
BARE = """
import json, sys, time, typst
job = json.load(sys.stdin)
faces = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False,
    font_paths=job["faces"])
began = time.process_time()
typst.compile(job["layout"], root=job["root"], font_paths=faces, format="pdf",
    sys_inputs={"data": job["data"]}, pdf_standards=["a-2b"])
print(time.process_time() - began)
"""


def children() -> float:
    """Seconds of CPU the processes started from here have taken."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def bare(document: Document) -> float:
    """Milliseconds of CPU of the compiler alone, its faces loaded before."""
    layout, data = described(document)
    data["faces"] = fonts.families(installed_families())
    job = {
        "faces": fonts.folders(),
        "layout": str(LAYOUTS / f"{layout}.typ"),
        "root": str(LAYOUTS),
        "data": json.dumps(data, ensure_ascii=False),
    }
    done = subprocess.run(
        [sys.executable, "-c", BARE],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout) * 1000


@pytest.mark.parametrize("name", DOCUMENTS)
def test_printing(report: Report, name: str) -> None:
    document = DOCUMENTS[name]
    figure = best(lambda: render(document), 5, children)
    report.add(f"{name}: CPU", figure, min(bare(document) for _ in range(5)), "")
    assert render(document).startswith(b"%PDF-")


def test_signing_and_checking(report: Report, test_keyring: object) -> None:
    pdf = render(DOCUMENTS["certificate as PDF"])
    timestamps.use_maker(lambda: None)
    try:
        signed = sign(pdf)
        signing = best(lambda: sign(pdf), 5, time.process_time)
    finally:
        timestamps.use_maker(None)
    checking = best(lambda: verify(signed), 5, children)
    report.add("checking a signed PDF: CPU (floor: signing one)", checking, signing, "")
    assert verify(signed)
