# Sentinel: `make demo` and `make test` do all their own set-up. CONTRIBUTING.md says when to use which.

SHELL := /bin/bash
WALLS := --explicit-target-dependency-import-check error
BUILD := swift build $(WALLS)
TEST  := swift test $(WALLS)
# How many tests run side by side: more than there are processors, as a test that waits lets another compute, but not so many
# that their worlds fill the memory.
WIDTH := $(shell echo $$((2 * $$(nproc))))
SUITE := TZ=UTC SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=$(WIDTH) $(TEST)
BIN   := .build/debug/sentinel

.PHONY: demo run build test check format lint record tsan asan clickhouse slack-sdk bench cases trials fuzz setup

demo: build
	@$(BIN) demo

run: build
	@$(BIN)

setup:
	@scripts/setup

build: setup
	@scripts/build $(BUILD) --product sentinel

test: setup
	@$(SUITE)

check: setup lint test

lint:
	@swift format lint --strict --recursive --parallel Sources Tests Package.swift

format:
	@swift format --in-place --recursive --parallel Sources Tests Package.swift

# Accepts the screens and documents as they are now. The run fails on purpose: look at the difference, then `make test`.
record: setup
	@RECORD=1 TZ=UTC $(TEST) --filter 'Golden|Generated' || true
	@git --no-pager diff --stat

tsan: setup
	@$(SUITE) --sanitize=thread --scratch-path .build-tsan

asan: setup
	@LSAN_OPTIONS=suppressions=$(CURDIR)/scripts/leaks $(SUITE) --sanitize=address --scratch-path .build-asan

# The ClickHouse engine against a real one (chdb, most of a gigabyte, installed under .build on the first run).
clickhouse: setup
	@TZ=UTC scripts/clickhouse/test $(TEST) --filter ClickHouse

# The built program with Slack's own library (slack-sdk, a few megabytes, installed under .build on the first run).
slack-sdk: build
	@scripts/slack-sdk/test $(BIN)

# The engine alone, then the targets of docs/PERFORMANCE.md on the built program; fails when one is missed.
bench: setup
	@scripts/build swift build $(WALLS) -c release --scratch-path .build-release --product sentinel
	@scripts/build swift build $(WALLS) -c release --scratch-path .build-release --product sentinel-bench
	@.build-release/release/sentinel-bench
	@.build-release/release/sentinel-bench targets

# The cases in CASES, or those of them whose names contain a word of ONLY. They are not part of the tests.
CASES ?= ../shared/cases
ONLY ?=
cases:
	@test -f "$(CASES)/run.py" || \
		{ echo "The cases are missing: set CASES to the folder that has run.py (now $(CASES))." >&2; exit 1; }
	@$(MAKE) --no-print-directory build
	@SENTINEL_BIN="$(CURDIR)/$(BIN)" python3 "$(CASES)/run.py" $(ONLY)

# Rates over many seeded worlds; fails when one misses its limit.
trials: setup
	@swift run $(WALLS) -c release -Xswiftc -enable-testing --scratch-path .build-trials sentinel-trials

# Every subject for FUZZ_SECONDS (300), until the first input that breaks a promise. SUBJECTS="yaml sql" chooses some.
fuzz: setup
	@scripts/fuzz $(SUBJECTS)
