from __future__ import annotations

import pickle

import pytest
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import connection, models
from django.test.utils import isolate_apps

from gonghui.kernel.base import masking, sealing
from gonghui.kernel.base.fields import SEALED, Sealed, SealedTextField
from gonghui.kernel.base.sealing import Keyring, SealingError

NUMBER = "11010519491231002X"


@pytest.fixture(autouse=True)
def ring():
    before = sealing.use_keyring(Keyring({1: b"k" * 16}, {1: b"i" * 32}))
    yield
    sealing.use_keyring(before)


@pytest.fixture
def note(db):
    with isolate_apps("gonghui.kernel.base"):

        class Note(models.Model):
            number = SealedTextField(null=True, mask=masking.mask_id)
            plea = SealedTextField(default="")

            class Meta:
                app_label = "base"
                db_table = "base_note"

        with connection.schema_editor() as editor:
            editor.create_model(Note)
        yield Note


def _stored(column):
    with connection.cursor() as cursor:
        cursor.execute(f"select {column} from base_note")
        return bytes(cursor.fetchone()[0])


def test_stored_sealed_and_revealed(note):
    note.objects.create(number=NUMBER, plea="请求帮扶")
    blob = _stored("number")
    assert NUMBER.encode() not in blob
    assert sealing.keyring().open(blob, context="base_note.number") == NUMBER
    read = note.objects.get()
    assert read.number.reveal() == NUMBER
    assert str(read.number) == "1101**********002X"
    assert str(read.plea) == SEALED
    for shown in (repr(read.number), f"{read.plea}", repr(vars(read))):
        assert NUMBER not in shown
        assert "请求帮扶" not in shown


def test_nothing_stays_nothing(note):
    made = note.objects.create(number=None)
    assert made.number is None
    assert note.objects.get(number=None).plea.reveal() == ""
    assert note.objects.filter(number__isnull=True).exists()


def test_saving_again_keeps_the_blob_and_a_new_text_changes_it(note):
    made = note.objects.create(number=NUMBER)
    first = _stored("number")
    made.save()
    note.objects.get().save()
    assert _stored("number") == first
    made.number = "E12345678"
    assert made.number.reveal() == "E12345678"
    made.save()
    assert _stored("number") != first
    made.refresh_from_db()
    assert made.number.reveal() == "E12345678"


def test_update_bulk_create_and_ready_blobs(note):
    blob = sealing.keyring().seal(NUMBER, context="base_note.number")
    note.objects.bulk_create([note(number=blob), note(number=NUMBER)])
    assert [row.number.reveal() for row in note.objects.all()] == [NUMBER, NUMBER]
    note.objects.update(number="E12345678", plea=models.F("number"))
    read = note.objects.first()
    assert read.number.reveal() == "E12345678"
    rows = list(note.objects.all())
    for row in rows:
        row.number = "G1"
    note.objects.bulk_update(rows, ["number"])
    assert {row.number.reveal() for row in note.objects.all()} == {"G1"}


def test_a_blob_of_another_column_does_not_open(note):
    note.objects.create(number=NUMBER)
    note.objects.update(plea=models.F("number"))
    with pytest.raises(SealingError):
        note.objects.get().plea.reveal()


def test_copying_between_columns_seals_anew(note):
    made = note.objects.create(number=NUMBER)
    made.plea = made.number
    made.save()
    assert note.objects.get().plea.reveal() == NUMBER


def test_no_search(note):
    for lookup in ({"number": NUMBER}, {"number__contains": "1"}, {"number__in": [NUMBER]}):
        with pytest.raises(FieldError, match="blind index"):
            note.objects.filter(**lookup).exists()


def test_deferred_loading(note):
    note.objects.create(number=NUMBER)
    read = note.objects.defer("number").get()
    assert read.number.reveal() == NUMBER


def test_fixtures_carry_sealed_bytes(note):
    made = note.objects.create(number=NUMBER)
    field = note._meta.get_field("number")
    text = field.value_to_string(made)
    assert NUMBER not in text
    assert field.to_python(text).reveal() == NUMBER
    assert NUMBER not in serializers.serialize("json", [made])


def test_pickles_carry_no_text(note):
    value = note(number=NUMBER).number
    data = pickle.dumps(value)
    assert NUMBER.encode() not in data
    twin = pickle.loads(data)
    assert twin == value
    assert twin.reveal() == NUMBER
    assert str(twin) == "1101**********002X"


def test_equality_is_of_texts(note):
    assert note(number=NUMBER).number == note(number=NUMBER).number
    assert note(number=NUMBER).number != note(number="G1").number
    assert note(number=NUMBER).number != NUMBER


def test_other_types_are_refused(note):
    with pytest.raises(TypeError):
        note(number=1)


def test_full_clean_accepts_a_new_text(note):
    note(number=NUMBER, plea="请求").full_clean()


def test_migrations_know_the_context_and_not_the_mask():
    _, path, _, kwargs = SealedTextField(mask=masking.mask_id, context="old.column").deconstruct()
    assert path == "gonghui.kernel.base.fields.SealedTextField"
    assert kwargs == {"context": "old.column"}


def test_pinned_context():
    assert Sealed("old.column", None, "x").blob
    field = SealedTextField(context="old.column")
    assert field.sealed("x").context == "old.column"
