# The commands of this repository; each one installs what it needs first. What `make up` needs of the machine: Python 3.11 or newer, and make.

PYTHON ?= python3
PAIR ?= auto
TESTS ?=
SEED ?=
BASE_PORT ?= 8080
PY := .venv/bin/python
STAMP := .venv/.installed
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help install up deploy undeploy test check bench bench-large faults lock
.DEFAULT_GOAL := help

help:
	@echo "make up       the whole platform on this machine; Ctrl-C stops it"
	@echo "make deploy   the same in containers, with Kafka and PostgreSQL; BASE_PORT=18080 shifts all ports; make undeploy stops it"
	@echo "make test     all tests but the longest; PAIR=docker, embedded or both says against what (default: docker where an engine answers)"
	@echo "make check    style, types, import rules, generated files, and that no contract breaks a released one"
	@echo "make faults   the fault tests, at full length, and a table of what they lost; SEED=… repeats a run"
	@echo "make bench    speed and memory, beside a bare alternative; a quarter of an hour at most, and nothing else should run meanwhile"
	@echo "make bench-large  the same with tables of 10 million rows and 500,000 records waiting; some half an hour, and 25 GB of disk"
	@echo "make install  only .venv"
	@echo "make lock     pin requirements.txt again, after a change of dependencies"

install: $(STAMP)

up: $(STAMP)
	@exec .venv/bin/passend up

deploy: $(STAMP)
	@exec $(PY) -m deploy.containers up --base-port $(BASE_PORT)

undeploy: $(STAMP)
	@exec $(PY) -m deploy.containers down --base-port $(BASE_PORT)

test: $(STAMP)
	$(PY) -m $(if $(TESTS),pytest,tests.parts tests) -m "not long and not benchmark" --pair $(PAIR) $(TESTS)

check: $(STAMP)
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo
	$(PY) -m passend_contracts.export --check
	.venv/bin/passend contracts check

faults: $(STAMP)
	SEED=$(SEED) $(PY) -m $(if $(TESTS),pytest,tests.parts faults) --pair $(PAIR) $(TESTS)

bench: $(STAMP)
	$(PY) -m tests.benchmarks --pair $(PAIR)

bench-large: $(STAMP)
	$(PY) -m tests.benchmarks --pair $(PAIR) --large

# uv is the one tool that writes pins with hashes for this; it is fetched for the moment and is no dependency.
lock: $(STAMP)
	$(PY) -m pip install --quiet --upgrade --target build/uv uv
	$(PY) deploy/lock.py | build/uv/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 - -o requirements.txt

# The stamp says what was installed: with the same files as then, this is no work at all.
$(STAMP): requirements.txt pyproject.toml contracts/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Passend needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Try: make $(or $(MAKECMDGOALS),install) PYTHON=python3.12"; exit 1; }
	@$(PY) -c '' 2>/dev/null || $(PYTHON) -m venv --clear .venv || { \
		echo "'$(PYTHON)' makes no virtual environment; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Installing what requirements.txt pins; about a minute, once"
	@$(PY) -m pip install --quiet --require-hashes -r requirements.txt
	@$(PY) -m pip install --quiet --no-deps --no-build-isolation -e contracts -e .
	@touch $@
