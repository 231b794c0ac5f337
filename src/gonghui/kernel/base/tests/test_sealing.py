from __future__ import annotations

import hashlib
import pickle
import stat

import pytest
from cryptography.hazmat.primitives.ciphers import algorithms
from hypothesis import given
from hypothesis import strategies as st

from gonghui.kernel.base import sealing
from gonghui.kernel.base.sealing import Keyring, SealingError

TABLE = "people_person.id_number"
OTHER = "people_person.mobile"
KEY = bytes(range(16))
INDEX_KEY = bytes(range(32))
RING = Keyring({1: KEY}, {1: INDEX_KEY})
texts = st.text(st.characters(codec="utf-8"), max_size=60)


@pytest.fixture
def current():
    before = sealing.use_keyring(RING)
    yield RING
    sealing.use_keyring(before)


def test_sm4_gcm_standard_vector():
    """RFC 8998 appendix A.1: the library's SM4-GCM is the standard's."""
    cipher = algorithms.SM4(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
    nonce = bytes.fromhex("00001234567800000000ABCD")
    plain = bytes.fromhex(
        "".join(pair * 8 for pair in ("AA", "BB", "CC", "DD", "EE", "FF", "EE", "AA"))
    )
    aad = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    blob = sealing._seal(b"\x01", cipher, nonce, plain, aad)
    assert blob[1:13] == nonce
    assert blob[13:29].hex().upper() == "17F399F08C67D5EE19D0DC9969C4BB7D"
    assert blob[-16:].hex().upper() == "83DE3541E4C2B58177E065A9BF7B62EC"


@given(texts)
def test_opens_what_was_sealed(text):
    blob = RING.seal(text, context=TABLE)
    assert RING.open(blob, context=TABLE) == text
    assert len(blob) == len(text.encode()) + sealing.OVERHEAD
    assert blob[0] == 1


def test_two_seals_of_one_text_differ():
    assert len({RING.seal("龚卫", context=TABLE) for _ in range(50)}) == 50


@given(texts, st.data())
def test_any_flipped_bit_is_found(text, data):
    blob = bytearray(RING.seal(text, context=TABLE))
    position = data.draw(st.integers(0, len(blob) * 8 - 1))
    blob[position // 8] ^= 1 << position % 8
    with pytest.raises(SealingError):
        RING.open(bytes(blob), context=TABLE)


def test_a_blob_of_another_column_does_not_open():
    with pytest.raises(SealingError, match=OTHER):
        RING.open(RING.seal("x", context=TABLE), context=OTHER)


@pytest.mark.parametrize("blob", [b"", b"\x01" * 28, b"\x07" * 40])
def test_rubbish_does_not_open(blob):
    with pytest.raises(SealingError):
        RING.open(blob, context=TABLE)


def test_memoryview_opens():
    assert RING.open(memoryview(RING.seal("龚", context=TABLE)), context=TABLE) == "龚"


def test_rotation_of_the_sealing_key():
    rotated = Keyring({1: KEY, 2: b"2" * 16}, {1: INDEX_KEY})
    old = RING.seal("龚卫", context=TABLE)
    assert rotated.needs_resealing(old)
    assert rotated.open(old, context=TABLE) == "龚卫"
    new = rotated.reseal(old, context=TABLE)
    assert new[0] == 2
    assert not rotated.needs_resealing(new)
    assert rotated.reseal(new, context=TABLE) == new
    assert Keyring({2: b"2" * 16}, {1: INDEX_KEY}).open(new, context=TABLE) == "龚卫"
    with pytest.raises(SealingError, match="key 2"):
        RING.open(new, context=TABLE)


def _hmac_sm3(key, message):
    padded = key.ljust(64, b"\0")
    inner = hashlib.new("sm3", bytes(b ^ 0x36 for b in padded) + message).digest()
    return hashlib.new("sm3", bytes(b ^ 0x5C for b in padded) + inner).digest()


@given(texts)
def test_index_is_hmac_sm3_over_the_normal_form(text):
    normal = sealing.normalise_for_index(text)
    expected = _hmac_sm3(INDEX_KEY, TABLE.encode() + b"\0" + normal.encode())
    assert RING.blind_index(text, context=TABLE) == expected
    assert RING.blind_index(text, context=OTHER) != expected


@pytest.mark.parametrize(
    "written", ["11010519491231002X", "11010519491231002x", "110105 19491231 002x ",
                "１１０１０５１９４９１２３１００２Ｘ"]
)  # fmt: skip
def test_spellings_of_one_number_share_an_index(written):
    normal = RING.blind_index("11010519491231002X", context=TABLE)
    assert RING.blind_index(written, context=TABLE) == normal


def test_rotation_of_the_index_key():
    rotated = Keyring({1: KEY}, {1: INDEX_KEY, 2: b"i" * 32})
    old = RING.blind_index("x", context=TABLE)
    active = rotated.blind_index("x", context=TABLE)
    assert active != old
    assert rotated.blind_indexes("x", context=TABLE) == [active, old]


@given(st.lists(st.none() | texts, max_size=8))
def test_bulk_equals_single(values):
    blobs = RING.seal_many(values, context=TABLE)
    assert RING.open_many(blobs, context=TABLE) == values
    assert RING.blind_index_many(values, context=TABLE) == [
        None if value is None else RING.blind_index(value, context=TABLE) for value in values
    ]


def test_chunk_functions_use_the_current_ring(current):
    [blob] = sealing.seal_chunk(TABLE, ["龚"])
    assert current.open(blob, context=TABLE) == "龚"
    assert sealing.index_chunk(TABLE, ["龚"]) == [current.blind_index("龚", context=TABLE)]


def test_ring_travels_to_another_process_but_not_into_logs():
    RING.blind_index("x", context=TABLE)
    twin = pickle.loads(pickle.dumps(RING))
    assert twin.open(RING.seal("x", context=TABLE), context=TABLE) == "x"
    assert twin.blind_index("x", context=TABLE) == RING.blind_index("x", context=TABLE)
    assert KEY.hex() not in repr(RING)
    assert repr(KEY) not in repr(RING)


def test_generate_load_and_add(tmp_path):
    folder = tmp_path / "keys"
    ring = Keyring.generate(folder)
    files = sorted(path.name for path in folder.iterdir())
    assert files == ["index-1.key", "seal-1.key"]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.iterdir())
    blob = ring.seal("龚", context=TABLE)
    assert Keyring.load(folder).open(blob, context=TABLE) == "龚"
    with pytest.raises(SealingError, match="already"):
        Keyring.generate(folder)
    assert Keyring.add_key(folder, "seal") == 2
    later = Keyring.load(folder)
    assert later.active_id == 2
    assert later.open(blob, context=TABLE) == "龚"


def test_load_refuses_keys_others_can_read(tmp_path):
    Keyring.generate(tmp_path)
    (tmp_path / "seal-1.key").chmod(0o640)
    with pytest.raises(SealingError, match="600"):
        Keyring.load(tmp_path)


@pytest.mark.parametrize("content", ["", "zz" * 16, "00" * 15, "é"])
def test_load_refuses_broken_keys(tmp_path, content):
    Keyring.generate(tmp_path)
    (tmp_path / "seal-1.key").write_text(content)
    with pytest.raises(SealingError):
        Keyring.load(tmp_path)


def test_load_refuses_missing_keys(tmp_path):
    with pytest.raises(SealingError, match="no key directory"):
        Keyring.load(tmp_path / "absent")
    with pytest.raises(SealingError, match="no seal key"):
        Keyring.load(tmp_path)


def test_current_ring_loads_lazily_from_the_environment(tmp_path, monkeypatch):
    before = sealing.use_keyring(None)
    try:
        monkeypatch.setenv(sealing.KEYS_VARIABLE, str(tmp_path / "none"))
        with pytest.raises(SealingError):
            sealing.keyring()
        ring = Keyring.generate(tmp_path)
        monkeypatch.setenv(sealing.KEYS_VARIABLE, str(tmp_path))
        blob = sealing.keyring().seal("x", context=TABLE)
        assert ring.open(blob, context=TABLE) == "x"
        assert sealing.keyring() is sealing.keyring()
    finally:
        sealing.use_keyring(before)
