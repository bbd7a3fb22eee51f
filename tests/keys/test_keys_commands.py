"""`strikeledger keys`: make, list and revoke on either engine, without a server."""

import json

import pytest
from typer.testing import CliRunner, Result

from app.cli.main import cli
from app.errors import NotFound


@pytest.fixture
def keys(database_url: str, monkeypatch: pytest.MonkeyPatch) -> "Keys":
    """Give the command on the test's database."""
    monkeypatch.setenv("STRIKELEDGER_DATABASE_URL", database_url)
    return Keys()


class Keys:
    """The command `strikeledger keys`."""

    def __call__(self, *arguments: str) -> Result:
        """Run it."""
        return CliRunner().invoke(cli, ["keys", *arguments])

    def create(self, name: str, scope: str = "publish") -> str:
        """Make a key, and return its id."""
        made = self("create", "--name", name, "--scope", scope)
        assert made.exit_code == 0, made.output
        identifier: str = json.loads(self("list", "--json").output)["items"][-1]["id"]
        return identifier


def test_list_shows_every_key(keys: Keys) -> None:
    """Each key has a row with its id, its name as it is, and its scopes; the key itself is not among them."""
    made = keys("create", "--name", "[bold]desk[/]", "--scope", "publish", "--scope", "draft")
    table = keys("list").output

    assert "[bold]desk[/]" in table
    assert "draft publish" in table
    assert "k1" in table
    assert made.output.splitlines()[-1] not in table


def test_list_as_json_is_what_the_api_answers(keys: Keys) -> None:
    """`--json` prints one document with the fields of GET /v1/keys."""
    keys.create("desk")
    listed = json.loads(keys("list", "--json").output)

    assert listed.keys() == {"items", "next", "seq"}
    [item] = listed["items"]
    assert (item["id"], item["name"], item["scopes"], item["revoked_at"]) == ("k1", "desk", ["publish"], None)


def test_revoke_ends_a_key(keys: Keys) -> None:
    """A revoked key stays in the list, with the time of its end; a second time changes nothing."""
    identifier = keys.create("desk")
    assert keys("revoke", identifier).exit_code == 0
    listed = keys("list", "--json").output
    assert keys("revoke", identifier).exit_code == 0

    assert json.loads(listed)["items"][0]["revoked_at"] is not None
    assert keys("list", "--json").output == listed


def test_revoke_of_nothing_is_an_error(keys: Keys) -> None:
    """An id that names no key is an error of ours, which the command line says in one sentence."""
    assert isinstance(keys("revoke", "k9").exception, NotFound)


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [("--name", " ", "blank"), ("--name", "\x1b[31m", "control"), ("--expires", "2001-01-01", "future")],
)
def test_create_takes_what_the_api_takes(keys: Keys, option: str, value: str, said: str) -> None:
    """A name or an end that POST /v1/keys refuses is refused here, and no key is made."""
    refused = keys("create", "--name", "n", "--scope", "draft", option, value)

    assert refused.exit_code == 2
    assert said in refused.output
    assert json.loads(keys("list", "--json").output)["items"] == []
