PY ?= python3
PORT ?= 8000
FACTOR ?= 10
BIN := .venv/bin
LOCK := uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --custom-compile-command 'make locks'
# Several files at a time, each in one process, as its tests share what they start; the slow folders come first by name.
# A process that dies, or waits for five minutes in one test, is not started again: the run ends and names the test.
SPREAD := -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder --max-worker-restart 0 -o faulthandler_exit_on_timeout=true
# Rules and what is drawn of them: they start no program.
FAST := tests/domain tests/intake tests/rendering tests/database tests/frozen tests/test_*rules.py tests/test_architecture.py tests/test_written_once.py
.DEFAULT_GOAL := help
.PHONY: help setup demo dev services browser test fast chaos bench check format translations locks clean

help:  ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1\t/' | expand -t 20

setup: .venv/.installed  ## .venv with .venv/bin/portal, and the browser files; PY=python3.12 chooses a Python
	@$(BIN)/python hatch_build.py

.venv/.installed: requirements/dev.txt pyproject.toml hatch_build.py .ci/make-venv
	@echo "Setting up .venv ..."
	@PY="$(PY)" .ci/make-venv
	@touch $@

demo: setup  ## the demo world on http://127.0.0.1:8000; PORT=9000 chooses another port
	@exec $(BIN)/portal demo --port "$(PORT)"

dev: setup  ## the demo world, started again whenever Python, a template, CSS or a script changes; PORT=9000
	@exec $(BIN)/python .ci/reload.py $(BIN)/portal demo --port "$(PORT)" --data var/dev

services: setup  ## Chromium, Redis and PostgreSQL for the tests: installed by root, named to anybody else
	@.ci/install-services

browser: setup  ## Chromium alone
	@.ci/install-services browser

test: services  ## every test; ARGS="-k counteroffer" passes arguments to pytest, ARGS="-n 0" runs them in one process
	@REQUIRE_BROWSER=1 $(BIN)/pytest $(SPREAD) $(ARGS)

fast: setup  ## the unit tests alone, and how much of the code they run: no services, no browser, under a minute
	@$(BIN)/pytest $(SPREAD) --cov --cov-report=term:skip-covered --no-header -q -k "not postgresql" $(FAST) $(ARGS)

chaos: services  ## the trials of docs/RELIABILITY.md, FACTOR times as many as in `make test`; ARGS="-k redis" chooses
	@PARLEY_CHAOS="$(FACTOR)" $(BIN)/pytest -o faulthandler_timeout=0 tests/chaos $(ARGS)

bench: setup  ## Parley beside its peers, as a table with ratios; ARGS="--quick" is a smoke run, ARGS="--help" tells more
	@.ci/install-services redis
	@$(BIN)/python -m benchmarks.run $(ARGS)

check: setup  ## format, lint, types, dependency audit, translations, templates, locks
	@$(BIN)/ruff format --check --quiet --output-format concise . || { echo "Not formatted; run: make format" >&2; exit 1; }
	@$(BIN)/ruff check --quiet --output-format concise .
	@$(BIN)/mypy
	@.ci/audit
	@.ci/translations check
	@$(BIN)/python -m tests.template_rules
	@! grep -nE 'https?://|file:|git\+' package-lock.json .npmrc requirements/*.txt || { echo "Locks name no addresses." >&2; exit 1; }

format: setup  ## put the code in its one shape
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

translations: setup  ## bring the message catalogs up to date with the code and the templates
	@.ci/translations update
	@$(BIN)/python hatch_build.py

locks:  ## write requirements/*.txt anew from pyproject.toml; needs uv. ARGS=--upgrade moves versions
	@$(LOCK) $(ARGS) pyproject.toml -o requirements/base.txt
	@$(LOCK) $(ARGS) --group dev pyproject.toml -o requirements/dev.txt
	@$(LOCK) $(ARGS) --group node -o requirements/node.txt

clean:  ## remove what setup made
	@rm -rf .venv node_modules static/vendor
