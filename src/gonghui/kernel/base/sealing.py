"""Sealing of personal data (个人信息加密): SM4-GCM texts and keyed SM3 blind indexes.

SM4 is GB/T 32907-2016, SM3 GB/T 32905-2016, GCM NIST SP 800-38D, HMAC RFC 2104.

A sealed blob is `key id (1 byte) | nonce (12) | ciphertext | tag (16)`. The caller's context,
"<table>.<column>", is authenticated with it, so a blob moved to another column does not open.
Blobs do not know their row: a copy between two rows of one column opens; the audit finds that.
The length of the text is not hidden.

Keys live in a directory, one file each, readable by the owner only: `seal-<n>.key` (16 bytes as
hex, n from 1 to 255) and `index-<n>.key` (32 bytes as hex). The highest number is active, the
others still open and find. Every node needs a new key before the first node seals with it.
Nonces are random: change the sealing key well before 2**32 seals.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEYS_VARIABLE = "GONGHUI_KEYS"
DEFAULT_KEYS_DIRECTORY = Path("var/secrets/keys")

SEAL_KEY_SIZE = 16
INDEX_KEY_SIZE = 32
NONCE_SIZE = 12
TAG_SIZE = 16
INDEX_SIZE = 32
OVERHEAD = 1 + NONCE_SIZE + TAG_SIZE

_KEY_FILE = re.compile(r"(seal|index)-([1-9][0-9]{0,2})\.key")
_KEY_SIZES = {"seal": SEAL_KEY_SIZE, "index": INDEX_KEY_SIZE}
_HIGHEST_ID = 255


class SealingError(Exception):
    """A key is missing or unsafe, or a blob does not open: forged, moved or of an unknown key."""


def normalise_for_index(value: str) -> str:
    """Return the form under which equal values are found.

    NFKC (full-width to half-width), no blanks, upper case.
    """
    if not value.isascii():
        value = unicodedata.normalize("NFKC", value)
    return "".join(value.split()).upper()


class Keyring:
    """The sealing and index keys of one installation.

    seal_keys: key id (1-255) to 16 bytes. index_keys: number (1-255) to 32 bytes. The highest
    of each is active. Raises SealingError for missing keys and wrong sizes.
    """

    def __init__(self, seal_keys: Mapping[int, bytes], index_keys: Mapping[int, bytes]) -> None:
        for kind, keys in (("seal", seal_keys), ("index", index_keys)):
            if not keys:
                raise SealingError(f"the key ring has no {kind} key")
            for number, key in keys.items():
                if not 1 <= number <= _HIGHEST_ID:
                    raise SealingError(f"{kind} key number {number} is not in 1..{_HIGHEST_ID}")
                if len(key) != _KEY_SIZES[kind]:
                    raise SealingError(f"{kind} key {number} is not {_KEY_SIZES[kind]} bytes long")
        self._seal_keys = dict(seal_keys)
        self._index_keys = dict(index_keys)
        self._prepare()

    def _prepare(self) -> None:
        self.active_id = max(self._seal_keys)
        self._ciphers = {number: algorithms.SM4(key) for number, key in self._seal_keys.items()}
        self._index_order = sorted(self._index_keys, reverse=True)
        self._index_states: dict[tuple[int, str], hmac.HMAC] = {}

    def __repr__(self) -> str:
        return f"<Keyring seal={sorted(self._seal_keys)} index={sorted(self._index_keys)}>"

    # Prepared cipher and HMAC states cannot be pickled; keys can, for worker processes.
    def __getstate__(self) -> dict[str, Any]:
        return {"_seal_keys": self._seal_keys, "_index_keys": self._index_keys}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._prepare()

    @classmethod
    def load(cls, directory: str | os.PathLike[str]) -> Keyring:
        """Read all key files of a directory.

        Raises SealingError when the directory or a kind of key is missing, when a key file may
        be read by anyone but its owner, or when its content is not a key.
        """
        folder = Path(directory)
        if not folder.is_dir():
            raise SealingError(f"there is no key directory {folder}")
        keys: dict[str, dict[int, bytes]] = {"seal": {}, "index": {}}
        for path in sorted(folder.iterdir()):
            match = _KEY_FILE.fullmatch(path.name)
            if match:
                keys[match[1]][int(match[2])] = _read_key(path)
        return cls(keys["seal"], keys["index"])

    @classmethod
    def generate(cls, directory: str | os.PathLike[str]) -> Keyring:
        """Write the first sealing and index key into a directory and load it.

        Raises SealingError when the directory already holds keys: overwriting one would lose
        everything sealed under it.
        """
        folder = Path(directory)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(_KEY_FILE.fullmatch(path.name) for path in folder.iterdir()):
            raise SealingError(f"{folder} already holds keys")
        for kind in _KEY_SIZES:
            _write_key(folder, kind, 1)
        return cls.load(folder)

    @staticmethod
    def add_key(directory: str | os.PathLike[str], kind: str) -> int:
        """Write a new key, active from the next load on, and return its number.

        kind is "seal" (afterwards reseal every blob) or "index" (afterwards rebuild every
        index). Raises SealingError when the numbers are used up.
        """
        folder = Path(directory)
        matches = (_KEY_FILE.fullmatch(path.name) for path in folder.iterdir())
        number = max((int(m[2]) for m in matches if m and m[1] == kind), default=0) + 1
        if number > _HIGHEST_ID:
            raise SealingError(f"all {_HIGHEST_ID} {kind} key numbers are used")
        _write_key(folder, kind, number)
        return number

    def seal(self, text: str, *, context: str) -> bytes:
        """Return the sealed blob of a text, len(UTF-8) + 29 bytes, different each time."""
        return _seal(
            bytes((self.active_id,)),
            self._ciphers[self.active_id],
            os.urandom(NONCE_SIZE),
            text.encode(),
            context.encode(),
        )

    def seal_many(self, texts: Iterable[str | None], *, context: str) -> list[bytes | None]:
        """Seal many texts in order; None stays None."""
        prefix, cipher = bytes((self.active_id,)), self._ciphers[self.active_id]
        bound, urandom = context.encode(), os.urandom
        return [
            None
            if text is None
            else _seal(prefix, cipher, urandom(NONCE_SIZE), text.encode(), bound)
            for text in texts
        ]

    def open(self, blob: bytes, *, context: str) -> str:
        """Return the text of a sealed blob.

        Raises SealingError when the blob is too short, of an unknown key, altered, or sealed
        for another context.
        """
        blob = bytes(blob)
        if len(blob) < OVERHEAD:
            raise SealingError("the sealed blob is too short")
        cipher = self._ciphers.get(blob[0])
        if cipher is None:
            raise SealingError(f"the sealed blob needs key {blob[0]}, which is not in the ring")
        nonce, tag = blob[1 : 1 + NONCE_SIZE], blob[-TAG_SIZE:]
        opener = Cipher(cipher, modes.GCM(nonce, tag)).decryptor()
        opener.authenticate_additional_data(context.encode())
        try:
            return (opener.update(blob[1 + NONCE_SIZE : -TAG_SIZE]) + opener.finalize()).decode()
        except InvalidTag:
            raise SealingError(
                f"the sealed blob is altered or does not belong to {context}"
            ) from None

    def open_many(self, blobs: Iterable[bytes | None], *, context: str) -> list[str | None]:
        """Open many blobs in order; None stays None. Raises as `open` does."""
        return [None if blob is None else self.open(blob, context=context) for blob in blobs]

    def needs_resealing(self, blob: bytes) -> bool:
        """Tell whether a blob is sealed under a key other than the active one."""
        return bytes(blob[:1]) != bytes((self.active_id,))

    def reseal(self, blob: bytes, *, context: str) -> bytes:
        """Return the blob under the active key; unchanged when it is already. Raises as `open`."""
        if not self.needs_resealing(blob):
            return bytes(blob)
        return self.seal(self.open(blob, context=context), context=context)

    def blind_index(self, value: str, *, context: str) -> bytes:
        """Return the 32-byte index of a value under the active index key.

        Equal after `normalise_for_index` means equal index. Columns to be joined share one
        context; others have their own, so that equal values cannot be linked.
        """
        return self._index(self._index_order[0], context, value)

    def blind_indexes(self, value: str, *, context: str) -> list[bytes]:
        """Return the value's index under the active and each previous key, newest first.

        For look-ups while the indexes are being rebuilt: `column__in=ring.blind_indexes(...)`.
        """
        return [self._index(number, context, value) for number in self._index_order]

    def blind_index_many(self, values: Iterable[str | None], *, context: str) -> list[bytes | None]:
        """Index many values in order under the active key; None stays None."""
        state = self._index_state(self._index_order[0], context)
        return [None if value is None else _keyed_digest(state, value) for value in values]

    def _index(self, number: int, context: str, value: str) -> bytes:
        return _keyed_digest(self._index_state(number, context), value)

    def _index_state(self, number: int, context: str) -> hmac.HMAC:
        state = self._index_states.get((number, context))
        if state is None:
            state = hmac.HMAC(self._index_keys[number], hashes.SM3())
            state.update(context.encode() + b"\x00")
            self._index_states[number, context] = state
        return state


def _seal(
    prefix: bytes, cipher: algorithms.SM4, nonce: bytes, plain: bytes, context: bytes
) -> bytes:
    sealer = Cipher(cipher, modes.GCM(nonce)).encryptor()
    sealer.authenticate_additional_data(context)
    body = sealer.update(plain) + sealer.finalize()
    return prefix + nonce + body + sealer.tag


def _keyed_digest(state: hmac.HMAC, value: str) -> bytes:
    # Copying the state after the key and context blocks is four times faster than a new HMAC.
    copy = state.copy()
    copy.update(normalise_for_index(value).encode())
    return copy.finalize()


def _read_key(path: Path) -> bytes:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise SealingError(f"{path} may be read by others than its owner: chmod 600")
    try:
        return bytes.fromhex(path.read_text("ascii").strip())
    except ValueError:
        raise SealingError(f"{path} does not hold a key in hex") from None


def _write_key(folder: Path, kind: str, number: int) -> None:
    # O_EXCL: never over an existing key. The mode is right before the first byte is written.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    handle = os.open(folder / f"{kind}-{number}.key", flags, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_bytes(_KEY_SIZES[kind]).hex() + "\n")
        file.flush()
        os.fsync(file.fileno())


_current: Keyring | None = None


def keyring() -> Keyring:
    """Return the key ring of this process, loaded at first use from the directory GONGHUI_KEYS.

    Without the variable, from var/secrets/keys under the working directory. Raises SealingError
    as `Keyring.load`.
    """
    global _current  # noqa: PLW0603
    if _current is None:
        _current = Keyring.load(os.environ.get(KEYS_VARIABLE) or DEFAULT_KEYS_DIRECTORY)
    return _current


def use_keyring(ring: Keyring | None) -> Keyring | None:
    """Make `ring` this process's key ring and return the one before; None reloads at next use."""
    global _current
    before, _current = _current, ring
    return before


def seal_chunk(context: str, texts: list[str | None]) -> list[bytes | None]:
    """Seal a chunk with this process's own key ring: for worker pools, no key is passed."""
    return keyring().seal_many(texts, context=context)


def index_chunk(context: str, values: list[str | None]) -> list[bytes | None]:
    """Index a chunk with this process's own key ring: for worker pools, no key is passed."""
    return keyring().blind_index_many(values, context=context)
