PY ?= python3
PORT ?= 8000
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo

help:  ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1\t/' | expand -t 16

setup: .venv/.installed  ## .venv with .venv/bin/portal, and the browser files
	@.venv/bin/python hatch_build.py

.venv/.installed: requirements/dev.txt pyproject.toml hatch_build.py .ci/make-venv
	@echo "Setting up .venv ..."
	@PY="$(PY)" .ci/make-venv
	@touch $@

demo: setup  ## the demo world on http://127.0.0.1:$PORT
	@.venv/bin/portal demo --port "$(PORT)"
