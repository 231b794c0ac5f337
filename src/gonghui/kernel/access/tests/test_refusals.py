"""Whoever lacks a right is told what is missing and which administrator can give it."""

from gonghui.kernel.access.loading import granter_near
from gonghui.kernel.access.roles import AUDITOR, HANDLER, SECURITY_ADMIN
from gonghui.kernel.testing.world import FOUNDED, TODAY


def test_the_nearest_security_administrator_is_named(world):
    world.user("省安全", (SECURITY_ADMIN, world.province))
    world.user("市安全", (SECURITY_ADMIN, world.hefei))
    world.user("区经办", (HANDLER, world.shushan))
    world.user("邻市安全", (SECURITY_ADMIN, world.wuhu))
    assert granter_near(world.factory.path, TODAY) == ("合肥市总工会", "市安全")
    assert granter_near(world.railway.path, TODAY) == ("安徽省总工会", "省安全")
    assert granter_near(world.mill.path, TODAY) == ("芜湖市总工会", "邻市安全")


def test_one_whose_term_is_over_or_who_has_left_is_not_named(world):
    gone = world.user("离任", (SECURITY_ADMIN, world.hefei))
    gone.is_active = False
    gone.save()
    over = world.user("期满", (SECURITY_ADMIN, world.hefei))
    over.grants.unscoped("test").update(valid_to=FOUNDED)
    assert granter_near(world.shushan.path, TODAY) is None


def test_the_page_of_a_refusal_names_them(world, client):
    world.user("市安全", (SECURITY_ADMIN, world.hefei))
    client.force_login(world.user("区经办", (HANDLER, world.shushan)))
    page = client.get("/w/audit-entries/")
    assert page.status_code == 403
    assert "离您最近的安全管理员：合肥市总工会 市安全。" in page.content.decode()
    client.force_login(world.user("审计", (AUDITOR, world.hefei)))
    assert client.get("/w/audit-entries/").status_code == 200
