# Two commands are for everyone: `make run` and `make test`. The rest is for those who change something.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
# The build of PyTorch for the CPU: the others bring gigabytes for graphics cards.
TORCH  ?= --retries 0 torch==2.13.0 --extra-index-url https://download.pytorch.org/whl/cpu
# What docs/dependencies.md was written for, instead of the newest: make test REVIEWED=1
PINS    = $(if $(REVIEWED),--constraint .ci/reviewed.txt)
SOURCES = pyproject.toml README.md $(shell find bridge daw_scripts -type f -not -path '*/__pycache__/*')

.PHONY: run test test-local test-ray lint torture bench bench-batch bench-doors bench-midi bench-sound bench-synth bench-remote audit wheel clean

run: $(VENV)/installed  ## from a fresh machine to the running daemon
	$(BIN)/oneshot run

test: $(VENV)/tests-installed  ## every test, against the built wheel
	$(BIN)/pytest

test-local: $(VENV)-local/tests-installed  ## local models, with the real libraries and tiny weights (PyTorch: 1 GB)
	$(VENV)-local/bin/pytest tests/local

test-ray: $(VENV)-ray/tests-installed  ## batches on a Ray cluster of two nodes, which it starts
	$(VENV)-ray/bin/pytest tests/cluster

lint: $(VENV)/lint-installed  ## style and types
	$(BIN)/ruff check .
	$(BIN)/mypy

torture: $(VENV)/tests-installed  ## kills, power cuts, faults, rubbish, a day of music: hours; prints its seed
	$(BIN)/python tests/torture --into docs/reliability.md $(LEGS)

bench: bench-doors bench-batch bench-midi bench-remote bench-sound bench-synth  ## every figure, and every table in the docs

bench-doors: $(VENV)/bench-installed $(VENV)/tests-installed  ## what a musician waits for, and what the daemon takes
	$(BIN)/python tests/bench/doors.py

bench-batch: $(VENV)/bench-installed  ## a thousand sounds into a finished pack, on one core and on two
	$(BIN)/python tests/bench/batch.py

bench-midi: $(VENV)/bench-installed  ## from a note to its accepted job, and a flood of notes
	$(BIN)/python tests/bench/midi.py

bench-remote: $(VENV)/bench-installed  ## what the bridge itself takes of the time of a remote sound
	$(BIN)/python tests/bench/remote.py

bench-sound: $(VENV)/bench-installed  ## the tables of docs/sound.md; downloads Debian packages once
	$(BIN)/python tests/bench/pitch.py
	$(BIN)/python tests/bench/recognise.py
	$(BIN)/python tests/bench/acceptance.py
	$(BIN)/python tests/bench/shape.py
	$(BIN)/python tests/bench/loops.py
	$(BIN)/python tests/bench/slicing.py
	$(BIN)/python tests/bench/strokes.py
	$(BIN)/python tests/bench/known.py
	$(BIN)/python tests/bench/library.py

bench-synth: $(VENV)/bench-installed  ## the tables of docs/synth.md and docs/synth-words.md, and its picture; downloads Debian packages once
	$(BIN)/python tests/bench/like_records.py
	$(BIN)/python tests/bench/synthesiser.py
	$(BIN)/python tests/bench/built_in.py --seeds 500
	$(BIN)/python examples/contact_sheet.py docs/contact-sheet.webp
	$(BIN)/python tests/bench/adjectives.py

audit: $(VENV)/bin/python  ## known holes in what the default install pulls in; needs the network
	$(BIN)/pip --quiet install pip-audit
	$(BIN)/pip-audit --requirement .ci/reviewed.txt --no-deps --disable-pip

wheel: $(VENV)/bin/python  ## dist/oneshot_bridge-*.whl
	$(BIN)/pip --quiet wheel --no-deps --wheel-dir dist .

clean:
	rm -rf $(VENV) $(VENV)-ray $(VENV)-local dist build .pytest_cache .ruff_cache .mypy_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Oneshot Bridge needs Python 3.11 or newer; say which one: make run PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "Python can't make environments here. On Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }
	@$(BIN)/pip --quiet install --upgrade pip

# Installed as a wheel, never as a link to the sources: what runs here is what everybody gets.
$(VENV)/installed: $(VENV)/bin/python $(SOURCES)
	$(BIN)/pip --quiet install $(PINS) .
	@touch $@

$(VENV)/tests-installed: $(VENV)/installed
	$(BIN)/pip --quiet install --group test
	@touch $@

$(VENV)-local/tests-installed: $(SOURCES)
	@$(PYTHON) -m venv $(VENV)-local
	@$(VENV)-local/bin/pip --quiet install --upgrade pip
	$(VENV)-local/bin/pip --quiet install $(TORCH)
	$(VENV)-local/bin/pip --quiet install . --group test --group local --group stable-audio
	$(VENV)-local/bin/pip --quiet install --no-deps stable-audio-tools==0.0.19 k-diffusion==0.1.1 torchaudio==2.11.0
	@# Its compiled part is linked with CUDA; what resamples is not in there.
	@rm -f $(VENV)-local/lib/python*/site-packages/torchaudio/lib/*.so
	@touch $@

# Ray in an environment of its own: the other tests must do without it.
$(VENV)-ray/tests-installed: $(SOURCES)
	@$(PYTHON) -m venv $(VENV)-ray
	@$(VENV)-ray/bin/pip --quiet install --upgrade pip
	$(VENV)-ray/bin/pip --quiet install '.[ray]' --group test
	@touch $@

$(VENV)/bench-installed: $(VENV)/installed
	$(BIN)/pip --quiet install --group bench
	@touch $@

$(VENV)/lint-installed: $(VENV)/installed
	$(BIN)/pip --quiet install --group lint
	@touch $@
