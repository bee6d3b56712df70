# Two commands for everything: `make run` and `make test`. The others are parts of them, or take longer.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8000
DEMO ?= 1
WORKERS ?= 2
ARGS ?=
export PORT DEMO PYTHONUTF8 = 1
unexport PYTHONDONTWRITEBYTECODE  # each program is compiled once, not by every process that starts

BIN := .venv/bin
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run test tests check backup verify-backup restore demo bench deep docs lint types layers web-check format lock runtime everything client browser screenshots speed deep-cases deep-web clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1	/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

run: client ## the whole product on http://127.0.0.1:8000 (PORT=…), its data in var/; Ctrl-C stops it
	@exec $(BIN)/python -m operations.run

test: everything client browser ## everything that must hold: all tests but the deep ones, and the checks beside them
	@$(MAKE) -j2 tests lint types layers web-check  # two at once: tests to the end, one check after the other

tests:
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m "not deep" $(ARGS)

check: everything client ## lint, types, layers; types and tests of the web client
	@$(MAKE) -j2 --output-sync=target lint types layers web-check

client: runtime ## the web client, built into web/dist; nothing to do, nothing done
	@$(BIN)/python -m operations.client

browser: everything
	@$(BIN)/python -m operations.browser

screenshots: everything client browser ## every page of the web client (or those in ARGS), on a phone and on a desktop, into docs/screenshots
	@exec $(BIN)/python -m tests.web.screenshots $(ARGS)

speed: everything client browser ## Lighthouse on the entry page, and how long taps wait on a slow phone
	@exec $(BIN)/python -m tests.web.speed

demo: everything ## the main job, over HTTP, against a running server
	@exec $(BIN)/python -m operations.demo $(ARGS)

bench: everything ## processor and wall time of the main works, measured here
	@exec $(BIN)/python -m operations.bench $(ARGS)

deep: everything client browser ## tests that take minutes: crashes, races, thousands of generated requests and of simulated weeks
	$(BIN)/pytest -m deep --ignore=tests/simulator --ignore=tests/web --ignore=tests/workflow $(ARGS) || test $$? = 5  # 5: ARGS chose none of these
	$(BIN)/pytest -m deep -n $(WORKERS) tests/simulator $(ARGS) || test $$? = 5

deep-cases: everything ## ten thousand hand-overs, lent numbers, attempts and missed dates of cases, all at random; every cell, pushed
	$(BIN)/pytest -m deep -n $(WORKERS) tests/workflow $(ARGS)

deep-web: everything client browser ## two hundred schedules of what happens to a phone whose reports must not be lost
	$(BIN)/pytest -m deep -n $(WORKERS) tests/web $(ARGS)

backup: runtime ## a copy of the database and the photos of `make run`, running or not, in var/backups
	@exec $(BIN)/python -m operations.backups.take

verify-backup: runtime ## restore the newest backup (BACKUP=…) aside and look at everything; then devices may let go of it
	@exec $(BIN)/python -m operations.backups.verify $(BACKUP)

restore: runtime ## BACKUP=… takes the place of the database, as a new epoch; what was there is set aside
	@exec $(BIN)/python -m operations.backups.restore $(BACKUP)

docs: everything ## diagrams of the life cycles, the problems and the events, from the program itself
	@$(BIN)/python -m operations.diagrams && exec $(BIN)/python -m operations.reference

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet . || { echo "not formatted: make format"; exit 1; }

types:
	$(BIN)/mypy .

layers:
	$(BIN)/lint-imports --no-logo

web-check:
	$(BIN)/python -m operations.client check test

format: everything ## mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The newest versions that fit; look at the difference before you commit it. Hashes, and no registry's address.
LOCK := $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --universal --python-version 3.11 \
	--no-header --no-emit-index-url --no-emit-find-links
lock: everything ## new versions in the lock files
	$(LOCK) requirements.in -o requirements.lock
	$(LOCK) requirements-dev.in -c requirements.lock -o requirements-dev.lock
	$(LOCK) requirements-node.in -o requirements-node.lock

clean: ## forget caches (data in var/ and the installation stay)
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

runtime:
	@$(PYTHON) operations/install.py requirements.lock

everything:
	@$(PYTHON) operations/install.py requirements-dev.lock
