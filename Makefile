# Four words for everything. `run`, `test` and `check` do the set-up themselves; a finished set-up costs them no time.
#
#   make setup    Debian packages (as root), .venv, pinned Python packages
#   make run      the inspection station        make run ARGS="--source folder:/pictures"
#   make test     all tests, no display needed  make test ARGS="tests/core -x"
#   make check    format, lint, types, import contracts

SHELL := /bin/bash
PYTHON := .venv/bin/python
ARGS ?=
# Seconds the whole suite may take before it is stopped.
TEST_LIMIT_S ?= 1800
PYTEST = QT_QPA_PLATFORM=offscreen timeout --signal=INT --kill-after=30 $(TEST_LIMIT_S) $(PYTHON) -m pytest -q
# These can wait. The others have deadlines and much idle time, so these run beside them in what time they leave.
PATIENT_TESTS := tests/core tests/cli tests/storage tests/training tests/vision

.DEFAULT_GOAL := help
.PHONY: help setup run test check format lock

help:
	@sed -n 's/^#   //p' Makefile

setup:
	@installer/setup.sh

# The simulated line starts at once; a real camera waits for a person.
run:
	@installer/setup.sh run
	@$(PYTHON) main.py run --start $(ARGS)

ifneq ($(strip $(ARGS)),)
test: setup
	@$(PYTEST) $(ARGS)
else
test: setup
	@said=$$(mktemp); trap 'kill $$patient 2>/dev/null; rm -f $$said' EXIT; \
	nice -n 19 env $(PYTEST) $(PATIENT_TESTS) > $$said 2>&1 & patient=$$!; \
	$(PYTEST) $(addprefix --ignore=,$(PATIENT_TESTS)); first=$$?; \
	wait $$patient; second=$$?; \
	cat $$said; exit $$(( first > second ? first : second ))
endif

check: setup
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports

format: setup
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

lock:
	@installer/lock.sh
