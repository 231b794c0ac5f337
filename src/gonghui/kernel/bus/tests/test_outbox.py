import psycopg
import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from gonghui.kernel.bus.models import Outbox
from gonghui.kernel.bus.outbox import CHANNEL, Event, cloud_event, publish, publish_many

pytestmark = pytest.mark.django_db(transaction=True)


def test_needs_a_transaction():
    with pytest.raises(TransactionManagementError):
        publish("cn.gonghui.membership.joined", "7", {})


def test_leaves_only_with_its_transaction():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish("cn.gonghui.membership.joined", "7", {})
        raise ZeroDivisionError
    assert not Outbox.objects.exists()


def test_cloud_event():
    with transaction.atomic():
        publish("cn.gonghui.membership.joined", "7", {"union": 12}, "/34/01/")
    row = Outbox.objects.get()
    shape = cloud_event(row)
    assert {"specversion", "id", "source", "type"} <= shape.keys()
    assert (shape["specversion"], shape["subject"], shape["data"]) == ("1.0", "7", {"union": 12})
    assert shape["id"] == str(row.event)
    assert row.org_path == "/34/01/"


def test_listeners_get_one_id_at_commit():
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context"):
        parameters.pop(name, None)
    with psycopg.connect(**parameters, autocommit=True) as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        with transaction.atomic():
            publish_many([Event("cn.gonghui.x", str(number)) for number in range(3)])
            assert list(listener.notifies(timeout=0.2)) == []
        payloads = [notice.payload for notice in listener.notifies(timeout=0.5)]
    assert payloads == [str(Outbox.objects.order_by("-id")[0].pk)]
