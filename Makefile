# Starting point: see README. Everything runs in .venv; nothing outside this folder is changed.
PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin

.PHONY: demo test lint bench lab clean

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

bench: $(VENV)/ready
	$(RUN)/python -m tests.benchmarks

# USB sticks in a guest of its own, the long form; USBKIT_LAB=short takes minutes. See tests/lab/__init__.py.
lab: $(VENV)/ready
	USBKIT_LAB=long $(RUN)/python -m pytest tests/lab

clean:
	rm -rf $(VENV) build dist demo
