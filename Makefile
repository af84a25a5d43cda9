# Everything one needs to know about a checkout: `make help`.

VENV ?= .venv
VENV_NEWEST ?= .venv-newest
PYTHON ?= python3
export PYTHON

# More arguments for pytest: make test ARGS="-x -k backup"
ARGS ?=
# How many processes test at once: make test WORKERS=0 for one after the other, in one process
WORKERS ?= 3
PYTEST = -m pytest --numprocesses $(WORKERS)

.DEFAULT_GOAL := help
.PHONY: help run dev test test-frontend test-unit test-integration test-acceptance test-newest check format bench \
	services reference docs lock clean

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' Makefile

run: ## Start the site on http://127.0.0.1:8000/ with a demo user; needs only Python 3.11 or newer (and Node for the dashboard)
	@scripts/environment run $(VENV)
	@scripts/frontend build
	@scripts/run $(VENV)/bin/python

dev: ## Start the site as `make run` does, and beside it the dashboard with reload on http://127.0.0.1:5173/lowcode/
	@scripts/environment run $(VENV)
	@scripts/frontend dev & vite=$$!; trap 'kill $$vite' EXIT INT TERM; scripts/run $(VENV)/bin/python

test: ## Run all tests, on every database that is installed
	@scripts/environment test $(VENV)
	@scripts/frontend test
	@scripts/frontend build
	$(VENV)/bin/python $(PYTEST) $(ARGS)

test-unit: ## Run the tests without a database: a few seconds
	@scripts/environment test $(VENV)
	$(VENV)/bin/python -m pytest tests/unit $(ARGS)

test-integration: ## Run the tests on SQLite, PostgreSQL, MariaDB and Redis
	@scripts/environment test $(VENV)
	$(VENV)/bin/python $(PYTEST) tests/integration $(ARGS)

test-acceptance: ## Run the tests that start the site as a user does
	@scripts/environment test $(VENV)
	@scripts/frontend build
	$(VENV)/bin/python $(PYTEST) tests/acceptance $(ARGS)

test-frontend: ## Run the tests of the dashboard's source: a few seconds
	@scripts/frontend test

test-newest: ## Run all tests on Python 3.13 and the newest Django
	@if python=$$(scripts/newest-python); then \
		scripts/environment test $(VENV_NEWEST) "$$python" && scripts/frontend build && \
		set -x && $(VENV_NEWEST)/bin/python $(PYTEST) $(ARGS); \
	else \
		printf '\033[1mNOT TESTED: Python 3.13 is not installed here\033[0m\n'; \
	fi

check: ## Check style, types, import directions, lock file, migrations and documentation
	@scripts/environment check $(VENV)
	@scripts/check $(VENV)

format: ## Put the source into its form
	@scripts/environment check $(VENV)
	$(VENV)/bin/ruff check --fix-only .
	$(VENV)/bin/ruff format .
	@scripts/frontend format

bench: ## Measure, and print the tables; ROWS=1000000 make bench ARGS=changes measures only what its name says
	@scripts/environment bench $(VENV)
	$(VENV)/bin/python -m bench $(ARGS)

services: ## Install PostgreSQL, MariaDB, Redis, Chromium and Node for the tests (Debian, Ubuntu; asks for root)
	scripts/services

reference: ## Write the pages of docs/reference that are made from the source
	@scripts/environment check $(VENV)
	$(VENV)/bin/python -m scripts.reference

docs: ## Serve the documentation on http://127.0.0.1:8100/
	@scripts/environment check $(VENV)
	NO_MKDOCS_2_WARNING=1 $(VENV)/bin/mkdocs serve --dev-addr 127.0.0.1:8100

lock: ## Bring uv.lock up to date with pyproject.toml
	@scripts/environment check $(VENV)
	scripts/uv lock

clean: ## Delete the environments and everything that was built; data in var/ and backups/ stays
	rm -rf .venv .venv-newest .venv-uv .venv-node frontend/node_modules lowcode_async/static/lowcode_async build dist site staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
