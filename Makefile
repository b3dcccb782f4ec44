# Everything runs from a bare clone: each target first brings .venv up to date,
# and only when the requirements have changed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --upgrade

# How many minutes `make soak` goes on, and how many kills a storm has.
SOAK ?= 0
TALLY_KILLS ?= 50
# How many totals `make bench` looks up; ten million take a quarter of an hour and 2 GB.
TOTALS ?= 10000 1000000
# For how many people it measures what workers cost; 10000 take ten minutes more.
PEOPLE ?= 100 1000
# An empty PostgreSQL for that, as DATABASE_URL has it; else it is SQLite.
DATABASE ?=
STORMS := $(addprefix tests/test_,kills.py payment_kills.py workers.py workers_late.py away.py rendering.py stop.py supervisor.py forged.py flood.py together.py inline.py inline_workers.py soak.py) tests/playground/test_odd_parameters.py $(addprefix tests/redis/test_,failover.py sentinels.py storm.py)

.PHONY: run install test soak lint bench format preview lock clean

run: $(VENV)/run.stamp ## Run the bot (without BOT_TOKEN: on the playground)
	@exec $(BIN)/python main.py

install: $(VENV)/run.stamp ## Install what the bot needs, and start nothing

test: $(VENV)/dev.stamp ## Run the tests (with CI=true: those that take long as well)
	$(BIN)/python -m pytest $(if $(filter true,$(CI)),,--numprocesses 4)

soak: $(VENV)/dev.stamp ## Kill, freeze, forge and flood: once, or for SOAK minutes
	@end=$$(($$(date +%s) + 60 * $(SOAK))); while \
		CI=true TALLY_KILLS=$(TALLY_KILLS) $(BIN)/python -m pytest -m "" $(STORMS) || exit; \
		[ $$(date +%s) -lt $$end ]; do :; done

lint: $(VENV)/dev.stamp ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/run.stamp ## Measure a press, side by side with other bots, looking totals up, charts, and workers
	$(BIN)/python -m benchmarks.press
	$(BIN)/python -m benchmarks.totals $(TOTALS)
	$(BIN)/python -m benchmarks.charts
	$(BIN)/python -m benchmarks.scale --people $(PEOPLE) $(if $(DATABASE),--database $(DATABASE))

format: $(VENV)/dev.stamp ## Put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

preview: $(VENV)/dev.stamp ## Write a page for each language that shows every window
	$(BIN)/python -m preview

lock: $(VENV)/dev.stamp ## Pin the newest allowed dependencies
	$(LOCK) requirements.in --output-file requirements.txt
	$(LOCK) requirements-dev.in --output-file requirements-dev.txt

clean: ## Remove the virtual environment and caches, never the data
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Tally needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) --version)."; \
		echo "Name a newer one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
