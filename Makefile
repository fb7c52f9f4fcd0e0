# Every target sets up what it needs; a fresh machine has Python 3.11-3.13, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
STAMP := $(VENV)/.installed
PACKAGES := shared etl model
DEMO := demo
SUPPLY := .venv-supply
SBOM := sbom
QUIET_PIP := -m pip --quiet --disable-pip-version-check
WHAT := shared etl
WHEELHOUSE := wheelhouse
SITE := site

.PHONY: demo test browser setup lint torture fuzz bench gpu example docs pages wheelhouse clean

setup: $(STAMP)

# The programs alone, which is all that a demo needs.
$(READY): constraints.txt $(PACKAGES:%=%/pyproject.toml) $(wildcard */bin/hnp-*)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		$(PACKAGES:%=--editable ./%)
	touch $@

$(STAMP): $(READY) requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		--requirement requirements-dev.txt
	touch $@

demo: $(READY)
	$(BIN)/python scripts/demo.py $(DEMO)

test: setup
	$(BIN)/python -m pytest -m "not torture and not browser" -n 2 --dist loadfile

# Among them: every folder of ../shared/cases, run as it stands, and 300 stops of all commands.
torture: setup
	$(BIN)/python -m pytest -m torture

# Pages for readers, driven as a reader would; skipped, and says so, where there is no Chromium.
browser: setup
	$(BIN)/python -m pytest -m browser -rs tests/browser

fuzz: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt atheris || true
	PYTHONPATH=tests $(BIN)/python fuzz/fuzz_all.py --seconds 600 --runs 100000

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy shared/src etl/src model/src scripts tests fuzz bench
	$(BIN)/lint-imports

bench: setup
	$(BIN)/python -m bench --page docs

# A few minutes on a machine with CUDA; there nothing needs to be installed but what hnp-train imports.
gpu:
	PYTHONPATH=shared/src:model/src:tests $(PYTHON) scripts/gpu.py

example: setup
	$(BIN)/python scripts/example.py

# Pages that the code tells are written anew, then all of them become a site; a link that leads nowhere fails.
docs: setup
	$(BIN)/python scripts/columns_page.py
	$(BIN)/python scripts/reasons_page.py
	$(BIN)/python scripts/architecture_page.py
	$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going --fresh-env docs $(SITE)
	@echo "look into $(SITE)/index.html"

# What docs/evaluation.md shows is what its commands print; it trains for half an hour or more.
pages: setup
	rm -rf pages
	$(BIN)/python scripts/rerun_page.py pages docs/evaluation.md

# WHAT="shared etl model" takes training too: some gigabytes, for torch.
wheelhouse: setup
	$(BIN)/python scripts/wheelhouse.py $(WHEELHOUSE) $(WHAT)

# Tools that look at what we depend on; kept apart, so that they are not among it.
$(SUPPLY)/.installed: constraints.txt requirements-supply.txt
	$(PYTHON) -m venv $(SUPPLY)
	$(SUPPLY)/bin/python $(QUIET_PIP) install --constraint constraints.txt \
		--requirement requirements-supply.txt
	touch $@

# Asks the vulnerability service of the package index about every pinned version.
audit: $(SUPPLY)/.installed
	$(SUPPLY)/bin/pip-audit --strict --no-deps --disable-pip --requirement constraints.txt

# One CycloneDX list a distribution, of a fresh install with nothing else in it.
sbom: $(PACKAGES:%=$(SBOM)/hnp-%.cdx.json)

$(SBOM)/hnp-%.cdx.json: $(SUPPLY)/.installed $(PACKAGES:%=%/pyproject.toml)
	rm -rf $(SBOM)/$*.venv
	$(PYTHON) -m venv --without-pip $(SBOM)/$*.venv
	$(SUPPLY)/bin/python $(QUIET_PIP) --python $(SBOM)/$*.venv/bin/python install \
		--constraint constraints.txt ./shared $(if $(filter-out shared,$*),./$*)
	$(SUPPLY)/bin/cyclonedx-py environment $(SBOM)/$*.venv --pyproject $*/pyproject.toml \
		--output-reproducible --output-file $(SBOM)/$*.json
	sed 's|file://$(CURDIR)/|./|' $(SBOM)/$*.json > $@
	rm -rf $(SBOM)/$*.venv $(SBOM)/$*.json

clean:
	rm -rf $(VENV) $(VENV)-bench-* bench/.scratch $(SUPPLY) $(SBOM) $(DEMO) pages $(SITE) $(WHEELHOUSE) fuzz/found .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
