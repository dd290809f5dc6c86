# Sentinel: `make demo` and `make test` do all their own set-up. CONTRIBUTING.md says when to use which.

SHELL := /bin/bash
WALLS := --explicit-target-dependency-import-check error
BUILD := swift build $(WALLS)
TEST  := swift test $(WALLS)
# One test at a time. `make test-parallel` runs a few tests more than there are processors side by side: a test that waits lets
# another compute, and no crowd of worlds fills the memory.
SUITE := TZ=UTC $(TEST) --no-parallel
WIDTH := SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=$(shell echo $$((2 * $$(nproc))))
BIN   := .build/debug/sentinel

.PHONY: demo run build test test-parallel check format lint record tsan asan clickhouse bench fuzz setup

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

test-parallel: setup
	@TZ=UTC $(WIDTH) $(TEST)

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
	@$(SUITE) --sanitize=address --scratch-path .build-asan

# The ClickHouse engine against a real one (chdb, most of a gigabyte, installed under .build on the first run).
clickhouse: setup
	@TZ=UTC scripts/clickhouse/test $(TEST) --filter ClickHouse

bench: setup
	@swift run $(WALLS) -c release --scratch-path .build-release sentinel-bench

# Every subject for FUZZ_SECONDS (300), until the first input that breaks a promise. SUBJECTS="yaml sql" chooses some.
fuzz: setup
	@scripts/fuzz $(SUBJECTS)
