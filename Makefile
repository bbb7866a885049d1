# Starting point: see README. Everything runs in .venv; nothing outside this folder is changed.
PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin

# The fast tests run in as many processes as there are cores, all tests in one more, since some wait for a browser or a
# disk; JOBS=N says otherwise. Which stay together, and which are slow: tests/support/suite.py.
GROUPED := --dist loadgroup --no-loadscope-reorder
FEW     := -n $(or $(JOBS),auto) $(GROUPED)
MANY    := -n $(or $(JOBS),$(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)) $(GROUPED)

.PHONY: locks demo check fast test long durations floors lint mutants bench lab reference release clean

# What is installed are the versions of the lock, by their hashes: nothing is taken from elsewhere, the build backend too.
$(VENV)/ready: pyproject.toml locks/dev.txt
	$(PYTHON) -m venv $(VENV)
	$(RUN)/pip install --quiet --require-hashes --requirement locks/dev.txt
	$(RUN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# The locks, after a change of pyproject.toml's dependencies; `make locks UPGRADE=--upgrade` takes the newest of all.
# release.txt is what an office installs, dev.txt what we test it with: the same, and the tools. One version serves
# every Python, since another version may make other bytes.
LOCK := $(RUN)/uv pip compile --quiet --no-config --universal --fork-strategy fewest --python-version 3.11 \
  --generate-hashes --no-annotate --custom-compile-command "make locks"
locks: $(VENV)/ready
	$(LOCK) $(UPGRADE) --extra postgresql --output-file locks/release.txt pyproject.toml
	$(LOCK) $(UPGRADE) --extra dev --constraints locks/release.txt --output-file locks/dev.txt pyproject.toml

demo: $(VENV)/ready
	$(RUN)/usbkit demo demo

# Before each commit: what the tools say, and the tests that are not slow.
check: $(VENV)/ready
	+$(MAKE) --no-print-directory --jobs 2 --output-sync=target lint fast

fast: $(VENV)/ready
	$(RUN)/python -m pytest $(FEW) -q -m "not slow"

# Every test; of long corpora and of many seeds the sample that is stated at the end. The laboratory stays closed.
test: $(VENV)/ready
	$(RUN)/python -m pytest $(MANY) -q --durations 20 --junitxml build/tests.xml

# Hours: every seed and every corpus, no package's coverage below its floor, and the laboratory in full.
long: $(VENV)/ready
	USBKIT_LONG=1 $(RUN)/python -m pytest $(MANY) -q --timeout 3600 --cov --cov-report json:build/coverage.json
	$(RUN)/python -m tests.support.floors build/coverage.json
	$(MAKE) lab FORM=long

# tests/slow.txt, measured anew: on a machine that does nothing else.
durations: test
	$(RUN)/python -m tests.support.durations build/tests.xml

# tests/floors.txt, after `make long`: what a package has more than its floor becomes its floor.
floors: $(VENV)/ready
	$(RUN)/python -m tests.support.floors --raise build/coverage.json

lint: $(VENV)/ready
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy
	$(RUN)/lint-imports --no-logo

bench: $(VENV)/ready
	$(RUN)/python -m tests.benchmarks

# USB sticks in a guest of its own: an hour, or with FORM=short some minutes. See tests/lab/__init__.py.
FORM ?= long
lab: $(VENV)/ready
	USBKIT_LAB=$(FORM) $(RUN)/python -m pytest tests/lab

# Whether tests notice small changes of MODULES=usbkit/drives/safety.py,templates/assets/fold.js: SAMPLE of each, drawn
# by SEED; TESTS="…" in place of those of the package and those that name the module. See tests/support/mutants.
SAMPLE ?= 20
SEED ?= 0
mutants: $(VENV)/ready
	$(RUN)/python -m tests.support.mutants --sample $(SAMPLE) --seed $(SEED) --tests "$(TESTS)" $(MODULES)

# docs/reference/, the man page and the picture of the architecture, from the code; a test compares them.
reference: $(VENV)/ready
	$(RUN)/python -m tests.support.reference
	$(RUN)/python -m tests.support.architecture

# Wheel, sdist and what is in them (SBOM) in dist/: the same bytes on any day from the same files.
release: $(VENV)/ready
	$(RUN)/python -m tests.support.release dist

clean:
	rm -rf $(VENV) build dist demo
