# make run · make test · make check · make bench · make soak
# Needs Python ≥ 3.11 and make; everything else is installed into .venv.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SOURCES := bot feeds translations tests

.PHONY: run test check bench soak format clean programs nginx

run: $(VENV)/run
	$(BIN)/polyherald demo

# Bytecode is kept whatever the environment says: hundreds of processes would compile it all anew.
test: $(VENV)/dev programs nginx
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -p tests.no_skips -m "not soak and not bench"

check: $(VENV)/dev
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports --no-logo
	$(BIN)/python -m translations.audit
	$(MAKE) test

bench: $(VENV)/dev nginx
	$(BIN)/python tests/bench/run.py

soak: $(VENV)/dev
	$(BIN)/python -m pytest -m soak

format: $(VENV)/dev
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

programs:
	@sh tests/install.sh

nginx: $(VENV)/dev
	@sh tests/nginx/install.sh $(VENV)/nginx

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/pip: 
	$(PYTHON) -c 'import sys; sys.exit("Polyherald needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	@touch $@

$(VENV)/run: $(VENV)/pip pyproject.toml translations/build.py
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/dev: $(VENV)/run pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev
	@touch $@
