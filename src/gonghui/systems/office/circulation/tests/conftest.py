"""An organ with its people, a document on its way, and clients for the pages."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.systems.office.circulation.actions import chain, drafting
from gonghui.systems.office.circulation.tests import makers

BODY = "为做好普查，现通知如下：\n一、高度重视。\n二、按时报送。"


@dataclass
class Office:
    """Hefei's office: drafter, reviewer, two countersigners, leader; and its documents."""

    world: Any
    union: Any
    drafter: Any
    reviewer: Any
    first: Any
    second: Any
    leader: Any

    def draft(self, **facts):
        return drafting.draft(
            self.union,
            by=self.drafter,
            **{
                "kind": "notice",
                "title": "关于做好普查工作的通知",
                "body": BODY,
                "to": "各县（市、区）总工会",
                **facts,
            },
        )

    def submitted(self, *others, document=None, **facts):
        return chain.submit(
            document or self.draft(**facts),
            by=self.drafter,
            reviewer=self.reviewer.user_id,
            signer=self.leader.user_id,
            countersigners=[other.user_id for other in others],
        )

    def signed(self, **facts):
        document = chain.review(self.submitted(**facts), by=self.reviewer)
        return chain.sign(document, by=self.leader)


def make_office(world):
    hefei = world.hefei
    makers.series(world, hefei, "合工发")
    return Office(
        world,
        hefei,
        world.actor("拟稿", (HANDLER, hefei)),
        world.actor("核稿", (HANDLER, hefei)),
        world.actor("会签甲", (HANDLER, hefei)),
        world.actor("会签乙", (HANDLER, hefei)),
        world.actor("领导", (APPROVER, hefei)),
    )


@pytest.fixture
def office(world):
    return make_office(world)


@pytest.fixture
def client_of(world):
    """A client signed in as the user of an actor."""

    def made(actor):
        from gonghui.kernel.identity.models import User

        client = Client()
        client.force_login(User.objects.get(pk=actor.user_id))
        return client

    return made
