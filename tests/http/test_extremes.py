"""Extreme values of every parameter of every operation: answered, or refused as planned, on both engines."""

from urllib.parse import quote

from app.db.engine import Database
from app.keys.service import Scope
from app.keys.service import create as create_key
from tests import record
from tests.api import Api
from tests.factories import Body
from tests.openapi import Operation, operations, served

EXTREMES = (
    "-1",
    "2147483648",
    "9223372036854775807",
    "9" * 40,
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999-14:00",
    "r2147483648",
    "s9223372036854775807",
    "180,90,-180,-90",
    "\u0000",
    "\ufdfa" * 200,
    "' OR 1=1 --",
)


def planned(api: Api, method: str, address: str, headers: dict[str, str]) -> str | None:
    """Send a request; return what is wrong with its response, None where it is one of the planned ones."""
    response = api.request(method, address, headers=headers)
    is_planned = response.status_code < 500 or (
        response.status_code == 503 and response.headers["Content-Type"] == "application/problem+json"
    )
    return None if is_planned else f"{method} {address[:120]}: {response.status_code}"


def filled(path: str, name: str, value: str) -> str:
    """Fill in the parameters of a path: one with a value, the others with what is there."""
    there = {"report_id": "r1", "strike_id": "s1", "key_id": "k1", "revision": "1", "slug": "raqqa"}
    for each in (part[1:-1] for part in path.split("/") if part.startswith("{")):
        path = path.replace(f"{{{each}}}", quote(value, safe="") if each == name else there.get(each, "r1"))
    return path


def test_extreme_values_are_answered_or_refused(api: Api, database: Database) -> None:
    """No value of any parameter in a path or a query ends in an unplanned error."""
    record.fill(database, reports=3)
    with database.writing() as session:
        key = create_key(session, "admin", [Scope.ADMIN], None)
    headers = {"Authorization": f"Bearer {key}"}
    document = served()
    addresses = [
        (operation.method, address)
        for operation in operations(document)
        # Streams do not end by themselves.
        if "stream" not in operation.path
        for parameter in operation.parameters
        for address in addresses_of(operation, parameter)
    ]
    wrong = [planned(api, method, address, headers) for method, address in addresses]
    # Without a key a question takes another way through the server.
    wrong += [planned(api, method, address, {}) for method, address in addresses[::3] if method == "GET"]
    assert len(addresses) > 1_000
    assert [each for each in wrong if each] == []


def addresses_of(operation: Operation, parameter: Body) -> list[str]:
    """Return the addresses of an operation with each extreme value of a parameter."""
    name = parameter["name"]
    if parameter["in"] == "path":
        return [filled(operation.path, name, value) for value in EXTREMES]
    if parameter["in"] != "query":
        return []
    return [f"{filled(operation.path, '', '')}?{name}={quote(value, safe='')}" for value in EXTREMES]
