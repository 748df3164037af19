# `make` alone lists the commands. Everything is installed into .venv, from the lock files, once:
# a stamp in .venv is as old as the lock file it was made from, so later runs start at once and offline.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c '$(SUPPORTED)' 2>/dev/null && echo "$$p" && break; done)
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))

VENV := .venv
PY := $(VENV)/bin/python
INSTALL := $(PY) -m pip install -qq --disable-pip-version-check --require-hashes --no-deps -r

SAM := .venv-sam
SAM_VERSION := 1.170.0
MOTO := .venv-moto
MOTO_VERSION := 5.2.5
NPM := tests/npm

UV_VERSION := 0.13.9
UV := .venv-uv/bin/uv
LOCK := UV_CUSTOM_COMPILE_COMMAND="make lock" $(UV) pip compile -q \
	--universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links

export PIP_NO_INPUT = 1
export SAM_CLI_TELEMETRY = 0

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run talk serve test check format build sounds voice prove bench parts hooks lock clean

help:
	@echo "Hip Coach. Add ARGS=… to pass options on, for example: make test ARGS='-k pause'"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

run: talk ## Set up, start the skill here and talk to it: no account, no device

talk: $(VENV)/.talk ## The terminal device: type what you would say
	@$(PY) -m skill talk $(ARGS)

serve: $(VENV)/.talk ## The skill as a web server, for a tunnel or a browser
	@$(PY) -m skill serve $(ARGS)

test: $(VENV)/.dev ## Run the tests, all of them with coverage; or some: ARGS=tests/test_web.py
	@$(PY) -m pytest -q $(if $(strip $(ARGS)),$(ARGS),--cov)

check: $(VENV)/.dev ## All the checks: format, lint, types, imports, content, generated files
	@$(VENV)/bin/ruff format --check -q .
	@$(VENV)/bin/ruff check -q .
	@! git rev-parse -q --git-dir >/dev/null 2>&1 || $(VENV)/bin/pre-commit run --all-files --color never >.venv/hooks.txt || \
		{ cat .venv/hooks.txt; exit 1; }
	@$(VENV)/bin/mypy --no-error-summary
	@out=$$($(VENV)/bin/lint-imports 2>&1) || { echo "$$out"; exit 1; }
	@$(PY) -m skill check
	@$(PY) -m skill build --check
	@echo "All checks passed."

format: $(VENV)/.dev ## Lay out the code and mend what ruff can mend
	@$(VENV)/bin/ruff check -q --fix . || true
	@$(VENV)/bin/ruff format -q .

build: $(VENV)/.dev ## Make the generated files again: interaction models, schemas, diagrams
	@$(PY) -m skill build $(ARGS)
	@$(PY) tests/showcase.py

sounds: $(VENV)/.talk ## Make the sound files: counts, ticks, quiet
	@$(PY) -m skill sounds $(ARGS)

voice: $(VENV)/.voice ## Record the counted words of the sounds anew (installs a speech engine, 250 MB)
	@$(PY) -m skill voice $(ARGS)

prove: $(VENV)/.dev ## The long runs: fuzz, crashes, sounds, a year (writes tables to docs/)
	@set -e; for script in $(filter-out prove/page.py,$(wildcard prove/*.py)); do \
		[ -e "$$script" ] || { echo "prove/ holds no script yet."; exit 1; }; \
		echo "$$script"; PYTHONPATH=.:tests $(PY) "$$script" $(ARGS); \
	done

bench: $(VENV)/.dev ## What a turn and a start cost beside the stock SDK's hello world (docs/benchmarks.md)
	@PYTHONPATH=.:tests $(PY) -m benchmarks.run $(ARGS)

parts: $(SAM)/.$(SAM_VERSION) $(MOTO)/.$(MOTO_VERSION) $(NPM)/node_modules/.npm ## Install the outside parts that tests run against: npm clients, SAM, moto

hooks: $(VENV)/.dev ## Check layout and lint at every git commit
	@$(VENV)/bin/pre-commit install

lock: $(UV) ## Make the lock files again from pyproject.toml (newest versions: ARGS=--upgrade)
	@echo "Resolving …"
	@# One resolution for all of them, so that any two can share a .venv.
	@cat requirements-dev.txt requirements-voice.txt > .venv-uv/all.txt 2>/dev/null || true
	@$(LOCK) pyproject.toml -o .venv-uv/all.txt --all-extras $(ARGS)
	@$(LOCK) pyproject.toml -c .venv-uv/all.txt -o requirements.txt
	@$(LOCK) pyproject.toml -c .venv-uv/all.txt -o requirements-talk.txt --extra talk --extra serve
	@$(LOCK) --group lambda -c .venv-uv/all.txt -o requirements-lambda.txt
	@$(LOCK) pyproject.toml -c .venv-uv/all.txt -o requirements-dev.txt --extra talk --extra serve --extra dynamodb --extra dev
	@$(LOCK) pyproject.toml -c .venv-uv/all.txt -o requirements-voice.txt --extra voice

# What AWS SAM calls to pack the function (template.yaml): the code, a snapshot of the content, and what they need; nothing
# else. The packages are those for the function's own Python and processor, whatever this machine has; only their bytecode
# needs that very Python here. It does not look at files' times, which packing may change.
LAMBDA_PYTHON ?= python3.13
LAMBDA_LOCK ?= requirements-lambda.txt
LAMBDA_PIP ?=

build-HipCoach:
	@$(PYTHON) -m pip install -qq --require-hashes --no-deps --no-compile -r "$(LAMBDA_LOCK)" -t "$(ARTIFACTS_DIR)" \
		--only-binary=:all: --python-version 3.13 --platform manylinux_2_28_x86_64 --platform manylinux2014_x86_64
	@$(PYTHON) -m pip install -qq --no-deps --no-compile $(LAMBDA_PIP) -t "$(ARTIFACTS_DIR)" .
	@rm -rf "$(ARTIFACTS_DIR)/bin" "$(ARTIFACTS_DIR)/skill/content" "$(ARTIFACTS_DIR)/skill/interaction_model"
	@$(LAMBDA_PYTHON) -W ignore -m compileall -q --invalidation-mode unchecked-hash "$(ARTIFACTS_DIR)" || \
		echo "No bytecode was made, so a cold start takes twice as long: is there a $(LAMBDA_PYTHON)?" >&2

clean: ## Remove what was installed or made here, except what git keeps
	@rm -rf .venv .venv-* $(NPM)/node_modules dist build .aws-sam .coverage .coverage.* \
		.hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PY):
	@[ -n "$(PYTHON)" ] && $(PYTHON) -c '$(SUPPORTED)' || { \
		echo "Hip Coach needs Python 3.11, 3.12 or 3.13. Say which: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@echo "Setting up .venv …"
	@$(PYTHON) -m venv --clear $(VENV)

$(VENV)/.talk: requirements-talk.txt | $(PY)
	@echo "Installing what the skill needs …"
	@$(INSTALL) requirements-talk.txt
	@touch $@

# Holds everything in requirements-talk.txt too.
$(VENV)/.dev: requirements-dev.txt | $(PY)
	@echo "Installing what the tests and checks need (about a minute, once) …"
	@$(INSTALL) requirements-dev.txt
	@touch $(VENV)/.talk $@

$(VENV)/.voice: requirements-voice.txt | $(PY)
	@echo "Installing the speech engine …"
	@$(INSTALL) requirements-voice.txt
	@touch $@

# A venv of its own: it is large, and it pins many of the packages that we use at other versions.
$(SAM)/.$(SAM_VERSION): | $(PY)
	@echo "Installing AWS SAM $(SAM_VERSION) …"
	@$(PY) -m venv --clear $(SAM)
	@$(SAM)/bin/python -m pip install -qq --disable-pip-version-check aws-sam-cli==$(SAM_VERSION)
	@touch $@

# A DynamoDB that others wrote; as large, and pinned by the same reasoning.
$(MOTO)/.$(MOTO_VERSION): | $(PY)
	@echo "Installing moto $(MOTO_VERSION) …"
	@$(PY) -m venv --clear $(MOTO)
	@$(MOTO)/bin/python -m pip install -qq --disable-pip-version-check "moto[dynamodb,server]==$(MOTO_VERSION)"
	@touch $@

$(NPM)/node_modules/.npm: $(NPM)/package-lock.json
	@echo "Installing the npm clients …"
	@cd $(NPM) && npm ci --loglevel=error >/dev/null
	@touch $@

$(UV):
	@$(PYTHON) -m venv --clear .venv-uv
	@.venv-uv/bin/python -m pip install -qq --disable-pip-version-check uv==$(UV_VERSION)
