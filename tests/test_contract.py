"""What clients rely on stays: no operation, parameter or field that was there may go or change its name."""

from tests.openapi import NAMES, names, served

PROMISED = set(NAMES.read_text(encoding="utf-8").splitlines())


def test_no_name_that_was_promised_is_gone() -> None:
    """Whoever wrote a client against an earlier version finds every name where it was."""
    assert sorted(PROMISED - names(served())) == []


def test_every_new_name_is_promised() -> None:
    """What is added is written down with it: run `.venv/bin/python -m tests.openapi`."""
    assert sorted(names(served()) - PROMISED) == []


def test_names_are_sorted() -> None:
    """One name a line, in order, so that a change of the contract is a line of the diff."""
    lines = NAMES.read_text(encoding="utf-8").splitlines()
    assert lines == sorted(set(lines))
    assert len(lines) > 300
