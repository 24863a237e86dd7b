# What there is to run. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help venv demo test acceptance lint format types policies generate parity benchmark clean
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

venv: $(STAMP) ## make .venv with gatelib and its tools

$(STAMP): pyproject.toml requirements-dev.txt
	$(PYTHON) tools/run.py setup

demo: ## judge the example, and show what is found in it
	@$(PYTHON) tools/run.py demo

test: ## run the tests
	$(PYTHON) tools/run.py test

acceptance: $(STAMP) ## run the tests with their large budgets; takes long
	GATELIB_ACCEPTANCE=1 GATELIB_REQUIRE_ENGINES=1 $(BIN)/python -m pytest -n auto

lint: $(STAMP) ## check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(STAMP) ## mend style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	opa fmt --write rego

types: $(STAMP) ## check types
	$(BIN)/mypy

policies: $(STAMP) ## check and test the policies, with coverage; needs opa
	opa check --strict --capabilities bundles/capabilities.json rego gatelib/authoring/lint/checks
	$(BIN)/python tools/rego_coverage.py
	$(BIN)/gatelib rules lint

generate: $(STAMP) ## write what is generated
	$(BIN)/python tools/generate.py

parity: $(STAMP) ## compare every engine on every case, and write docs/parity.md
	$(BIN)/python tools/parity.py

benchmark: $(STAMP) ## measure against peers, and write docs/benchmarks.md
	$(BIN)/python -m benchmarks

clean: ## remove what is built
	rm -rf $(VENV) build dist .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
