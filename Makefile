# Everything is relative to this folder: `make -C path/to/it` works from anywhere.
# Nothing below needs anything but make and a shell; the scripts install what is missing.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo setup serve test test-long check format bench lock clean venv postgis browser

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

demo: setup ## everything from a fresh checkout, then serve the sample city until stopped
	.venv/bin/gridward demo
	exec .venv/bin/gridward serve

setup: venv .venv/kernels maps/frontend/build/.ready postgis ## install all there is to install; then .venv/bin/gridward works

serve: setup ## serve what is in the database until stopped
	exec .venv/bin/gridward serve

# Compiled files are written even if the environment forbids it: tests start many processes. Each
# worker begins with half of the tests, so few fixtures of modules and sessions are set up twice.
test: setup browser ## every test but the long ones; ARGS="-k words" goes to pytest
	npm run --silent test
	PYTHONDONTWRITEBYTECODE= .venv/bin/python -m pytest -n 2 --dist worksteal -m "not long" $(ARGS)

test-long: setup browser ## the long tests
	.venv/bin/python -m pytest -m long $(ARGS)

check: setup ## formatter, linter, type checker, import contracts, migrations in step with models
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	npm run --silent check
	.venv/bin/python -m geo.postgres.migrations.check

format: setup ## put the code into the form that check asks for
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .
	npm run --silent format

bench: setup ## measure against peers; ONLY=import|coverage|lookup|http|plans|tiles|pages|load for one family
	@sh scripts/packages.sh gdal load browser
	.venv/bin/python -m bench $(ONLY)

lock: ## pin the newest releases that pyproject.toml allows (needs uv)
	uv pip compile pyproject.toml --extra dev --python-version 3.11 --upgrade --quiet \
		--no-header --no-annotate --no-emit-index-url --output-file requirements.lock

clean: ## remove what setup and the tools left in this folder; the database stays
	rm -rf .venv node_modules maps/frontend/build build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache \
		.hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

venv:
	@sh scripts/packages.sh python
	@sh scripts/venv.sh

.venv/kernels: $(wildcard geo/lookup/index/*.py) | venv
	.venv/bin/python -m geo.lookup.index
	@touch $@

postgis: venv
	@sh scripts/packages.sh postgis

browser: venv
	@sh scripts/packages.sh browser

node_modules/.ready: package.json package-lock.json
	@sh scripts/packages.sh node
	npm ci --ignore-scripts --no-audit --no-fund
	touch $@

maps/frontend/build/.ready: node_modules/.ready $(wildcard maps/frontend/*/*.ts)
	npm run --silent build
	@touch $@
