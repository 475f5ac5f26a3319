"""
Requests that nobody thought of: generated from api/openapi.yaml, good ones and
bad ones, and every answer held against it.

Examples are bounded in number and derived from the operation, not from chance:
what a run finds today a run finds tomorrow. INVITED_FUZZ_EXAMPLES looks harder.
"""

import itertools
import os
from urllib.parse import urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance, negative_data_rejection,
    response_headers_conformance, response_schema_conformance,
    status_code_conformance)

from harness import Daemon, contract, published

pytestmark = pytest.mark.alike

EXAMPLES = int(os.environ.get("INVITED_FUZZ_EXAMPLES", "40"))

schema = schemathesis.openapi.from_path(contract.SPEC)
_callers = itertools.count()


@pytest.fixture(scope="module")
def fuzzed(engine):
    with Daemon("--mail", "none:", engine=engine) as daemon:
        api = daemon.api
        for number in range(30):
            api.link(f"p{number}@example.com")
        _, token = api.link("member@example.com")
        assert api.accept(token).status_code == 200
        yield daemon
        assert daemon.command("check").returncode == 0


@schema.parametrize()
@settings(max_examples=EXAMPLES, derandomize=True, deadline=None,
          database=None, suppress_health_check=list(HealthCheck))
def test_generated(case, fuzzed):
    number = next(_callers)
    headers = {"Authorization": f"Bearer {fuzzed.key}",
               # Wrong codes are counted by address.
               "X-Forwarded-For": f"10.{number >> 16 & 255}."
                                  f"{number >> 8 & 255}.{number & 255}"}
    response = case.call(base_url=fuzzed.url, headers=headers)
    case.validate_response(response, checks=[
        not_a_server_error, status_code_conformance, content_type_conformance,
        response_headers_conformance, response_schema_conformance,
        negative_data_rejection])


# -- one thing after another ----------------------------------------------------

def workflows(daemon):
    """What follows from what, by the links of the description: a project is
    made, then retrieved, archived and changed, with the id that it got."""
    chained = schemathesis.openapi.from_path(contract.SPEC)
    # Links that are guessed from names mix the roles of the organization up
    # with those of projects.
    chained.config.phases.stateful.inference.algorithms = []
    chained.config.generation.modes = [GenerationMode.POSITIVE]
    chained.config.generation.with_security_parameters = False

    class Workflow(chained.as_state_machine()):
        def get_call_kwargs(self, case):
            return {"base_url": daemon.url,
                    "headers": {"Authorization": f"Bearer {daemon.key}"}}

        def validate_response(self, response, case, additional_checks=None,
                              **_):
            case.validate_response(response, checks=[
                not_a_server_error, status_code_conformance,
                content_type_conformance, response_headers_conformance,
                response_schema_conformance])
            path = urlsplit(response.request.url).path
            assert not list(published.faults(
                case.method.lower(), path, response.status_code,
                response.content))
    return Workflow


@pytest.mark.long(15)
def test_what_follows_from_what(fuzzed):
    machine = workflows(fuzzed)
    linked = {label for label, operation in
              machine._transitions.operations.items() if operation.incoming}
    assert len(linked) >= 20, linked
    machine.run(settings=settings(
        max_examples=EXAMPLES // 2, stateful_step_count=10, derandomize=True,
        deadline=None, database=None,
        suppress_health_check=list(HealthCheck)))
