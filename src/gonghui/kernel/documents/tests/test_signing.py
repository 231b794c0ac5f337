"""Signing and checking: whole files pass, one flipped bit does not, nobody else's is ours."""

from __future__ import annotations

import io
import random
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.documents import authority, signing, timestamps, verifying
from gonghui.kernel.documents.content import Seal
from gonghui.kernel.documents.rendering import render
from gonghui.kernel.documents.signing import sign
from gonghui.kernel.documents.tests import samples
from gonghui.kernel.documents.tests.tampering import tampered
from gonghui.kernel.documents.verifying import State, verify
from gonghui.kernel.files.purposes import Purpose
from gonghui.kernel.files.storing import store
from gonghui.kernel.files.types import PDF


@pytest.fixture(scope="module")
def unsigned() -> bytes:
    return render(samples.official())


@pytest.fixture(scope="module")
def signed(test_keyring, unsigned) -> bytes:
    return sign(unsigned, reason="发文", place="合肥")


def test_signed_is_valid_and_tells_by_whom(signed):
    verdict = verify(signed)
    assert verdict and verdict.state == State.VALID
    (one,) = verdict.signatures
    assert (one.signer, one.reason, one.place) == (authority.SIGNER_NAME, "发文", "合肥")
    assert abs(datetime.now(UTC) - one.at) < timedelta(hours=1)
    assert not one.stamped


def test_unsigned_and_nonsense(unsigned):
    assert verify(unsigned).state == State.UNSIGNED
    assert verify(b"").state == State.BROKEN
    assert verify(b"%PDF-1.7\nnonsense").state == State.BROKEN
    assert verify(unsigned[:2000]).state == State.BROKEN


def test_any_flipped_bit_is_found(signed):
    pick = random.Random(4)
    for _ in range(2):
        changed = bytearray(signed)
        place = pick.randrange(len(signed))
        changed[place] ^= 1 << pick.randrange(8)
        assert not verify(bytes(changed)), place


def test_every_way_to_alter_a_signed_file_is_found(signed, unsigned):
    for name, changed in tampered(signed, other=sign(unsigned, reason="另一份")).items():
        verdict = verify(changed)
        assert verdict.state in (State.TAMPERED, State.BROKEN), (name, verdict)
    # What the platform sent out before it was signed passes for no original either.
    assert verify(unsigned).state == State.UNSIGNED


def test_seals_of_several_organs_are_signed_one_by_one():
    organs = ("安徽省总工会", "安徽省工商业联合会")
    pdf = render(samples.official(organs=organs, seals=tuple(map(Seal, organs))))
    once = sign(pdf)
    twice = sign(once)
    assert [len(verify(one).signatures) for one in (once, twice)] == [1, 2]
    assert verify(once) and verify(twice)
    with pytest.raises(Conflict, match="都已签过"):
        sign(twice)


def test_the_field_lies_over_the_seal(signed):
    from pyhanko.pdf_utils.reader import PdfFileReader

    (found,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    left, low, right, high = (float(one) for one in found.sig_field["/Rect"])
    # 42 mm across, in pt.
    assert right - left == pytest.approx(119, abs=2) == high - low


def test_another_authority_s_signature_is_foreign(unsigned, tmp_path):
    own = authority.folder()
    authority.use_folder(tmp_path / "other")
    try:
        elsewhere = sign(unsigned)
        assert verify(elsewhere)
    finally:
        authority.use_folder(own)
    verdict = verify(elsewhere)
    assert verdict.state == State.FOREIGN and not verdict.signatures[0].ours


def test_keys_are_their_owner_s_and_renewal_keeps_old_signatures(signed, unsigned, tmp_path):
    own = authority.folder()
    assert all(path.stat().st_mode & 0o077 == 0 for path in own.iterdir())
    authority.use_folder(tmp_path / "fresh")
    try:
        before = sign(unsigned)
        assert authority.renew().number == 2
        after = sign(unsigned)
        assert verify(before) and verify(after)
        certificate = x509.load_pem_x509_certificate(authority.authority().certificate.read_bytes())
        assert certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=1700)
        (tmp_path / "fresh" / "ca.crt").unlink()
        with pytest.raises(authority.AuthorityBroken, match="不完整"):
            sign(unsigned)
    finally:
        authority.use_folder(own)


def test_timestamp_from_a_service(unsigned, monkeypatch, tmp_path):
    """The seam: a timestamp is embedded, and believed when its root is among ours."""
    _service(tmp_path)
    own = authority.authority()
    stamped = sign(unsigned)
    assert verify(stamped) and not verify(stamped).signatures[0].stamped
    trusted = own.folder / "tsa-test.crt"
    trusted.write_text((tmp_path / "tsa.crt").read_text())
    try:
        assert verify(stamped).signatures[0].stamped
    finally:
        trusted.unlink()
        timestamps.use_maker(None)


def _service(folder) -> None:
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "时间戳服务")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=9))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "tsa.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "tsa.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    certificate = load_cert_from_pemder(str(folder / "tsa.crt"))
    store_of = SimpleCertificateStore()
    store_of.register(certificate)
    timestamps.use_maker(
        lambda: DummyTimeStamper(
            tsa_cert=certificate,
            tsa_key=load_private_key_from_pemder(str(folder / "tsa.key"), None),
            certs_to_embed=store_of,
        )
    )


def test_a_timestamp_service_that_fails_stops_the_signature(unsigned):
    class Away(DummyTimeStamper):
        def __init__(self) -> None:
            super(DummyTimeStamper, self).__init__()

        async def async_request_tsa_response(self, req):
            raise OSError("away")

    timestamps.use_maker(Away)
    try:
        with pytest.raises(Refusal, match="时间戳服务没有正常应答"):
            sign(unsigned)
    finally:
        timestamps.use_maker(None)


def test_a_file_that_never_ends_counts_as_broken(monkeypatch, signed):
    monkeypatch.setattr(verifying, "SECONDS", 0)
    assert verify(signed).state == State.BROKEN


def test_too_big_is_refused(monkeypatch):
    monkeypatch.setattr(verifying, "LARGEST", 10)
    with pytest.raises(Refusal, match="不能核验"):
        verify(b"x" * 11)


def test_nothing_is_signed_into_a_broken_pdf():
    with pytest.raises(Refusal, match="已损坏"):
        sign(b"%PDF-1.7 nonsense")


PAPERS = Purpose("documents.tests", "材料", (PDF,), 10_000_000)


def test_altered_files_are_refused_on_arrival(db, signed, unsigned):
    for content in (signed, unsigned):
        assert store(io.BytesIO(content), purpose=PAPERS, name="文件.pdf", uploaded_by_id=1)
    altered = io.BytesIO(tampered(signed)["a revision added"])
    with pytest.raises(Refusal, match="签章后被改动") as refused:
        store(altered, purpose=PAPERS, name="文件.pdf", uploaded_by_id=1)
    assert refused.value.code == "tampered"


def test_fields_are_named_so_that_their_order_is_that_of_the_seals():
    assert f"{signing.FIELD}-{2:02}" < f"{signing.FIELD}-{10:02}"
