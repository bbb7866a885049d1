# Starting point: see README. Everything runs in .venv; nothing outside this folder is changed.
PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin

.PHONY: demo test lint mutants bench lab reference release clean

$(VENV)/ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(RUN)/pip install --quiet --upgrade pip
	$(RUN)/pip install --quiet --editable '.[dev]'
	touch $@

demo: $(VENV)/ready
	$(RUN)/usbkit demo demo

test: $(VENV)/ready
	$(RUN)/python -m pytest

lint: $(VENV)/ready
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy
	$(RUN)/lint-imports

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

# docs/reference/ and the man page, from the code; a test compares them.
reference: $(VENV)/ready
	$(RUN)/python -m tests.support.reference

# Wheel, sdist and what is in them (SBOM) in dist/: the same bytes on any day from the same files.
release: $(VENV)/ready
	$(RUN)/python -m tests.support.release dist

clean:
	rm -rf $(VENV) build dist demo
