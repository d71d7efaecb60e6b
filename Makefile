# `make` or `make help` lists what there is. Every target installs what it needs first, and that is
# quick when nothing is missing.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup run test check format bench lock clean

PYTHON := .venv/bin/python
CODE := app geo migrations tests bench tools

help: ## this list
	@printf 'Usage: make TARGET\n\n'
	@sed -nE 's/^([a-z]+):.*## (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

setup: ## install what is missing; the program is then .venv/bin/beatway
	@tools/setup.sh program database

run: setup ## start everything and open the demo city on http://127.0.0.1:8000 (ARGS="--port 9000")
	@exec .venv/bin/beatway up $(ARGS)

test: ## install what tests need, and run all of them (ARGS="-k queue")
	@tools/setup.sh tests program test-database browser gis-client nominatim
	$(PYTHON) -m pytest $(ARGS)

check: ## format, lint, types and imports
	@tools/setup.sh tests
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports

format: ## format the code and mend what the linter can
	@tools/setup.sh tests
	$(PYTHON) -m ruff check --fix-only .
	$(PYTHON) -m ruff format .

bench: ## all benchmarks, printed as tables (ARGS="reroute tiles" runs these)
	@tools/setup.sh tests program test-database peer
	$(PYTHON) -m bench $(ARGS)

# --no-emit-index-url and its like: the locks name packages and hashes, never where they came from.
UV := $(PYTHON) -m uv pip compile --universal --python-version 3.11 --generate-hashes --quiet \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links
lock: ## resolve all versions anew, for Python and npm (UPGRADE=1 takes newer ones)
	@tools/setup.sh tests program
	@$(PYTHON) -m pip install --quiet uv
	$(UV) $(if $(UPGRADE),--upgrade) --group build pyproject.toml -o requirements.lock
	$(UV) $(if $(UPGRADE),--upgrade) --group build --group dev -c requirements.lock pyproject.toml \
		-o requirements-dev.lock
	$(UV) $(if $(UPGRADE),--upgrade) --group build --group learning -c requirements.lock pyproject.toml \
		-o requirements-learning.lock
	$(UV) $(if $(UPGRADE),--upgrade) --group node -o requirements-node.lock
	$(UV) $(if $(UPGRADE),--upgrade) --group peer -o requirements-peer.lock
	$(UV) $(if $(UPGRADE),--upgrade) --group nominatim -o requirements-nominatim.lock
	PATH="$$PATH:$$PWD/.venv/bin" npm $(if $(UPGRADE),update,install) --package-lock-only \
		--ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund

clean: ## remove what set-up and tools made; the data folder stays
	rm -rf .venv .setup node_modules app/web/vendor dist *.egg-info
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .schemathesis
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +
