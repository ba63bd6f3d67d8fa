# Every chore is one command. `make demo` and `make test` set up all they need.
PYTHON ?= python3.11
BIN := .venv/bin
HOME_OF_DEMO ?= .lifecycle/demo

# Every command is a process of its own and would compile all of the project again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test lint types floors bench spark clean

# Simulate a company, run its mornings, and show what waits for a person.
demo: .venv/ready
	$(BIN)/lifecycle demo --home $(HOME_OF_DEMO)

# Everything that has to be true before a change lands.
test: .venv/ready
	$(MAKE) -j3 lint types floors
	$(BIN)/python -m pytest -n 3 --dist loadgroup

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/ready
	$(BIN)/mypy

floors: .venv/ready
	$(BIN)/lint-imports

# Ratios at 10 k, 100 k and 1 M simulated accounts; minutes and gigabytes.
bench: .venv/ready
	$(BIN)/python -m tests.bench.day

# The optional group that proves the queries on a second engine.
spark: .venv/ready
	$(BIN)/python -m uv pip install -q --compile-bytecode --require-hashes -r tests/spark.lock \
	  || $(BIN)/python -m pip install -q --require-hashes -r tests/spark.lock

# An environment of our own from the lock: uv when it can be had, else pip.
.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check uv || true
	$(BIN)/python -m uv pip install -q --compile-bytecode --require-hashes -r requirements.lock \
	  || $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

clean:
	rm -rf .venv .lifecycle .mypy_cache .ruff_cache .pytest_cache .hypothesis
