# Every target sets up what it needs; a fresh machine has Python 3.11-3.13, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PACKAGES := shared etl model
DEMO := demo
WHAT := shared etl
WHEELHOUSE := wheelhouse

.PHONY: demo test setup lint torture fuzz example docs wheelhouse clean

setup: $(STAMP)

$(STAMP): constraints.txt requirements-dev.txt $(PACKAGES:%=%/pyproject.toml)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		--requirement requirements-dev.txt $(PACKAGES:%=--editable ./%)
	touch $@

demo: setup
	$(BIN)/python scripts/demo.py $(DEMO)

test: setup
	$(BIN)/python -m pytest -m "not torture" -n 2 --dist loadfile

torture: setup
	$(BIN)/python -m pytest -m torture

fuzz: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt atheris || true
	PYTHONPATH=tests $(BIN)/python fuzz/fuzz_all.py --seconds 600 --runs 100000

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy shared/src etl/src model/src scripts tests fuzz
	$(BIN)/lint-imports

example: setup
	$(BIN)/python scripts/example.py

docs: setup
	$(BIN)/python scripts/columns_page.py

# WHAT="shared etl model" takes training too: some gigabytes, for torch.
wheelhouse: setup
	$(BIN)/python scripts/wheelhouse.py $(WHEELHOUSE) $(WHAT)

clean:
	rm -rf $(VENV) $(DEMO) $(WHEELHOUSE) fuzz/found .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
