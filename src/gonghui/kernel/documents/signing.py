"""Signing (签章): a PDF signed with the platform's certificate, its fields over the seals."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.generic import IndirectObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import signers
from pyhanko.sign.fields import (
    MDPPerm,
    SigFieldSpec,
    SigSeedSubFilter,
    append_signature_field,
    enumerate_sig_fields,
)
from pyhanko.sign.timestamps import TimestampRequestError
from pyhanko.stamp import StaticStampStyle

from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.documents import timestamps
from gonghui.kernel.documents.authority import authority
from gonghui.kernel.documents.describing import MARK

FIELD = "seal"


def sign(pdf: bytes, *, reason: str = "", place: str = "") -> bytes:
    """The PDF with one signature more (PAdES-B-B, with a timestamp where a service is set).

    Each drawn seal of a document with a check code has a field; every call signs the next one,
    so a document of three organs is signed three times. A document without such seals gets one
    signature that shows nowhere. reason, place: as readers show them. Raises Conflict when all
    fields are signed, Refusal when the timestamp service fails or the PDF cannot be read.
    """
    try:
        return _signed(pdf, reason, place)
    except (TimestampRequestError, OSError):
        raise timestamps.unavailable() from None
    except PdfError:
        raise Refusal("PDF 文件已损坏，不能签章。", code="broken") from None


def _signed(pdf: bytes, reason: str, place: str) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(pdf), strict=False)
    fields = list(enumerate_sig_fields(writer.prev))
    if not fields:
        _add_fields(writer)
        fields = list(enumerate_sig_fields(writer))
    empty = [name for name, value, _field in fields if value is None]
    if not empty:
        raise Conflict("这份文件的印章都已签过。", code="signed")
    first = len(empty) == len(fields)
    known = authority()
    signer = signers.SimpleSigner.load(
        str(known.key), str(known.certificate), ca_chain_files=(str(known.root),)
    )
    assert signer is not None
    meta = signers.PdfSignatureMetadata(
        field_name=min(empty),
        md_algorithm="sha256",
        reason=reason or None,
        location=place or None,
        subfilter=SigSeedSubFilter.PADES,
        certify=first,
        # Further seals are still to come, or nothing may change any more.
        docmdp_permissions=MDPPerm.FILL_FORMS if len(fields) > 1 else MDPPerm.NO_CHANGES,
    )
    pen = signers.PdfSigner(
        meta,
        signer,
        timestamper=timestamps.timestamper(),
        # The seal is drawn on the page itself; the field over it shows nothing of its own.
        stamp_style=StaticStampStyle(border_width=0),
    )
    # The library starts an event loop, which a thread that runs one already does not allow.
    with ThreadPoolExecutor(1) as apart:
        out = apart.submit(pen.sign_pdf, writer).result()
    return bytes(out.getbuffer())


def _add_fields(writer: IncrementalPdfFileWriter) -> None:
    seals = _seals(writer)
    for number, (page, box) in enumerate(seals, 1):
        append_signature_field(
            writer,
            SigFieldSpec(f"{FIELD}-{number:02}", page, box, empty_field_appearance=True),
        )
    if not seals:
        append_signature_field(writer, SigFieldSpec(f"{FIELD}-01"))


def _seals(writer: IncrementalPdfFileWriter) -> list[tuple[int, tuple[int, int, int, int]]]:
    """Page and box (in points) of each drawn seal, in their order."""
    found: list[tuple[int, int, tuple[int, int, int, int]]] = []
    reader = writer.prev
    for index in range(int(reader.root["/Pages"]["/Count"])):
        page: Any = reader.find_page_for_modification(index)[0].get_object()
        for given in page.get("/Annots", ()):
            note: Any = given.get_object() if isinstance(given, IndirectObject) else given
            address = str(note["/A"].get("/URI", "")) if "/A" in note else ""
            _before, mark, number = address.rpartition(MARK)
            if mark and number.isdecimal():
                left, low, right, high = (round(float(one)) for one in note["/Rect"])
                box = (min(left, right), min(low, high), max(left, right), max(low, high))
                found.append((int(number), index, box))
    return [(page, box) for _number, page, box in sorted(found)]
