"""Let Schemathesis ask a running server whatever its OpenAPI document allows and forbids, with all checks on."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import count
from typing import Any

import schemathesis
from schemathesis import HookContext, Response
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure, ResponseTimeExceeded
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.hooks import GLOBAL_HOOK_DISPATCHER

from tests.factories import Body
from tests.faults.deployment import seconds_queued
from tests.fuzz.hints import FRESH, STANDING, START, add_hints
from tests.fuzz.legitimate import AnyCase, is_legitimate

# Seconds within which every response must come, without those in which others had the processors; and seconds after
# which one is not waited for.
LONGEST_ANSWER = 2
PATIENCE = 60

# All that the tool makes.
CHECKS = {
    "allow_header_conformance",
    "content_type_conformance",
    "ensure_resource_availability",
    "ignored_auth",
    "max_response_time",
    "missing_required_header",
    "negative_data_rejection",
    "not_a_server_error",
    "object_level_authorization",
    "positive_data_acceptance",
    "response_headers_conformance",
    "response_schema_conformance",
    "status_code_conformance",
    "unsupported_method",
    "use_after_free",
}

# Sent in place of the key that the fuzzer holds: revoked, it would end the campaign.
_NOBODYS_KEY = "k999999999"
# And in place of what must not be merged.
_NOBODYS_SLUG = "nobodys"

# A stream has no end; tests/changes reads it. What an import takes is described by no schema; tests/bulk sends it
# random files.
LEFT_OUT = ("stream_changes", "import_reports")

# Operations with so many parameters or fields that their boundaries are more than those of all others together.
_MANIFOLD = ("list_strikes", "aggregate", "export_record", "create_report", "revise_report")


class Boundaries(Enum):
    """Of which operations each boundary of each parameter and field is tried, beside the values that are drawn."""

    ALL = auto()
    SIMPLE = auto()
    NONE = auto()


@dataclass
class Findings:
    """What came of a campaign."""

    # Requests by operation, and those of them with valid data that were done.
    requests: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    # Refusals of valid data that are legitimate.
    excused: int = 0
    # How often each check was made.
    checks: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest: float = 0.0
    seconds: float = 0.0

    def __str__(self) -> str:
        return (
            f"{len(self.requests)} operations, {self.requests.total()} requests, {self.done.total()} valid ones done "
            f"and {self.excused} refused rightly, {self.checks.total()} checks, slowest answer {self.slowest:.2f} s: "
            f"{len(self.failures)} failures"
        )


@dataclass(frozen=True)
class Access:
    """A server to be asked: its engine, where it is, its process, a key that may do all, and the key's id."""

    engine: str
    url: str
    process: int
    key: str
    key_id: str


def run(access: Access, seed: int, examples: int, boundaries: Boundaries) -> Findings:
    """Ask with valid and invalid data: `examples` of each operation that are drawn, boundaries, and stories of many."""
    findings = Findings()
    config = _config(access, seed, examples, boundaries)
    with _judged(_Meaning(access, findings)):
        schema = schemathesis.openapi.from_url(f"{access.url}/openapi.json", config=config)
        for event in from_schema(schema).execute():
            match event:
                case events.NonFatalError():
                    findings.failures.append(f"{event.label}: {event.value!r}")
                case events.FatalError():
                    findings.failures.append(repr(event.exception))
                case events.ScenarioFinished():
                    _note(findings, event.recorder)
                case events.EngineFinished():
                    findings.seconds = event.running_time
    return findings


def _config(access: Access, seed: int, examples: int, boundaries: Boundaries) -> SchemathesisConfig:
    checks: Body = {
        "max_response_time": LONGEST_ANSWER,
        # The tool's own list without those that would be no refusal, and with 412: a tag that no report has.
        "negative_data_rejection": {
            "expected-statuses": [400, 401, 403, 404, 405, 406, 409, 412, 413, 414, 415, 422, 428]
        },
        # A well-formed id may name nothing, and what is written may stand already. See legitimate.py for the rest.
        "positive_data_acceptance": {"expected-statuses": ["2xx", 304, 404, 409]},
        "missing_required_header": {"expected-statuses": [428]},
    }
    drawn: Body = {"phases": {"coverage": {"enabled": False}}}
    simple = [
        {"include-operation-id": name, **drawn} for name in _MANIFOLD if boundaries is Boundaries.SIMPLE
    ]
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "continue-on-failure": True,
            "request-timeout": PATIENCE,
            "auth": {"openapi": {"ApiKey": {"bearer": access.key}}},
            "generation": {"mode": "all", "max-examples": examples, "database": "none"},
            "checks": checks,
            "phases": {"coverage": {"enabled": boundaries is not Boundaries.NONE}},
            "operations": [
                *({"include-operation-id": name, "enabled": False} for name in LEFT_OUT),
                *simple,
            ],
            # Nothing is kept from one run to the next, or taken from the source: a seed says what is asked.
            "cache": {"enabled": False},
            "analysis": {"constants": {"enabled": False}},
        }
    )


class _Meaning:
    """What of a request and of a failure this server alone can judge: the tool's hooks, by their names."""

    HOOKS = ("before_load_schema", "before_call", "after_call", "filter_failure")

    def __init__(self, access: Access, findings: Findings) -> None:
        self._access = access
        self._findings = findings
        self._numbers = count(1)
        # By the id of a case: the seconds that the server was queued before it was asked, and while it was.
        self._before: dict[str, float] = {}
        self._queued: dict[str, float] = {}

    def before_load_schema(self, _context: HookContext, raw_schema: Body) -> None:
        """Make much of what is drawn mean something."""
        add_hints(raw_schema)

    def before_call(self, _context: HookContext, case: AnyCase, _options: dict[str, Any]) -> None:
        """Put in what can be sent only once, and keep the fuzzer from revoking its own key and from early merges."""
        if case.path_parameters.get("key_id") == self._access.key_id:
            case.path_parameters["key_id"] = _NOBODYS_KEY
        # The tool merges whatever it has seen in a response, too.
        if case.operation.path.endswith("/merge") and case.path_parameters.get("slug") in STANDING.values():
            case.path_parameters["slug"] = _NOBODYS_SLUG
        if case.headers.get("Idempotency-Key") == FRESH:
            case.headers["Idempotency-Key"] = f"{FRESH}-{next(self._numbers)}"
        if case.query.get("cursor") == START:
            del case.query["cursor"]
        self._before[case.id] = seconds_queued(self._access.process)

    def after_call(self, _context: HookContext, case: AnyCase, response: Response) -> None:
        """Note for how long others had the processors meanwhile."""
        queued = seconds_queued(self._access.process) - self._before.pop(case.id)
        self._queued[case.id] = queued
        self._findings.slowest = max(self._findings.slowest, response.elapsed - queued)

    def filter_failure(
        self, _context: HookContext, failure: Failure, case: AnyCase, response: Response
    ) -> bool:
        """Say whether a failure is one."""
        if isinstance(failure, ResponseTimeExceeded):
            return response.elapsed - self._queued[case.id] > LONGEST_ANSWER
        excused = is_legitimate(failure, case, response)
        self._findings.excused += excused
        return not excused


@contextmanager
def _judged(meaning: _Meaning) -> Iterator[None]:
    """Let the tool call these hooks within a block."""
    hooks = [getattr(meaning, name) for name in _Meaning.HOOKS]
    for hook, name in zip(hooks, _Meaning.HOOKS, strict=True):
        GLOBAL_HOOK_DISPATCHER.register_hook_with_name(hook, name)
    try:
        yield
    finally:
        for hook in hooks:
            GLOBAL_HOOK_DISPATCHER.unregister(hook)


def _note(findings: Findings, recorder: ScenarioRecorder) -> None:
    for case_id, node in recorder.cases.items():
        case, interaction = node.value, recorder.interactions.get(case_id)
        response = interaction.response if interaction else None
        name = case.operation.label
        findings.requests[name] += 1
        if response is None:
            continue
        valid = case.meta is not None and case.meta.generation.mode.is_positive
        findings.done[name] += valid and response.status_code < 300
        for check in recorder.checks.get(case_id, ()):
            findings.checks[check.name] += 1
            if check.failure_info is not None:
                failure = check.failure_info.failure
                findings.failures.append(
                    f"{name}: {check.name}: {failure.message}\n{check.failure_info.code_sample}\n"
                    f"{response.status_code} {response.content[:500]!r}"
                )
