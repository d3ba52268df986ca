# Proofward: every command that a person or a build machine needs. `make` alone lists them.
#
#   make setup PYTHON=python3.12                       another interpreter, 3.11 or later
#   make setup PIP_ARGS="--extra-index-url INDEX"      torch from PyTorch's index of CPU builds, where pip would fetch
#                                                      the build for GPUs
#   make test TEST_ARGS="-k receipt" TEST_JOBS=1       some tests, in one process
#   make bench SIZES="sample 5000x20"                  other sizes than the usual four; docs stay as they are
#   make bench-large SIZE=65536x1024                   another size than 262144x1024; docs stay as they are
#   make bench-killed SIZE=65536x100                   another size than 131072x200; docs stay as they are

PYTHON ?= python3
VENV ?= .venv
PIP_ARGS ?=
TEST_JOBS ?= 2
TEST_ARGS ?=
SIZES ?=
SIZE ?=

BIN := $(VENV)/bin
READY := $(VENV)/.ready
FREEZER := $(VENV)/.ready-freeze

.DEFAULT_GOAL := help
.PHONY: help setup demo test app bench bench-large bench-killed lint frozen clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## make the virtual environment with everything in it; once, and again when pyproject.toml changes
	@echo "Proofward is ready: $(BIN)/proofward --help"

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Proofward needs Python 3.11 or later, and '$(PYTHON)' is not. Name one: make setup PYTHON=/path/to/python3.11" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "Making the virtual environment $(VENV)"; $(PYTHON) -m venv $(VENV); } || { \
	  echo "The virtual environment could not be made. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing Proofward and what it needs into $(VENV) (some two gigabytes; a few minutes)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) --editable '.[dev]' || { \
	  echo "pip could not install everything; the lines above say what. It needs the package index, or a mirror of it." >&2; exit 1; }
	@$(BIN)/python packaging/system_libraries.py || echo "Everything but the window and its tests works without them." >&2
	@touch $@

demo: $(READY) ## the whole tour on the embedded sample: commit, train, prove, sign, verify on both backends
	@echo "Committing, training, proving and verifying the embedded sample of 569 patient records"
	@$(BIN)/proofward demo

test: $(READY) ## all tests, without a screen and without a network
	@$(BIN)/python packaging/system_libraries.py
	@echo "Running the tests in $(TEST_JOBS) processes"
	@$(BIN)/python -m pytest -n $(TEST_JOBS) --dist worksteal $(TEST_ARGS)

app: $(READY) ## open the window
	@$(BIN)/python packaging/system_libraries.py --window
	@test "$$(uname)" != Linux -o -n "$$DISPLAY$$WAYLAND_DISPLAY" || { \
	  echo "There is no screen here: neither DISPLAY nor WAYLAND_DISPLAY is set. Start this in a desktop session, or under xvfb-run." >&2; exit 1; }
	@echo "Opening the window"
	@$(BIN)/proofward app

bench: $(READY) ## measure import, commit, train, prove and verify on this machine, sizes and peak memory; some ten minutes
	@echo "Measuring on this machine; leave it alone meanwhile"
	@$(BIN)/python -m tests.bench $(SIZES)

bench-large: $(READY) ## measure 262,144 records of 1,024 features; needs 1 GB of disk and 8 GiB of memory, some ten minutes
	@echo "Measuring on this machine; leave it alone meanwhile"
	@$(BIN)/python -m tests.bench.large $(SIZE)

bench-killed: $(READY) ## kill a large attestation at ten moments, continue it, and measure what was lost; some fifteen minutes
	@echo "Measuring on this machine; leave it alone meanwhile"
	@$(BIN)/python -m tests.bench.killed $(SIZE)

lint: $(READY) ## style, types and the walls between rooms
	@echo "ruff" && $(BIN)/ruff check .
	@echo "mypy" && $(BIN)/mypy
	@echo "import-linter" && $(BIN)/lint-imports

frozen: $(FREEZER) ## build dist/proofward, a folder that needs no Python, and let it attest and verify the sample
	@echo "Building dist/proofward (some minutes)"
	@$(BIN)/python -m PyInstaller --noconfirm --log-level WARN --distpath dist --workpath build/frozen packaging/proofward.spec
	@echo "Trying it: started from / as an ordinary user with an empty home"
	@$(BIN)/python packaging/try_frozen.py dist/proofward

$(FREEZER): $(READY)
	@echo "Installing PyInstaller into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) --editable '.[freeze]'
	@touch $@

clean: ## remove what was built, and keep the virtual environment
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
