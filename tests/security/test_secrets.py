"""Secrets stay outside the repository, and every package we build on is pinned and known."""

from __future__ import annotations

import re
import subprocess
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
MATERIAL = re.compile(
    r"-----BEGIN (?:RSA |EC |OPENSSH |ENCRYPTED |DSA |PGP )?PRIVATE KEY"
    r"|\bAKIA[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{36}\b"
    r"|\bxox[baprs]-[A-Za-z0-9-]{10,}"
    r"|(?i:secret_?key|api_?key|password|passwd|token)[\"']?\s*[:=]\s*[\"'][A-Za-z0-9+/_\-]{32,}={0,2}[\"']"
)
TEXTS = {".py", ".md", ".txt", ".toml", ".json", ".html", ".js", ".css", ".csv", ".in", ".cfg", ""}
OURS_TO_TELL = {"tests/security/test_secrets.py"}
"""Files that hold the shape of key material to look for it."""

# What 0010 allows: permissive licences, and weak copyleft that is used unchanged.
LICENCES = re.compile(
    r"MIT|BSD|Apache|PSF|Python Software|ISC|MPL|Mozilla|LGPL|Lesser|PostgreSQL|Unlicense|CC0"
    r"|HPND|Zlib|0BSD|public domain|CNRI|MIT-CMU",
    re.IGNORECASE,
)
FORBIDDEN = re.compile(r"\bA?GPL(?!.*LGPL)|Affero|proprietary|SSPL", re.IGNORECASE)
BY_HAND = {"qrcode": "BSD-3-Clause"}
"""Packages whose files do not say their licence, with the licence their project states."""


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False
    ).stdout
    names = [name for name in listed.decode().split("\0") if name]
    return [ROOT / name for name in names] or list((ROOT / "src").rglob("*.py"))


def material_in(text: str) -> str:
    found = MATERIAL.search(text)
    return found[0][:40] if found else ""


def test_no_key_material_in_the_repository():
    leaked = []
    for path in tracked():
        name = str(path.relative_to(ROOT))
        if path.suffix not in TEXTS or name in OURS_TO_TELL or not path.is_file():
            continue
        if path.stat().st_size > 2_000_000 or name.endswith("package-lock.json"):
            continue
        if found := material_in(path.read_text("utf-8", "replace")):
            leaked.append((name, found))
    assert not leaked


def test_key_material_is_recognised():
    assert material_in("-----BEGIN " + "PRIVATE KEY-----")
    assert material_in("SECRET_KEY = '" + "a1B2" * 10 + "'")
    assert not material_in('SECRET_KEY = os.environ.get("GONGHUI_SECRET_KEY", "")')


def locked(name: str) -> dict[str, str]:
    """Package → its block of the lock file."""
    text = (ROOT / name).read_text("utf-8")
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text)
    return {
        block.partition("==")[0].strip().lower(): block
        for block in blocks
        if "==" in block.partition("\n")[0]
    }


def test_every_package_is_pinned_with_its_hashes():
    for name in ("requirements.txt", "requirements-dev.txt"):
        packages = locked(name)
        assert len(packages) > 20
        bare = [package for package, block in packages.items() if "--hash=sha256:" not in block]
        assert not bare, name
    for wanted in (ROOT / "requirements.in").read_text("utf-8").splitlines():
        assert not re.search(r"git\+|https?://|file:", wanted)


def licence_of(package: str) -> str:
    """What a distribution says of its licence."""
    try:
        facts = metadata.metadata(package)
    except metadata.PackageNotFoundError:
        return "not installed"
    said = [
        facts.get("License-Expression") or "",
        (facts.get("License") or "")[:200],
        *(item for item in facts.get_all("Classifier") or [] if "License" in item),
    ]
    return BY_HAND.get(package, " ".join(said).strip())


def test_every_package_has_a_licence_we_take():
    wrong = {}
    for package in locked("requirements.txt"):
        licence = licence_of(package.partition("[")[0])
        if licence == "not installed":
            continue
        if not LICENCES.search(licence) or (
            FORBIDDEN.search(licence) and not re.search("LGPL|Lesser", licence)
        ):
            wrong[package] = licence[:80]
    assert not wrong
