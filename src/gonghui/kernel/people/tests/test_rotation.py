"""Key rotation over real rows."""

import pytest
from django.db import connection

from gonghui.kernel.base.sealing import Keyring, use_keyring
from gonghui.kernel.people import persons, rotation
from gonghui.kernel.people.models import Person


@pytest.fixture
def folder(tmp_path):
    ring = Keyring.generate(tmp_path)
    before = use_keyring(ring)
    yield tmp_path
    use_keyring(before)


def stored(person):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT get_byte(document_sealed, 0), document_index FROM people_person WHERE id = %s",
            [person.pk],
        )
        key, index = cursor.fetchone()
    return key, bytes(index)


def test_rotation_reseals_and_reindexes_and_everything_is_still_found(folder, world):
    identity = world.identity("李娜")
    person = persons.register(identity, world.factory)
    assert stored(person)[0] == 1
    old_index = stored(person)[1]
    Keyring.add_key(folder, "seal")
    Keyring.add_key(folder, "index")
    use_keyring(Keyring.load(folder))
    assert persons.by_document(identity.document_number) == person
    assert rotation.reseal()["people_person.document_sealed"] == 1
    assert rotation.reseal()["people_person.document_sealed"] == 0
    rotation.reindex()
    key, index = stored(person)
    assert key == 2
    assert index != old_index
    assert persons.by_document(identity.document_number) == person
    assert persons.reveal(Person.objects.unscoped("t").get(pk=person.pk))["document_number"] == (
        identity.document_number
    )


def test_every_index_column_names_a_sealed_column():
    sealed = {(item.table, item.column): item.context for item in rotation.sealed_columns()}
    for item in rotation.index_columns():
        assert sealed[(item.table, item.source)] == item.source_context
    assert ("people_person", "document_sealed") in sealed
