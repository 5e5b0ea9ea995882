# All that is done with this repository. Everything happens in .venv, with the versions that
# requirements.lock pins; only making .venv (and `make lock`) uses the network.

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-real test-cpus test-browser check smoke bench soak book tables lock schema signatures clean

# Python may keep what it compiled, whatever the shell says: kx starts as it does for its users.
unexport PYTHONDONTWRITEBYTECODE

# Python 3.11.4 to 3.13: what TensorFlow has wheels for, and kx needs.
FITS := import sys; sys.exit(not (3, 11, 4) <= sys.version_info < (3, 14))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c '$(FITS)' 2>/dev/null && echo $$python && exit; done; echo python3)
UV := uv==0.13.9
BIN := .venv/bin

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

# The packages follow the lock file; kx itself, editable, follows pyproject.toml. uv is several
# times as fast as pip, but is not to be had everywhere, and does not read pip's settings.
.venv/packages.stamp: requirements.lock
	@"$(PYTHON)" -c '$(FITS)' 2>/dev/null || { echo "kx needs Python 3.11.4 to 3.13, but" \
		"'$(PYTHON)' is: $$("$(PYTHON)" --version 2>&1 | head -n 1)" >&2; \
		echo "Name another, as in: make setup PYTHON=python3.12" >&2; exit 1; }
	"$(PYTHON)" -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check '$(UV)' \
		&& $(BIN)/uv pip install --python .venv --compile-bytecode -r requirements.lock \
		|| $(BIN)/python -m pip install --disable-pip-version-check -r requirements.lock
	@touch $@

.venv/kx.stamp: .venv/packages.stamp pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--no-build-isolation --editable .
	@touch $@

setup: .venv/kx.stamp  ## make .venv: kx itself and the pinned versions of all it needs

demo: .venv/kx.stamp  ## a first run, offline, from nothing to scores and plots
	$(BIN)/kx train configs/digits.yaml

check: .venv/kx.stamp  ## seconds: format, lint, types, layers, and the tests that train nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -n auto --dist worksteal -m "not slow and not real_data and not browser"

test: .venv/kx.stamp  ## all tests, offline; those of real data if KX_DATA_DIR names its folder
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not browser"

test-real: .venv/kx.stamp  ## the tests of real data alone: no other sees what KX_DATA_DIR names
	$(BIN)/python -m pytest -n auto --dist worksteal -m "real_data and not browser"

# What depends on the CPU: its kernels add up in an order of their own. The first run sees a CPU
# without AVX-512; the second one for which TensorFlow leaves oneDNN out, with a core a process.
# (Not bfloat16: TensorFlow asks the real CPU about it, and oneDNN, held to AVX2, then refuses.)
NUMERIC := --ignore tests/training/test_half_precision.py tests/training tests/test_bits.py tests/test_predict.py tests/test_baselines.py \
	tests/test_scores.py tests/test_kfold.py tests/test_text_runs.py
AVX2 := ONEDNN_MAX_CPU_ISA=AVX2 XLA_FLAGS=--xla_cpu_max_isa=AVX2 OPENBLAS_CORETYPE=Haswell

test-cpus: .venv/kx.stamp  ## the numeric tests once more, as smaller CPUs see them
	$(AVX2) $(BIN)/python -m pytest -q -n auto --dist worksteal $(NUMERIC)
	$(AVX2) TF_ENABLE_ONEDNN_OPTS=0 KX_TEST_ONE_CORE=1 \
		$(BIN)/python -m pytest -q -n auto --dist worksteal $(NUMERIC)

test-browser: .venv/kx.stamp  ## reports in headless Chromium, if it and its chromedriver are here
	$(BIN)/python -m pytest -q -m browser tests/pages

demo smoke: export KX_OFFLINE = 1
smoke: .venv/kx.stamp  ## every shipped spec, cut short, on samples
	@outputs=$$(mktemp -d) && trap 'rm -rf "$$outputs"' EXIT && set -x && \
		$(BIN)/kx train configs/*.yaml configs/*/*.yaml --smoke --sample --outputs "$$outputs"

bench: .venv/kx.stamp  ## what kx costs, against its targets (minutes, 10 GB of memory)
	$(BIN)/python -m benchmarks

book: .venv/kx.stamp  ## all specs on real data, and tables, into docs/; SPECS="imdb wine" for some
	$(if $(SPECS),,$(BIN)/python -m benchmarks.tables)
	$(BIN)/python -m benchmarks.book $(SPECS)

tables: .venv/kx.stamp  ## networks for tables beside gradient boosting, into docs/tables.md
	$(BIN)/python -m benchmarks.tables

soak: .venv/kx.stamp  ## 200 signals at random moments of real runs; SIGNALS=50 SEED=2 for others
	$(BIN)/python -m benchmarks.soak --signals $(or $(SIGNALS),200) --seed $(or $(SEED),1)

lock: .venv/kx.stamp  ## resolve pyproject.toml anew, to the newest versions
	$(BIN)/python -m pip install --quiet --disable-pip-version-check '$(UV)'
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11.4 \
		--fork-strategy fewest --upgrade --no-annotate --quiet \
		--custom-compile-command 'make lock' --output-file requirements.lock

signatures: .venv/kx.stamp  ## write the table of what Keras's losses, metrics and optimizers take
	$(BIN)/python -m kx.components.keras_signatures

schema: .venv/kx.stamp  ## write the JSON schema with which editors help to write specs
	$(BIN)/kx schema > .venv/kx.schema.json
	cp .venv/kx.schema.json configs/kx.schema.json

clean:  ## remove caches and what was built; never outputs/ nor .venv
	rm -rf build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find kx tests benchmarks -type d -name __pycache__ -prune -exec rm -rf {} +
