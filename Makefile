# One word per loop. Everything runs from .venv, which the first target that needs it creates.
# Only python3 (3.11 or newer, with venv) and make have to be on the machine.

PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test lint check bench bench-detection bench-intake docs soak lock clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)$$/  make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name what; do printf '%-23s %s\n' "$$name" "$$what"; done

demo: .venv/.stamp-run  ## simulate a small breach, investigate it, say where the report is
	$(BIN)/floodmark demo

# A file stays with one of the two processes, so that what its tests share is made once.
test: .venv/.stamp-dev  ## run every test but the soak
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not soak"

lint: .venv/.stamp-dev  ## lint, types, layers, size, words, generated pages
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyright
	$(BIN)/pyright -p tests
	$(BIN)/lint-imports --no-logo
	$(BIN)/python scripts/size.py
	$(BIN)/python scripts/words.py
	$(BIN)/python scripts/docs.py --check

check: lint  ## lint and the fast tests (about two minutes)
	$(BIN)/python -m pytest -n 2 -m "not slow and not soak"

bench: .venv/.stamp-dev  ## measure time and memory on simulated breaches
	$(BIN)/python bench/run.py

bench-detection: .venv/bench/.stamp  ## measure detection on simulated tenants (about an hour on two cores)
	.venv/bench/bin/python bench/detection.py $(ARGS)

bench-intake: .venv/.stamp-dev  ## measure what intake reads, against answers written by hand
	$(BIN)/python bench/intake.py $(ARGS)

docs: .venv/.stamp-dev  ## write the generated reference pages
	$(BIN)/python scripts/docs.py

soak: .venv/.stamp-dev  ## run the long randomised tests
	HYPOTHESIS_PROFILE=soak $(BIN)/python -m pytest -m soak

lock:  ## pin the newest versions that are at least a week old
	$(PYTHON) scripts/lock.py

clean:  ## remove the environment and everything derived
	rm -rf .venv build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage floodmark-demo
	find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "floodmark needs $(PYTHON) 3.11 or newer; set PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "floodmark needs Python 3.11 or newer, $(PYTHON) is $$($(PYTHON) -V 2>&1); set PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "$(PYTHON) has no venv module; install it first (Debian and Ubuntu: apt-get install python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

# The package is installed last and without its dependencies: the lock alone decides what is there.
.venv/.stamp-run: requirements.lock pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install -q --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/.stamp-dev: requirements-dev.lock pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install -q --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

# An environment of its own: no test can come to lean on what only this benchmark compares with.
.venv/bench/.stamp: requirements-bench.lock pyproject.toml | .venv/bin/python
	$(BIN)/python -m venv .venv/bench
	.venv/bench/bin/python -m pip install -q --require-hashes -r requirements-bench.lock
	.venv/bench/bin/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@
