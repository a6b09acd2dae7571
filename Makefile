# The plant's workbench. `make demo` shows a living line, `make test` proves it; both set up what they need.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench soak ui docs lock browser peers clean

VENV := .venv
BIN := $(VENV)/bin
STAMPS := .stamps
STATIC := src/dovetail/web/_static/index.html
UI_SOURCES := $(shell find ui -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)

help: ## What there is to do
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 10

# The first interpreter that is new enough; a shim that only pretends is passed over.
$(BIN)/python:
	@for python in $${PYTHON:-} python3 python3.12 python3.13 python3.14; do \
	  if command -v $$python >/dev/null 2>&1 && $$python -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then \
	    echo "setting up $(VENV) with $$($$python --version)"; $$python -m venv $(VENV); exit 0; fi; done; \
	echo "Dovetail needs Python 3.12 or newer: install it, or name it with PYTHON=..." >&2; exit 1

$(STAMPS)/python: requirements-dev.lock pyproject.toml | $(BIN)/python
	@mkdir -p $(STAMPS)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9'
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync --quiet --compile-bytecode --require-hashes requirements-dev.lock
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --editable .
	$(BIN)/python -m compileall -q src/dovetail  # else the first start compiles while somebody waits
	@touch $@

ui/node_modules/.package-lock.json: ui/package.json ui/package-lock.json
	@command -v node >/dev/null || { echo "Dovetail's screens are built with Node 20 or newer: install it first" >&2; exit 1; }
	npm ci --prefix ui --no-audit --no-fund --loglevel=error

$(STATIC): ui/node_modules/.package-lock.json $(UI_SOURCES)
	npm run --silent --prefix ui build -- --logLevel warn
	@touch $@

setup: $(STAMPS)/python $(STATIC) ## Python packages and the built screens

ui: $(STATIC) ## Build the screens into the package

browser: ## A headless Chromium for the browser tests (installed on Debian as root)
	@tests/browser/install

peers: ## The counterparts that we did not write, for the tests against them
	@tests/peers/install

# What the tests need does not need each other: side by side, each one's words in one piece. Only the two that ask the
# distribution's package manager take turns. A failure ends it as soon as what runs beside it has ended.
.PHONY: installed peers-node peers-libmodbus peers-environments
installed: setup browser peers-node peers-libmodbus peers-environments

peers-node:
	@tests/peers/install node
	@tests/peers/install sparkplug

peers-libmodbus: browser
	@tests/peers/install libmodbus
	@tests/peers/install mosquitto

peers-environments: | $(BIN)/python
	@tests/peers/install environments

IN_ONE_PIECE := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
SIDE_BY_SIDE := @$(MAKE) --no-print-directory --jobs=4 $(IN_ONE_PIECE) installed

demo: setup ## A living bottling line in your browser
	$(BIN)/dovetail demo

test: ## All tests, each suite within its share of tests/budget.toml
	$(SIDE_BY_SIDE)
	$(BIN)/python tests/run_suites.py

check: setup ## Format, lint, types and contracts: under a minute
	@$(MAKE) --no-print-directory -j2 check-types check-rest

.PHONY: check-types check-rest
check-types:
	$(BIN)/pyrefly check --summary=none
	$(BIN)/pyright

check-rest:
	$(BIN)/ruff format --check --quiet src tests bench
	$(BIN)/ruff check --quiet src tests bench
	$(BIN)/lint-imports --no-logo
	npm run --silent --prefix ui types
	npm run --silent --prefix ui lint

bench: setup peers ## Speed and memory as ratios against named peers, in the same run
	$(BIN)/python bench/run.py

soak: ## The long form of the tests: more seeds, more kills, more time
	$(SIDE_BY_SIDE)
	$(BIN)/python tests/run_suites.py --soak

docs: $(STAMPS)/python ## The manual, into site/
	$(BIN)/mkdocs build --strict --quiet

lock: | $(BIN)/python ## Resolve the dependencies anew (the lock files name no package host)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-annotate \
	  --extra arrow --extra nats --extra postgres pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-annotate \
	  --extra arrow --extra nats --extra postgres --group dev pyproject.toml --output-file requirements-dev.lock

clean: ## Remove what was built and installed
	rm -rf $(VENV) $(STAMPS) ui/node_modules tests/peers/*/node_modules src/dovetail/web/_static site dist
