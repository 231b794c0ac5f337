"""Signed PDFs altered in the ways a forger would try."""

from __future__ import annotations

import io
import re

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

_RANGE = re.compile(rb"/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


def tampered(pdf: bytes, other: bytes | None = None) -> dict[str, bytes]:
    """Altered copies of a signed PDF by what was done; other: one whose signature is taken."""
    found = {
        "one byte": _one_byte(pdf),
        "a revision added": _revised(pdf, _language),
        "a page changed": _revised(pdf, _page),
        "a page added": _revised(pdf, _further_page),
        "cut off": pdf[:-200],
    }
    if other is not None:
        found["signature swapped"] = _swapped(pdf, other)
    return found


def _one_byte(pdf: bytes) -> bytes:
    changed = bytearray(pdf)
    changed[pdf.index(b"stream") + 40] ^= 1
    return bytes(changed)


def _revised(pdf: bytes, change) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(pdf)
    return out.getvalue()


def _language(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/Lang"] = generic.TextStringObject("en")
    writer.update_root()


def _page(writer: IncrementalPdfFileWriter) -> None:
    reference, _resources = writer.find_page_for_modification(0)
    stream = generic.StreamObject(stream_data=b"1 0 0 rg 100 100 200 200 re f")
    page = reference.get_object()
    page[pdf_name("/Contents")] = writer.add_object(stream)
    writer.mark_update(reference)


def _further_page(writer: IncrementalPdfFileWriter) -> None:
    pages = writer.root["/Pages"]
    page = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Page"),
            pdf_name("/Parent"): writer.root.raw_get("/Pages"),
            pdf_name("/MediaBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 595, 842))),
            pdf_name("/Resources"): generic.DictionaryObject(),
        }
    )
    pages["/Kids"].append(writer.add_object(page))
    pages[pdf_name("/Count")] = generic.NumberObject(int(pages["/Count"]) + 1)
    writer.mark_update(writer.root.raw_get("/Pages"))
    writer.update_container(pages["/Kids"])


def _signature(pdf: bytes) -> tuple[int, int]:
    """Where the hex of the signature begins and ends, its brackets included."""
    found = _RANGE.search(pdf)
    assert found is not None
    return int(found[1]), int(found[2])


def _swapped(pdf: bytes, other: bytes) -> bytes:
    """The document of one with the signature of the other."""
    (begin, end), (from_, to) = _signature(pdf), _signature(other)
    given = other[from_ + 1 : to - 1]
    room = end - begin - 2
    assert len(given) <= room or not given[room:].strip(b"0")
    return pdf[: begin + 1] + given[:room].ljust(room, b"0") + pdf[end - 1 :]
