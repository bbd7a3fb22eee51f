# Needs Python 3.11 or newer and make; everything else is set up in .venv, from hashed locks.
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)
PORT ?= 8000
BIN := .venv/bin

.PHONY: help setup serve test browser faults fuzz shots check format bench lock

help: ## Show this list.
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile

setup: .venv/ready ## Set up .venv: the product, and the tools to work on it.

serve: .venv/runs ## Set up, load the sample into an empty database, and serve (PORT=8000).
	@$(BIN)/python -m compileall -q app # Also where Python is told to write no bytecode: a start would compile all anew.
	@$(BIN)/strikeledger sample
	@$(BIN)/strikeledger serve --port $(PORT)

test: .venv/ready .venv/generator/ready browser ## Run the tests, on SQLite and on a real PostgreSQL, in a real browser.
	$(BIN)/pytest -n auto --dist worksteal tests --ignore tests/fuzz
	$(BIN)/pytest -n auto --dist worksteal tests/fuzz

browser:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
	  { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get -qq update && apt-get -qq -y install chromium >/dev/null; } || \
	  echo "NO BROWSER: install Chromium; the tests of pages that need one are skipped"

faults: .venv/ready ## Kill the server and the database amid writes, in full.
	STRIKELEDGER_TEST_KILLS=20 STRIKELEDGER_TEST_WRITES=2000 STRIKELEDGER_TEST_RETRIED=1000 \
	STRIKELEDGER_TEST_ADDERS=50 STRIKELEDGER_TEST_POSTS=200 $(BIN)/pytest -n 2 --dist loadscope tests/faults

fuzz: .venv/ready ## Ask all that the OpenAPI document allows and forbids, and read new texts.
	STRIKELEDGER_TEST_EXAMPLES=200 STRIKELEDGER_TEST_SEEDS=3 $(BIN)/pytest -n 2 tests/fuzz
	STRIKELEDGER_TEST_PROFILE=search $(BIN)/pytest -n 2 tests/parsing

shots: .venv/ready browser ## Write the screenshots of docs/shots.
	$(BIN)/python -m tests.pages.shots

check: .venv/ready ## Lint, formatting and types; those of scripts where there is npm.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	@# Types of the pages' scripts: JSDoc, checked by TypeScript. The product itself needs no Node.
	@if command -v npm >/dev/null; then \
	  $(MAKE) --no-print-directory node_modules/ready && node_modules/.bin/tsc -p .; \
	else echo "SKIPPED: there is no npm, so the types of the pages' scripts were NOT checked"; fi

format: .venv/ready ## Format the code.
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: .venv/ready ## Measure; bench/README.md lists what this needs.
	$(BIN)/python -m bench

lock: ## Write the locks anew from pyproject.toml (needs uv).
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-annotate --no-header --quiet \
	  --extra postgres --extra parquet --extra excel --extra preview --output-file requirements.txt pyproject.toml requirements.build.in
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-annotate --no-header --quiet \
	  --extra postgres --extra parquet --extra excel --extra preview --extra test --output-file requirements-dev.txt pyproject.toml requirements.build.in
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet \
	  --output-file requirements-generator.txt requirements-generator.in

# Each stamp is made anew when its lock changes. The build tool is in the lock too, so nothing is unhashed.
.venv/runs: requirements.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "strikeledger needs Python 3.11 or newer"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/ready: requirements-dev.txt .venv/runs
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

.venv/generator/ready: requirements-generator.txt .venv/runs
	@$(BIN)/python -m venv .venv/generator
	@.venv/generator/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-generator.txt
	@touch $@

node_modules/ready: package.json
	@npm install --no-package-lock --no-audit --no-fund --silent
	@touch $@
