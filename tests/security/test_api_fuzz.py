"""Our own OpenAPI document against our own interface: what schemathesis makes of it.

No answer is an error of the server, nothing the document forbids is taken, every answer is as
described. Few, seeded examples of each operation: this runs with every test run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from gonghui.kernel.resource import api
from gonghui.kernel.resource.openapi import document, fault
from tests.security.ground import records, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_connection():
    """A request over WSGI ends its connection; here it is the one of the test's transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


load_all_checks()
LOOKED_FOR = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
    ]
)
EXAMPLES = int(os.environ.get("GONGHUI_FUZZ_EXAMPLES", "1"))
"""Examples of each operation and kind; raise it for a long look at one part."""
SEED = 20261122
TOKEN = "a" * 32
POSITIONS = ("after", "before", "under")
"""Parameters of a list that must name something there is."""


class Fuzz:
    """The interface over WSGI, without sockets, asked by somebody with every role at a union."""

    def __init__(self, world: Any, described: dict[str, Any], examples: int = EXAMPLES) -> None:
        self.examples = examples
        # Who asks is settled here: the cookie is no parameter to leave out.
        parts = {**described["components"], "securitySchemes": {}}
        described = {**described, "components": parts, "security": []}
        self.paths = described["paths"]
        self.schema = schemathesis.openapi.from_dict(described)
        self.schema.app = WSGIHandler()
        self.schema.config.update(base_url="http://localhost")
        client = somebody(world, world.factory)
        session = django_settings.SESSION_COOKIE_NAME
        self.cookies = {
            session: client.cookies[session].value,
            django_settings.CSRF_COOKIE_NAME: TOKEN,
        }
        self.numbers = {
            code: record.pk for code, (_resource, record) in records(world, world.factory).items()
        }
        self.asked = 0

    def run(self, only: str = "") -> list[str]:
        """Every operation with things it should take and things it should not; what is wrong."""
        return [
            f"{operation.label} {mode.name}: {fault}"
            for operation in self._operations(only)
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
            for fault in self._faults(operation, mode)
        ]

    def _operations(self, only: str) -> Iterator[Any]:
        for result in self.schema.get_all_operations():
            operation = result.ok()
            if only in operation.path:
                yield operation

    def _faults(self, operation: Any, mode: GenerationMode) -> list[str]:
        found: list[str] = []

        @seed(SEED)
        @settings(
            max_examples=self.examples,
            phases=[Phase.generate],
            deadline=None,
            database=None,
            verbosity=Verbosity.quiet,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            self._settle(case, operation)
            self.asked += 1
            try:
                with transaction.atomic():
                    response = case.call(cookies=self.cookies, headers={"X-CSRFToken": TOKEN})
                    # What was done in one example is no ground for the next.
                    transaction.set_rollback(True)
                case.validate_response(response, checks=LOOKED_FOR)
            except (Exception, BaseExceptionGroup) as error:
                each = getattr(error, "exceptions", [error])
                found.append(" | ".join(f"{type(one).__name__}: {one}"[:700] for one in each))

        try:
            ask()
        except Exception as error:
            # No value breaks the description of this operation, so there is nothing to refuse.
            if "Unsatisfiable" not in type(error).__name__:
                found.append(f"{type(error).__name__} {error}"[:600])
        return found[:1]

    def _settle(self, case: Any, operation: Any) -> None:
        """A number that could be right is made right: the record then exists.

        Where a list begins and which union it is narrowed to must exist too, so lists are asked
        without them where the request is to be one they take, or is wrong without them: a wrong
        place is always refused, and would hide that nothing else is.
        """
        positive = case.meta.generation.mode is GenerationMode.POSITIVE
        if case.query and (positive or self._wrong_elsewhere(case.query, operation)):
            for name in POSITIONS:
                case.query.pop(name, None)
        code = operation.path.split("/")[3] if operation.path.startswith("/api/v1/") else ""
        number = case.path_parameters.get("id") if case.path_parameters else None
        if code in self.numbers and isinstance(number, int) and number >= 0:
            case.path_parameters["id"] = self.numbers[code]

    def _wrong_elsewhere(self, query: dict[str, Any], operation: Any) -> bool:
        described = self.paths[operation.path][operation.method]
        taken = {each["name"]: each["schema"] for each in described.get("parameters", ())}
        return any(
            bool(fault(value, taken[name])) if name in taken else bool(name)
            for name, value in query.items()
            if name not in POSITIONS
        )


def test_the_interface_keeps_to_its_description(world):
    fuzz = Fuzz(world, document())
    wrong = fuzz.run()
    assert not wrong, "\n\n".join([f"{len(wrong)} of {fuzz.asked} requests", *wrong[:40]])


def test_a_list_that_takes_anything_is_seen(world, monkeypatch):
    """A sown fault: without the check of parameters, forbidden ones are taken."""
    monkeypatch.setattr(api, "query_faults", lambda resource, parameters: {})
    monkeypatch.setattr(api, "_size", lambda text: 50)
    assert Fuzz(world, document(), 12).run("/parameters/")


def test_an_answer_unlike_its_description_is_seen(world):
    described = document()
    page = described["paths"]["/api/v1/parameters/"]["get"]["responses"]["200"]
    page["content"]["application/json"]["schema"] = {"type": "array"}
    assert Fuzz(world, described, 12).run("/parameters/")


@pytest.mark.parametrize(
    ("value", "schema", "complies"),
    [
        ("x", {"type": "string"}, True),
        (1, {"type": "string"}, False),
        (True, {"type": "integer"}, False),
        (None, {"type": ["string", "null"]}, True),
        ("a\x00", {"type": "string"}, False),
        ("2026-02-30", {"type": "string", "format": "date"}, False),
        ("ab", {"type": "string", "maxLength": 1}, False),
        ("x", {"type": "string", "enum": ["y"]}, False),
        (5, {"type": "integer", "maximum": 4}, False),
        (["a", 1], {"type": "array", "items": {"type": "string"}}, False),
        ({}, {"type": "object"}, True),
    ],
)
def test_values_are_held_to_schemas(value, schema, complies):
    assert (fault(value, schema) == "") is complies
