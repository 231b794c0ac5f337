"""The platform's own certificate authority and the certificate it signs documents with.

Made once and kept beside the sealing keys, in `signing/` of the directory GONGHUI_KEYS: ca.crt and
ca.key (root, 20 years), signer-N.crt and signer-N.key (five years; the highest N signs). PEM, each
file readable by its owner only. Old signer certificates stay: what they signed is still checked.
tsa-*.crt beside them are roots of outside timestamp services the owner trusts.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from gonghui.kernel.base.sealing import DEFAULT_KEYS_DIRECTORY, KEYS_VARIABLE

BITS = 3072
ROOT_YEARS, SIGNER_YEARS = 20, 5
RENEW_BEFORE = timedelta(days=60)
ORGANISATION = "安徽省总工会"
ROOT_NAME = "网上工会平台签章根证书"
SIGNER_NAME = "网上工会平台电子签章"
_SIGNER = re.compile(r"signer-(\d{1,4})\.crt")


class AuthorityBroken(Exception):
    """The folder of the authority is there, but cannot be used."""


@dataclass(frozen=True)
class Authority:
    """Where the certificates lie; `number` is that of the signer in use."""

    folder: Path
    number: int

    @property
    def root(self) -> Path:
        return self.folder / "ca.crt"

    @property
    def certificate(self) -> Path:
        return self.folder / f"signer-{self.number}.crt"

    @property
    def key(self) -> Path:
        return self.folder / f"signer-{self.number}.key"

    def roots(self) -> list[str]:
        """PEM of what verification trusts for signatures."""
        return [self.root.read_text("ascii")]

    def timestamp_roots(self) -> list[str]:
        """PEM of what verification trusts for timestamps."""
        return [path.read_text("ascii") for path in sorted(self.folder.glob("tsa-*.crt"))]

    def until(self) -> datetime:
        """When the signer's certificate ends."""
        found = x509.load_pem_x509_certificate(self.certificate.read_bytes())
        return found.not_valid_after_utc


_folder: Path | None = None


def use_folder(folder: Path | None) -> None:
    """Keep the authority elsewhere in this process; None for where the keys lie."""
    global _folder  # noqa: PLW0603
    _folder = folder


def folder() -> Path:
    """Where the authority lies or will lie."""
    keys = os.environ.get(KEYS_VARIABLE) or DEFAULT_KEYS_DIRECTORY
    return _folder or Path(keys) / "signing"


def authority() -> Authority:
    """The authority of this installation, made at first use.

    Raises AuthorityBroken when its folder lacks a part.
    """
    place = folder()
    if not place.exists():
        _make(place)
    named = [_SIGNER.fullmatch(path.name) for path in place.iterdir()]
    numbers = [int(one[1]) for one in named if one]
    found = Authority(place, max(numbers, default=0))
    if not all(path.exists() for path in (found.root, found.certificate, found.key)):
        raise AuthorityBroken(f"{place} 里的签章证书不完整，请从密钥备份恢复。")
    return found


def renew() -> Authority:
    """Make the next signer certificate; documents are signed with it from now on."""
    known = authority()
    root = x509.load_pem_x509_certificate(known.root.read_bytes())
    key = serialization.load_pem_private_key((known.folder / "ca.key").read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    _write_signer(known.folder, known.number + 1, root, key)
    return authority()


def _make(place: Path) -> None:
    """Make the authority aside and move it into place: of two processes one wins."""
    draft = place.with_name(f".signing.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    name = _name(ROOT_NAME)
    now = datetime.now(UTC)
    root = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * ROOT_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(draft / "ca.crt", root.public_bytes(serialization.Encoding.PEM))
    _write(draft / "ca.key", _private(key))
    _write_signer(draft, 1, root, key)
    try:
        draft.rename(place)
    except OSError:
        shutil.rmtree(draft)
        if not place.exists():
            raise


def _write_signer(
    place: Path, number: int, root: x509.Certificate, root_key: rsa.RSAPrivateKey
) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    now = datetime.now(UTC)
    issuer = x509.SubjectKeyIdentifier.from_public_key(root_key.public_key())
    made = (
        x509.CertificateBuilder()
        .subject_name(_name(SIGNER_NAME))
        .issuer_name(root.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(min(now + timedelta(days=365 * SIGNER_YEARS), root.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage("digital_signature", "content_commitment"), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer), critical=False
        )
        .sign(root_key, hashes.SHA256())
    )
    # The certificate last: whoever finds it finds its key.
    _write(place / f"signer-{number}.key", _private(key))
    _write(place / f"signer-{number}.crt", made.public_bytes(serialization.Encoding.PEM))


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


_USES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
    *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


def _usage(*uses: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{name: name in uses for name in _USES})


def _private(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
