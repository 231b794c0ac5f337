"""House rules about the source itself. A count may go down; it must not go up."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps

from tests.invariants import baselines

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "gonghui"
PRODUCT = [
    path
    for path in SOURCE.rglob("*.py")
    if "tests" not in path.parts and "migrations" not in path.parts and "testing" not in path.parts
]
WRITERS = {"save", "create", "bulk_create", "bulk_update", "update_or_create", "get_or_create"}
STRAY = {"helpers.py", "utils.py", "common.py", "misc.py", "util.py", "helper.py"}


def test_no_stray_modules():
    assert not [path for path in SOURCE.rglob("*.py") if path.name in STRAY]


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in PRODUCT
        if path.parent.name in {"views", "resources", "queries", "rules"}
        or path.name in {"views.py", "resources.py", "queries.py", "rules.py"}
    ],
    ids=lambda path: str(path.relative_to(SOURCE)),
)
def test_only_actions_and_jobs_of_a_system_write(path):
    if "kernel" in path.parts:
        pytest.skip("the kernel writes drafts and sessions of its own")
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in WRITERS and "objects" in ast.unparse(node.func.value):
                pytest.fail(f"{path.name}:{node.lineno} writes outside an action")
            if node.func.attr == "save" and not node.args:
                pytest.fail(f"{path.name}:{node.lineno} saves outside an action")


def test_rules_read_no_clock():
    clocks = re.compile(r"\b(now|today|localdate|utcnow)\(\)")
    for path in PRODUCT:
        if path.name == "rules.py" or path.parent.name == "rules":
            assert not clocks.search(path.read_text("utf-8")), path


def test_no_eval_and_no_business_signals():
    for path in PRODUCT:
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"eval", "exec"}, path
        text = path.read_text("utf-8")
        assert "post_save" not in text and "pre_save" not in text, path


def test_no_model_of_one_system_points_at_another():
    for model in apps.get_models():
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if not field.is_relation or not isinstance(target, type) or field.auto_created:
                continue
            mine, theirs = model.__module__.split("."), target.__module__.split(".")
            if mine[0] != "gonghui" or theirs[0] != "gonghui":
                continue
            if theirs[1] in {"systems", "activities"}:
                assert mine[:4] == theirs[:4], f"{model} points at {target}"
            if mine[1] == "kernel":
                assert theirs[1] == "kernel", f"{model} points up at {target}"


def test_no_lookup_of_models_by_name():
    for path in PRODUCT:
        assert "get_model(" not in path.read_text("utf-8"), path


def test_every_model_has_a_chinese_name():
    for model in apps.get_models():
        if model.__module__.startswith("gonghui"):
            name = str(model._meta.verbose_name)
            assert re.search("[一-鿿]", name), model
            for field in model._meta.concrete_fields:
                if field.name != "id" and not field.primary_key and field.name != "password":
                    assert re.search("[一-鿿]", str(field.verbose_name)), (model, field.name)


def test_templates_hold_no_inline_script_or_style():
    for path in SOURCE.rglob("templates/**/*.html"):
        text = path.read_text("utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", text), (
            path
        )
        assert not re.search(r"\sstyle=", text), path
        assert not re.search(r"\son[a-z]+=", text), path


def test_no_address_of_another_host_in_pages():
    for path in [*SOURCE.rglob("templates/**/*.html"), *SOURCE.rglob("static/**/*.css")]:
        found = re.findall(
            r"(?:src|href|url)\s*[=(]\s*[\"']?https?://[^\s\"')]+", path.read_text("utf-8")
        )
        assert not found, (path, found)


def test_unscoped_queries_only_become_fewer():
    """Each reason stands beside its query; the number of places is agreed here."""
    places = sum(len(re.findall(r"\.unscoped\(", path.read_text("utf-8"))) for path in PRODUCT)
    file = ROOT / "tests/invariants/unscoped_count.txt"
    if baselines.wanted():
        file.write_text(f"{places}\n")
    agreed = int(file.read_text())
    assert places <= agreed, f"{places} unscoped queries, {agreed} agreed"
