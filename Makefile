# Countersign: `make run` starts the example workspace, `make test` runs the whole suite. Each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHONDONTWRITEBYTECODE ?=

.PHONY: run test check bench audit pin clean

run: $(VENV)/.ready
	$(BIN)/countersign serve --example

# Servers and workers start in half the time where the modules that they import are compiled; whatever the environment
# says, tests keep that. Files come longest first by tests/seconds.json; `pytest --keep-seconds` measures anew.
test: export PYTHONDONTWRITEBYTECODE =
test: $(VENV)/.ready-tests
	bash tests/prepare.sh
	$(BIN)/python -Im pytest -n 2 --dist loadfile --no-loadscope-reorder

check: $(VENV)/.ready-tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --num-workers auto
	$(BIN)/lint-imports

bench: $(VENV)/.ready-tests
	$(BIN)/python -m benchmarks

# Asks outside about known weaknesses of what ships; fails when it could not ask. The suite needs no network.
audit: $(VENV)/.ready-tests
	$(BIN)/python -m tests.dependencies

pin: $(VENV)/.ready-tests
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --all-extras --group dev pyproject.toml -c requirements.txt -o tests/requirements.txt

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Countersign needs Python 3.11 or newer, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

# The pinned files name every package, so pip need not resolve; with hashes it would stop at an extra it cannot pin.
$(VENV)/.ready: $(VENV)/bin/python requirements.txt pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

$(VENV)/.ready-tests: $(VENV)/.ready tests/requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r tests/requirements.txt
	touch $@

clean:
	rm -rf $(VENV) build *.egg-info
