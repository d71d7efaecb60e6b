"""What the API says of itself is true, whatever it is asked."""

import asyncio
import copy
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.main import create_app
from tests.api.conftest import SECRET, WEST, Site, free_port, opened, settings_for

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# It never ends; its own tests read it.
MEDIA = "/api/v1/reports/{number}/media/{media_id}"
BAD_GATEWAY = 502
ENDLESS = "/api/v1/stream"


@dataclass(frozen=True)
class Api:
    base: str
    token: str
    schema: dict[str, Any]
    number: str


async def _prepare(url: str) -> tuple[str, str]:
    async with opened(url) as site:
        return site.tokens["admin"], await _report(site)


async def _report(site: Site) -> str:
    await site.report(None)
    report = await site.report_of_citizen(WEST)
    path = f"/api/v1/reports/{report.number}/reply"
    assert (await site.as_("desk").post(path, json={"text": "так"})).status_code == 200
    return report.number


@pytest.fixture
def api(fresh_database_url: Callable[[], str]) -> Iterator[Api]:
    url = fresh_database_url()
    token, number = asyncio.run(_prepare(url))
    app = create_app(settings_for(url))
    server = uvicorn.Server(uvicorn.Config(app, port=free_port(), log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    schema = copy.deepcopy(app.openapi())
    # Without the catch-all, so that an answer nobody has described is found.
    for path in schema["paths"].values():
        for operation in path.values():
            del operation["responses"]["default"]
    try:
        yield Api(f"http://127.0.0.1:{server.config.port}", token, schema, number)
    finally:
        server.should_exit = True
        thread.join(30)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_answer_is_as_described(api: Api, mode: GenerationMode) -> None:
    headers = {
        "Authorization": f"Bearer {api.token}",
        "X-Telegram-Bot-Api-Secret-Token": SECRET,
    }
    schema = schemathesis.openapi.from_dict(api.schema)
    asked: set[str] = set()
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        if operation.path == ENDLESS or (mode is GenerationMode.NEGATIVE and not takes(operation)):
            continue
        asked.add(operation.label)

        @settings(
            max_examples=5,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: schemathesis.Case[Any]) -> None:
            if "number" in case.path_parameters and len(asked) % 2:
                # What is made up is hardly ever there.
                case.path_parameters["number"] = api.number
            response = case.call(base_url=api.base, headers=headers)
            if response.status_code == BAD_GATEWAY and case.operation.path == MEDIA:
                # Telegram is not there in these tests, and the route says so.
                return
            case.validate_response(response, checks=CHECKS)

        ask()
    assert len(asked) > (25 if mode is GenerationMode.POSITIVE else 15)


def test_a_character_that_is_no_text_is_refused_everywhere(api: Api) -> None:
    wrong = []
    headers = {"Authorization": f"Bearer {api.token}"}
    with httpx.Client(base_url=api.base, headers=headers) as client:
        for path, operations in api.schema["paths"].items():
            for method, operation in operations.items():
                named = [each["name"] for each in operation.get("parameters", []) if is_text(each)]
                for name in named if path != ENDLESS else ():
                    address = path.replace(f"{{{name}}}", "a%00b").replace("{number}", api.number)
                    asked = {} if address != path else {name: "a\x00b"}
                    answer = client.request(method, re.sub("{.*?}", "1", address), params=asked)
                    if answer.is_server_error:
                        wrong.append((method, path, name, answer.status_code))
    assert wrong == []


def is_text(parameter: dict[str, Any]) -> bool:
    """Tell whether a parameter of the path or the query takes words."""
    schema = parameter["schema"]
    kinds = [each.get("type") for each in (schema, *schema.get("anyOf", ()))]
    return parameter["in"] in {"path", "query"} and "string" in kinds


def takes(operation: Any) -> bool:
    """Tell whether an operation takes anything that could be wrong."""
    return bool(operation.body or operation.query or operation.path_parameters)


def test_it_describes_problems_and_who_may_ask(api: Api) -> None:
    for path, operations in api.schema["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                if status >= "400":
                    assert list(response["content"]) == ["application/problem+json"], (path, method)
            if path.startswith("/api/v1") and path not in {"/api/v1/login", "/api/v1/config"}:
                assert operation["security"], (path, method)
