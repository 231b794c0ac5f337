"""The checking program: one PDF from the standard input, what its signatures say to the output.

A process of its own with bounded time and memory, since the files come from anybody. Input: a line
of JSON {roots, timestamp_roots: lists of PEM, seconds, megabytes}, then the PDF. Output: JSON
{signatures: […]} or {broken: reason}.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from asn1crypto import pem, x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509 import load_der_x509_certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

MOST_SIGNATURES = 20


def limit(seconds: int, megabytes: int) -> None:
    """Bound this process."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20,) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def certificates(texts: list[str]) -> list[x509.Certificate]:
    """Certificates of PEM texts."""
    return [x509.Certificate.load(pem.unarmor(text.encode())[2]) for text in texts]


def trusting(roots: list[x509.Certificate], moment: datetime) -> ValidationContext:
    """What is trusted at a moment; nothing is fetched."""
    return ValidationContext(
        trust_roots=roots, allow_fetching=False, moment=moment, revocation_mode="soft-fail"
    )


def issued_by(certificate: x509.Certificate, root: x509.Certificate) -> bool:
    """Whether the root's key signed the certificate; equal names alone say nothing."""
    try:
        given = load_der_x509_certificate(certificate.dump())
        given.verify_directly_issued_by(load_der_x509_certificate(root.dump()))
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def told(embedded: Any, job: dict[str, Any], last: bool) -> dict[str, Any]:
    """What one signature says."""
    roots = certificates(job["roots"])
    now = datetime.now(UTC)
    claimed = embedded.self_reported_timestamp
    # A certificate of ours that has ended since still speaks for what it signed in its time.
    moment = min(claimed.astimezone(UTC), now) if claimed else now
    stamps = certificates(job["timestamp_roots"])
    status = validate_pdf_signature(
        embedded, trusting(roots, moment), trusting(stamps or roots, now) if stamps else None
    )
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    later = status.modification_level in (
        ModificationLevel.LTA_UPDATES,
        ModificationLevel.FORM_FILLING,
    )
    stamp = status.timestamp_validity
    return {
        "intact": bool(status.intact and status.valid and (whole or (not last and later))),
        "permitted": status.docmdp_ok is not False,
        "trusted": bool(status.trusted),
        "ours": any(issued_by(embedded.signer_cert, root) for root in roots),
        "signer": embedded.signer_cert.subject.native.get("common_name", ""),
        "at": claimed.isoformat() if claimed else "",
        "reason": str(embedded.sig_object.get("/Reason", "")),
        "place": str(embedded.sig_object.get("/Location", "")),
        "stamped": bool(stamp is not None and stamp.valid and stamp.intact and stamp.trusted),
    }


def main() -> int:
    """Check one PDF."""
    logging.disable(logging.CRITICAL)
    job = json.loads(sys.stdin.buffer.readline())
    limit(job["seconds"], job["megabytes"])
    try:
        reader = PdfFileReader(BytesIO(sys.stdin.buffer.read()), strict=False)
        found = list(reader.embedded_signatures)[:MOST_SIGNATURES]
        signatures = [told(one, job, one is found[-1]) for one in found]
        answer: dict[str, Any] = {"signatures": signatures}
    except Exception as trouble:
        # Whatever a stranger's file breaks, the answer is that it cannot be read.
        answer = {"broken": f"{type(trouble).__name__}: {trouble}"[:300]}
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
