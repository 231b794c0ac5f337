"""CMPP with the sending process really killed and the line really cut: nothing goes twice."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import Counter

import pytest
from django.db import connections, transaction

from gonghui.kernel.testing import world as world_module
from gonghui.systems.media.short_messages.jobs import links
from gonghui.systems.media.short_messages.models import Message, Submit
from gonghui.systems.media.short_messages.rules import billing
from gonghui.systems.media.short_messages.tests import makers

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 240
WINDOW = 16
SECONDS = 300


def sender(pk: int) -> multiprocessing.Process:
    connections.close_all()

    def serve() -> None:
        connections.close_all()
        while True:
            links.run(pk, threading.Event())
            time.sleep(0.05)

    process = multiprocessing.get_context("fork").Process(target=serve, daemon=True)
    process.start()
    return process


def kill(process: multiprocessing.Process) -> None:
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.join(10)


def states() -> Counter:
    return Counter(Message.objects.unscoped("test").values_list("state", flat=True))


def until(done) -> None:
    end = time.monotonic() + SECONDS
    while not done():
        assert time.monotonic() < end, states()
        time.sleep(0.1)


@pytest.mark.parametrize("protocol", ["cmpp2", "cmpp3"])
def test_killed_and_cut_each_goes_once_and_is_billed_once(center, protocol):
    taken = center.center.taken
    with transaction.atomic():
        world = world_module.build()
        route = makers.route(
            world,
            world.province,
            protocol=protocol,
            account="901234",
            address=center.address("cmpp"),
            window=WINDOW,
            rate=300,
        )
        for place in range(MANY):
            makers.message(world, world.province, f"138{place:08d}", text=f"【安徽工会】{place}")
    process = sender(route.pk)
    until(lambda: len(taken) >= MANY * 0.25)
    kill(process)
    process = sender(route.pk)
    until(lambda: len(taken) >= MANY * 0.5)
    center.cut_all()
    until(lambda: len(taken) >= MANY * 0.75)
    kill(process)
    process = sender(route.pk)

    def report_again() -> None:
        # As carriers do with what nobody acknowledged.
        for line in center.center.links:
            if line.bound:
                for made in list(taken):
                    line.report(made, "DELIVRD")

    def settled() -> bool:
        center.do(report_again)
        time.sleep(2)
        return states()["delivered"] == len(taken)

    try:
        until(lambda: not {"waiting", "sending"} & set(states()))
        until(settled)
    finally:
        kill(process)
    got = Counter(made.mobile for made in taken)
    assert max(got.values()) == 1, "a phone got a message twice"
    assert len(got) + states()["unknown"] == MANY
    assert states()["unknown"] <= 3 * WINDOW
    assert Submit.objects.filter(state__in=billing.BILLED).count() == len(got)
