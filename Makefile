# make repro    run the pipeline
# make plan     say how much disk, time and memory that will take
# make experiments  what differs between this commit, its experiments and your working copy; one row a score
# make demo     serve a page that tries the models, to this machine; needs npm once
# make test     linters, types, and all tests but the long ones
#
# While you work on the code:
# make check    linters, types and the fast tests
# make test-long  the tests that `make test` leaves out: whole pipelines, Ray, several workers
# make format   format the code and apply the linter's safe fixes
# make soak     property tests with fresh seeds and ten times the examples
# make lock     write requirements.lock anew, after a change of requirements.txt or constraints.txt
# make audit    look for known vulnerabilities of the packages in requirements.lock
# make licences list the licence of every installed package
# make site     the demo as a folder for a static host: demo/site
# make vendor   fetch the demo's runtime, ONNX Runtime for browsers, with npm
# make release-notes   print the newest section of CHANGELOG.md
#
# The last three and `make demo` need no Python package. Each of the others creates .venv on first use and needs only
# Python 3.11+, git and make.
PYTHON ?= python3
# The build of PyTorch, for a new .venv: cpu, cu130, rocm7.2, ... as uv names them; auto for what the machine can use.
TORCH ?= cpu
UV := uv==0.13.9
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: repro plan experiments demo test test-long check format soak site vendor release-notes lint types lock audit \
	licences setup checks

# With a DVC remote (docs/remotes.md), fetches finished stages and runs only the rest. `dvc pull` fetches everything at
# once; `repro --pull` asks the remote stage by stage, a second each, but finds results that dvc.lock does not name.
# exec: a signal to make reaches its children alone, and a shell would end without the pipeline.
repro: setup
	python -m ci.mend_lock
	test -z "$$(dvc config core.remote)" || dvc pull --allow-missing || true
	exec python -m ci.repro $$(test -z "$$(dvc config core.remote)" || echo --pull)
	@python -m ci.reproduced

plan: setup
	python -m stages.plan

experiments: setup
	@python -m ci.experiments

demo: vendor
	$(PYTHON) -m demo.serve

site: vendor
	$(PYTHON) -m demo.build

test: checks lint types
	ci/test.sh

test-long: checks
	ci/test.sh long

check: checks lint types
	ci/test.sh fast

format: checks
	ruff check --fix .
	ruff format .

soak: checks
	ci/test.sh soak

lint: checks
	ci/lint.sh

types: checks
	mypy

# every package of the pipeline with its hashes, for any Python and system: pip install --require-hashes -r requirements.lock
lock: setup
	python -m pip install --quiet $(UV)
	uv pip compile requirements.txt --universal --generate-hashes --python-version 3.11 --no-annotate --no-header \
	  --quiet --output-file requirements.lock

# asks the package index for its advisories; installs nothing of what it checks
audit: setup
	python -m pip install --quiet pip-audit==2.10.1
	pip-audit --disable-pip --require-hashes --progress-spinner off --requirement requirements.lock

licences: setup
	@python -m ci.licences

setup: .venv/installed

checks: .venv/checks

.venv/checks: requirements-checks.txt .venv/installed
	python -m pip install --quiet -r requirements-checks.txt
	touch $@

# pip's index has PyTorch for Linux with CUDA only; uv knows PyTorch's own index.
.venv/installed: requirements.txt constraints.txt
	@$(PYTHON) -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo \
	  "$(PYTHON) is not Python 3.11 or newer with venv (on Debian: apt install python3-venv); try make PYTHON=..." >&2; exit 1; }
	@echo "installing requirements.txt into .venv, once: some minutes, 2.7 GB on disk with PyTorch for CPUs"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	@$(BIN)/python -m pip install --quiet $(UV) && $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps \
	  --torch-backend $(TORCH) $$(grep ^torch== requirements.txt) || echo "uv did not get PyTorch with TORCH=$(TORCH)," \
	  "so pip takes it from its own index: on Linux with CUDA, 3 GB to download and 6.5 GB on disk" >&2
	$(BIN)/python -m pip install -r requirements.txt
	touch $@

vendor: demo/vendor/installed

release-notes:
	@awk '/^## / { section++; next } section == 1' CHANGELOG.md

# npm checks every package against the hash in package-lock.json; two of the files are what the page needs.
demo/vendor/installed: demo/package.json demo/package-lock.json
	@command -v npm >/dev/null || { echo "the demo's runtime comes with npm, once (on Debian: apt install npm)" >&2; exit 1; }
	cd demo && npm ci --ignore-scripts --no-audit --no-fund
	mkdir -p demo/vendor
	cp $(addprefix demo/node_modules/onnxruntime-web/dist/,ort.wasm.bundle.min.mjs ort-wasm-simd-threaded.wasm) demo/vendor
	rm -r demo/node_modules
	touch $@
