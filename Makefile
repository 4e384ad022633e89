# Everything happens in .venv; each stamp says what has been installed there, so that a second run needs no network.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
SAMPLES := fixtures/samples
# Tests start thousands of processes, which would all compile what they import.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test proofs browser docs pictures interop lowest soak mutation bench lint types fresh examples wheel clean

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "receiptkit needs Python 3.10 or newer; name one: make PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -m venv $(VENV)
	@echo "installing receiptkit into $(VENV)"
	@$(PIP) --upgrade 'pip>=25.1'
	@$(PIP) --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.installed
	@echo "installing what the tests need"
	@$(PIP) --editable '.[faker,hypothesis,reference,encodings,parquet,server,remote,dask]' --group test --group api --group scale
	@touch $@

# Twilio's own package for Node.js, which the tests run where there is one.
$(VENV)/.node: tests/acceptance/node/package.json $(VENV)/.test
	@mkdir -p $(VENV)/node && cp tests/acceptance/node/package.json $(VENV)/node/
	@command -v npm >/dev/null || echo "no npm here: the tests with Twilio's package for Node.js will be skipped"
	@! command -v npm >/dev/null || npm install --prefix $(VENV)/node --no-audit --no-fund --no-package-lock --silent || echo "npm could not install: those tests will be skipped"
	@touch $@

$(VENV)/.soak: $(VENV)/.node
	@$(PIP) --group soak
	@touch $@

# A real browser for the pages that receiptkit makes.
$(VENV)/.browser: $(VENV)/.test
	@$(PIP) --group browser
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get install --yes -qq chromium >/dev/null; } || echo "no Chromium here: install the package chromium; until then its tests are skipped"
	@touch $@

$(VENV)/.mutation: $(VENV)/.test
	@$(PIP) --group mutation
	@touch $@

$(VENV)/.lint: $(VENV)/.test
	@$(PIP) --group lint
	@touch $@

# Judge the sample captures: one that conforms, and a mock that lies in five ways (exit 1 is what it should say).
demo: $(VENV)/.installed
	$(BIN)/receiptkit validate $(SAMPLES)/conforming.ndjson
	@echo
	$(BIN)/receiptkit validate $(SAMPLES)/lying-mock.json; test $$? -eq 1

test: $(VENV)/.node
	$(BIN)/python -m pytest --quiet -n auto

# What takes minutes: long tests of commands and data; formats, processes, a second engine, a simulated Twilio; every client under
# every mock, in environments of their own.
proofs: $(VENV)/.node
	$(BIN)/python -m pytest --quiet -n auto -m '(proofs or long) and not soak'

# The pages that receiptkit makes, and those of its documentation, in Chromium.
browser: $(VENV)/.browser docs
	$(BIN)/python -m pytest --quiet -m proofs tests/proofs/test_browser.py tests/proofs/test_site.py

# The site of the documentation, in build/docs/site; it needs no network once its tools are installed.
$(VENV)/.docs: $(VENV)/.installed
	@$(PIP) --group docs
	@touch $@

docs: $(VENV)/.docs
	$(BIN)/python tests/docs_site.py

# The pictures of the documentation.
pictures: $(VENV)/.browser
	$(BIN)/python tests/pictures.py

# The tools for OpenAPI that the documents are tried in, each pinned: those in Python, and those of Node.js where there is npm.
$(VENV)/.interop: tests/interop/package.json tests/interop/requirements.txt $(VENV)/.test
	@mkdir -p $(VENV)/interop && cp tests/interop/package.json $(VENV)/interop/
	@$(PYTHON) -m venv $(VENV)/interop/venv
	@$(VENV)/interop/venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/interop/requirements.txt
	@command -v npm >/dev/null || echo "no npm here: the tools of Node.js will be skipped"
	@! command -v npm >/dev/null || npm install --prefix $(VENV)/interop --no-audit --no-fund --no-package-lock --silent
	@touch $@

# The built documents in other people's tools: mocks, linters, generators of clients. Three minutes.
interop: $(VENV)/.interop
	$(BIN)/python tests/interop/run.py

# The tests with the lowest versions that pyproject.toml allows.
lowest: $(VENV)/.node
	@$(PYTHON) -m venv .venv-lowest
	@.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check --constraint tests/lowest.txt --editable '.[faker,hypothesis,reference,encodings,server]' --group test
	.venv-lowest/bin/python -m pytest --quiet -n auto -m 'not soak and not proofs'

# An hour of fuzzing, unless FUZZ_SECONDS says otherwise, and the long versions of the proofs.
soak: $(VENV)/.soak
	$(BIN)/python -m pytest --quiet -m soak

# Whether any test notices when a line of what judges says something else; an hour or two.
mutation: $(VENV)/.mutation
	$(BIN)/python tests/proofs/mutation.py

bench: $(VENV)/.test
	$(BIN)/python tests/bench/shapes.py
	$(BIN)/python tests/bench/shapes.py --style other --tables shapes,signed
	$(BIN)/python tests/bench/bench.py
	$(BIN)/python tests/bench/live.py

lint: $(VENV)/.lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.lint
	$(BIN)/mypy

# Generated files are what their sources make; the story in the documents runs on the server.
fresh: $(VENV)/.test
	$(BIN)/receiptkit spec build --check
	$(BIN)/receiptkit fixtures write fixtures --check
	$(BIN)/python tests/rules_page.py --check
	$(BIN)/python tests/formats_page.py --check
	$(BIN)/python tests/control_page.py --check

# Write everything that is generated; read the difference before you commit it.
generated: $(VENV)/.test
	$(BIN)/receiptkit spec build
	$(BIN)/receiptkit fixtures write fixtures
	$(BIN)/python tests/rules_page.py
	$(BIN)/python tests/control_page.py
	$(BIN)/python tests/proofs/golden.py
	$(BIN)/python tests/proofs/messages.py
	$(BIN)/python tests/proofs/snapshots.py --write
	$(BIN)/python tests/examples.py --write

# Replace what the examples in README.md and docs/ show by what they print now.
examples: $(VENV)/.test
	$(BIN)/python tests/examples.py --write

# A wheel made from the source distribution, used from an empty folder in a clean environment.
wheel:
	$(PYTHON) tests/wheel.py

clean:
	rm -rf $(VENV) .venv-lowest .proofs build dist .bench .mutation
