# Everything runs from a bare clone: each target first updates the virtual environment if the
# requirements or the version of Python have changed.
PYTHON ?= python3
VERSION := $(or $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])'),none)
# With `make PYTHON=...`, a second environment is used beside the usual one.
VENV := $(if $(filter file,$(origin PYTHON)),.venv,.venv-$(VERSION))
BIN := $(VENV)/bin
# The tests refuse to run on another version.
PYTEST := TALLY_PYTHON=$(VERSION) $(BIN)/python -m pytest
LIBRARIES := packages/durable_dialogs packages/telegram_playground
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --upgrade

# How many minutes `make soak` takes, and how often each of its tests kills something.
SOAK ?= 0
TALLY_KILLS ?= 50
# The sizes of the databases that `make bench` queries, in totals; ten million take a quarter of an
# hour and 2 GB.
TOTALS ?= 10000 1000000
# The numbers of people with whom it measures workers; 10000 take ten minutes more.
PEOPLE ?= 100 1000
# The address of an empty PostgreSQL for that, in the format of DATABASE_URL; the default is SQLite.
DATABASE ?=
STORMS := $(addprefix tests/promises/test_,kills.py workers.py workers_late.py away.py rendering.py stop.py forged.py flood.py together.py inline_workers.py soak.py) \
	tests/handlers/test_payment_kills.py tests/handlers/test_inline.py tests/ops/test_supervisor.py \
	packages/telegram_playground/tests/test_odd_parameters.py \
	$(addprefix tests/redis/test_,failover.py sentinels.py storm.py)

# Tests that depend most on the version of Python: starts, stops, sockets and processes.
SMOKE := tests/app/test_start.py tests/promises/test_stop.py tests/dialogs/test_counter.py \
	tests/app/test_idle_connections.py packages/telegram_playground/tests

# The files and folders of tests that `make coverage` runs; empty for all.
TESTS ?=

# The JavaScript of the pages.
SCRIPTS := $(wildcard web/game/*.js web/page/*.js web/page/*/*.js packages/*/src/*/page/*.js)

.PHONY: run install test smoke coverage soak lint bench format preview pictures lock clean

run: $(VENV)/run-$(VERSION).stamp ## Run the bot (without BOT_TOKEN: on the playground)
	@exec $(BIN)/python main.py

install: $(VENV)/run-$(VERSION).stamp ## Install what the bot needs, and start nothing

test: $(VENV)/dev-$(VERSION).stamp ## Run the tests (with CI=true also the thorough ones)
	$(PYTEST) $(if $(filter true,$(CI)),,--numprocesses 4)

smoke: $(VENV)/dev-$(VERSION).stamp ## Run the tests that another Python may break
	$(PYTEST) --numprocesses 4 $(SMOKE)

coverage: $(VENV)/dev-$(VERSION).stamp ## Measure branch coverage, child processes included
	rm -rf build/coverage
	mkdir -p build/coverage
	TALLY_PYTHON=$(VERSION) $(BIN)/coverage run -m pytest --numprocesses 4 $(TESTS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage html --quiet
	$(BIN)/coverage report

soak: $(VENV)/dev-$(VERSION).stamp ## Kill, freeze, forge and flood: once, or for SOAK minutes
	@end=$$(($$(date +%s) + 60 * $(SOAK))); while \
		CI=true TALLY_KILLS=$(TALLY_KILLS) $(PYTEST) -m "" $(STORMS) || exit; \
		[ $$(date +%s) -lt $$end ]; do :; done

lint: $(VENV)/dev-$(VERSION).stamp ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy packages/durable_dialogs
	$(BIN)/mypy packages/telegram_playground
	$(BIN)/lint-imports --no-logo
	$(BIN)/oxlint --deny-warnings
	$(BIN)/oxfmt --check $(SCRIPTS)
	$(BIN)/codespell

bench: $(VENV)/run-$(VERSION).stamp ## Measure a press (beside other bots), queries of totals, charts, and workers
	$(BIN)/python -m benchmarks.press
	$(BIN)/python -m benchmarks.totals $(TOTALS)
	$(BIN)/python -m benchmarks.charts
	$(BIN)/python -m benchmarks.scale --people $(PEOPLE) $(if $(DATABASE),--database $(DATABASE))
	$(BIN)/python -m benchmarks.hot

format: $(VENV)/dev-$(VERSION).stamp ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/oxfmt --write $(SCRIPTS)

preview: $(VENV)/dev-$(VERSION).stamp ## Write a page with every window, one a language
	$(BIN)/python -m tools.preview

pictures: $(VENV)/dev-$(VERSION).stamp ## Take the pictures of the documentation, in Chromium
	$(BIN)/python -m tools.pictures

lock: $(VENV)/dev-$(VERSION).stamp ## Pin the newest allowed dependencies
	$(LOCK) requirements.in $(LIBRARIES:%=%/pyproject.toml) --output-file requirements.txt
	$(LOCK) requirements-dev.in --output-file requirements-dev.txt

clean: ## Remove the virtual environments and caches, never the data
	rm -rf .venv .venv-* build .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Each virtual environment has a python of that name. If .venv has none, another version made it,
# and this one can't use its packages.
$(BIN)/python$(VERSION):
	@if [ $(VERSION) = none ]; then echo "$(PYTHON) is not a Python that runs."; exit 1; fi
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Tally needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) --version)."; \
		echo "Name a newer one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@if [ -e $(VENV) ]; then echo "$(VENV) was made by another Python: making it anew."; fi
	$(PYTHON) -m venv --clear $(VENV)

# The two libraries in a second step, because pip refuses an editable requirement beside hashes.
$(VENV)/run-$(VERSION).stamp: requirements.txt $(LIBRARIES:%=%/pyproject.toml) | $(BIN)/python$(VERSION)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--no-build-isolation $(LIBRARIES:%=--editable ./%)
	@touch $@

$(VENV)/dev-$(VERSION).stamp: requirements-dev.txt $(VENV)/run-$(VERSION).stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
