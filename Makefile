# Two commands to know: `make repro` runs the pipeline, `make test` runs every check.
# Both create .venv on first use; nothing but Python 3.11+ and make need be installed. With a DVC remote (docs/remotes.md)
# `make repro` fetches what is there and runs only the rest.
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: repro test lint types setup

repro: setup
	@# all at once: `repro --pull` asks the remote stage by stage, a second each; it finds what dvc.lock does not name
	test -z "$$(dvc config core.remote)" || dvc pull --allow-missing || true
	dvc repro $$(test -z "$$(dvc config core.remote)" || echo --pull)

test: setup lint types
	OMP_NUM_THREADS=1 pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: setup
	ci/lint.sh

types: setup
	mypy

setup: .venv/installed

.venv/installed: requirements.txt constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@
