"""gonghui doctor names what would make an installation easy to break into."""

from __future__ import annotations

import pytest

from gonghui.site.doctor import deployment

SOUND = {
    "GONGHUI_HOSTS": "gh.example.cn",
    "GONGHUI_HTTPS": "1",
    "GONGHUI_PROXIES": "127.0.0.1",
    "GONGHUI_SECRET_KEY": "k" * 50,
}


def test_a_sound_deployment_and_a_desk_of_ones_own_pass():
    assert list(deployment.exposure(SOUND)) == []
    assert list(deployment.exposure({})) == []
    assert list(deployment.settings_in_use({})) == []


@pytest.mark.parametrize(
    ("change", "level", "word"),
    [
        ({"GONGHUI_HTTPS": ""}, "error", "https"),
        ({"GONGHUI_HOSTS": "*"}, "error", "任何主机名"),
        ({"GONGHUI_PROXIES": ""}, "warning", "代理"),
        ({"GONGHUI_RATES": "off"}, "error", "频率"),
        ({"GONGHUI_SECRET_KEY": "short"}, "error", "签名密钥"),
        ({"GONGHUI_HOSTS": "", "GONGHUI_BIND": "0.0.0.0"}, "warning", "只应答本机"),
    ],
)
def test_a_weak_deployment_is_named(change, level, word):
    found = list(deployment.exposure({**SOUND, **change}))
    assert any(finding.level == level and word in finding.what for finding in found)


def test_test_settings_are_named():
    named = list(deployment.settings_in_use({"DJANGO_SETTINGS_MODULE": "x.settings.test"}))
    assert [finding.level for finding in named] == ["warning"]


def test_open_folders_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("GONGHUI_VAR", str(tmp_path))
    (tmp_path / "files").mkdir()
    (tmp_path / "files").chmod(0o777)
    keys = tmp_path / "keys"
    keys.mkdir()
    keys.chmod(0o755)
    found = list(deployment.keys_folder({"GONGHUI_KEYS": str(keys)}))
    assert [finding.level for finding in found] == ["error", "warning"]
    keys.chmod(0o700)
    (tmp_path / "files").chmod(0o755)
    assert list(deployment.keys_folder({"GONGHUI_KEYS": str(keys)})) == []
