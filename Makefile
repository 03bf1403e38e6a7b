# `make run` tries Causerie on this machine, `make test` decides whether a change may land.
# The environment is made in .venv, what an instance keeps in var/; nothing is written elsewhere.
# Settings pass through: make run PORT=9000 TLS=1 DATABASE_URL=postgres://... (see .env.example)
SHELL := /bin/sh
.DELETE_ON_ERROR:
.DEFAULT_GOAL := run
.PHONY: run test test-browser check lock translations campaign check-python system-packages

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
PY := $(VENV)/bin/python
PIP_VERSION := 25.3
PIP := PYTHONUNBUFFERED=1 $(PY) -m pip install --disable-pip-version-check --no-input --no-deps --only-binary :all:
REPEAT ?= 1
# A test that hangs for ten minutes ends the run, with where every thread stood.
PYTEST := $(PY) -m pytest -o faulthandler_timeout=600 -o faulthandler_exit_on_timeout=true

run: $(VENV)/.installed
	@exec $(PY) manage.py run

# Everything that decides whether a change may land: checks, tests on SQLite and PostgreSQL, browsers last.
test: system-packages $(VENV)/.installed-dev node_modules/.package-lock.json
	@sh tests/services.sh $(PYTEST)

# The browser tests alone, several times over: make test-browser REPEAT=5
test-browser: system-packages $(VENV)/.installed-dev node_modules/.package-lock.json
	@n=0; while [ $$n -lt $(REPEAT) ]; do n=$$((n + 1)); \
		[ $(REPEAT) = 1 ] || echo "Browser tests, round $$n of $(REPEAT)"; \
		sh tests/services.sh $(PYTEST) -m browser tests/browser || exit 1; done

# The quick checks only: style, types, directions between apps, translations, limits (STYLE.md).
check: $(VENV)/.installed-dev
	@$(PY) -m pytest -q tests/test_house.py

# Measurements, run by hand: make bench-relay N=400. The last line of each is JSON.
bench-%: $(VENV)/.installed-dev
	@[ -f tests/bench/$*.py ] || { echo "There is no tests/bench/$*.py. There are: $$(ls tests/bench | sed -n 's/\.py$$//p' | tr '\n' ' ')"; exit 1; }
	@exec $(PY) -m tests.bench.$*

# The long runs of docs/reliability.md, at most an hour each.
campaign: $(VENV)/.installed-dev
	@found=; for f in tests/campaigns/[a-z]*.py; do [ -f "$$f" ] || continue; found=1; \
		$(PY) -m "tests.campaigns.$$(basename "$$f" .py)" || exit 1; done; \
		[ -n "$$found" ] || echo "No campaign is written yet: they come with the numbers they prove."

# Write locale/fr from the sources: what is new comes out empty, to be translated.
translations: $(VENV)/.installed-dev
	@$(PY) manage.py translations

# Resolve requirements.in anew, keeping the pins that still fit (UPGRADE=1: the newest of everything).
lock: check-python
	@rm -rf $(VENV)/lock && mkdir -p $(VENV) && $(PYTHON) -m venv $(VENV)/lock
	@$(VENV)/lock/bin/python -m pip install -q --disable-pip-version-check pip==$(PIP_VERSION) --upgrade setuptools
	@if [ -z "$(UPGRADE)" ]; then sed 's/;.*//' requirements-dev.txt; fi > $(VENV)/lock/kept.txt
	@$(VENV)/lock/bin/python -m pip install -q --only-binary :all: -r requirements-dev.in -c $(VENV)/lock/kept.txt
	@$(VENV)/lock/bin/python -m config.lock requirements.in requirements-dev.in
	@rm -rf $(VENV)/lock

check-python:
	@[ -n "$(PYTHON)" ] && "$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null || { \
		echo "Causerie needs Python 3.11, 3.12 or 3.13; here is $$(python3 -V 2>&1)."; \
		echo "Type:  make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)"; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip; ensurepip.version()' 2>/dev/null || { \
		echo "This Python cannot make virtual environments. Type:  sudo apt-get install -y python3-venv"; exit 1; }
	@if [ -e $(VENV)/pyvenv.cfg ] && ! $(PY) -c '' 2>/dev/null; then \
		echo "The Python of $(VENV) is gone: making it anew."; rm -rf $(VENV); fi

$(VENV)/pyvenv.cfg: | check-python
	@echo "Making a Python environment in $(VENV) ..."
	@rm -rf $(VENV); "$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
	@$(PY) -m pip install -q --disable-pip-version-check pip==$(PIP_VERSION) || { rm -rf $(VENV); \
		echo "The Python packages cannot be reached: is there a way to the internet?"; exit 1; }

# $(call install,FILE,WHAT): all pins of a list in one go, with a line for every tenth.
install = echo "Installing $(2): $$(grep -c == $(1)) packages, a minute or two, once ..."; \
	{ $(PIP) --progress-bar off -r $(1) 2>$(VENV)/pip.log; echo $$? >$(VENV)/pip.status; } | \
	awk '/^Collecting|^Requirement already/ { if (++n % 10 == 0) { print "  " n ": " ($$1 == "Collecting" ? $$2 : $$4); fflush() } }'; \
	[ "$$(cat $(VENV)/pip.status)" = 0 ] || { cat $(VENV)/pip.log; \
	echo "Installing failed; nothing was lost: mend what is said above and type the same again."; exit 1; }

$(VENV)/.installed: requirements.txt | $(VENV)/pyvenv.cfg
	@$(call install,requirements.txt,what Causerie needs)
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@$(call install,requirements-dev.txt,what its tests need)
	@touch $@

# What the tests need from Debian and from npm; tests/system.sh says what to type where it may not install.
system-packages:
	@sh tests/system.sh

node_modules/.package-lock.json: package.json package-lock.json | system-packages
	@echo "Installing what the pages' tests need from npm ..."
	@npm ci --silent --no-fund --no-audit && touch $@
