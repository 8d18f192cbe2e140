# Everything a reader or a developer runs. Needs Python 3.11 to 3.13, make and git; no root.
# PYTHON=/path/to/python chooses the interpreter that the virtual environment is made from.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.raftnb-installed
NOTEBOOKS = $(sort $(wildcard notebooks/*.ipynb))

.PHONY: help book test lab fuzz notebooks figures lock setup clean
.DEFAULT_GOAL := help

help:
	@echo "make book       execute every notebook and write build/html/index.html and build/raftnb.pdf"
	@echo "make test       ruff, mypy, pytest and nbval over everything"
	@echo "make fuzz       random specifications through every engine for an hour (MINUTES=60), resumable"
	@echo "make lab        open the notebooks in JupyterLab"
	@echo "make notebooks  execute the notebooks in place, so that their outputs can be committed"
	@echo "make figures    write figures/ (every figure, and pages of them), docs/architecture.svg, pluscal/"
	@echo "make lock       pin the newest versions that pyproject.toml allows in requirements.lock"
	@echo "make clean      delete what the other commands made (not the virtual environment)"

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml .ci/venv
	@PYTHON="$(PYTHON)" sh .ci/venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	$(BIN)/python -m raftnb prepare
	@touch $@

book: $(STAMP)
	$(BIN)/python -m book

# A file's tests stay in one process: a notebook's cells run in their order, and a module's fixtures once.
TOGETHER ?= --numprocesses logical --maxprocesses 4 --dist loadfile

test: $(STAMP)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/python -m pytest $(TOGETHER) --nbval --nbval-sanitize-with notebooks/sanitize.cfg tests notebooks

MINUTES ?= 60

fuzz: $(STAMP)
	$(BIN)/python -m tests.fuzz --minutes $(MINUTES)

lab: $(STAMP)
	JUPYTER_CONFIG_PATH="$(CURDIR)/book/lab" $(BIN)/python -m jupyter lab --notebook-dir=notebooks

notebooks: $(STAMP)
	$(BIN)/python -m book.execute --in-place $(NOTEBOOKS)
	$(BIN)/python -m book.citations
	$(BIN)/python -m book.captions
	$(BIN)/python -m book.figures

figures: $(STAMP)
	$(BIN)/python -m book.figures
	$(BIN)/python -m book.printed

lock: $(STAMP)
	$(BIN)/python -m uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
	  --fork-strategy fewest --generate-hashes --no-annotate --upgrade --quiet \
	  --custom-compile-command "make lock" --output-file requirements.lock

clean:
	rm -rf build .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
