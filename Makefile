# Sentinel: `make demo` and `make test` do all their own set-up. CONTRIBUTING.md says when to use which.

SHELL := /bin/bash
WALLS := --explicit-target-dependency-import-check error
BUILD := swift build $(WALLS)
TEST  := swift test $(WALLS)
# One test at a time: many compute for seconds, and two of them side by side would have both of Swift's threads on a machine of
# two cores, so that servers of other tests could not answer in time.
SUITE := $(TEST) --no-parallel
BIN   := .build/debug/sentinel

.PHONY: demo run build test check format lint record tsan asan clickhouse bench fuzz setup

demo: build
	@$(BIN) demo

run: build
	@$(BIN)

setup:
	@scripts/setup

build: setup
	@scripts/build $(BUILD) --product sentinel

test: setup
	@TZ=UTC $(SUITE)

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
	@TZ=UTC $(SUITE) --sanitize=thread --scratch-path .build-tsan

asan: setup
	@TZ=UTC $(SUITE) --sanitize=address --scratch-path .build-asan

# The ClickHouse engine against a real one (chdb, most of a gigabyte, installed under .build on the first run).
clickhouse: setup
	@TZ=UTC scripts/clickhouse/test $(TEST) --filter ClickHouse

bench: setup
	@swift run $(WALLS) -c release --scratch-path .build-release sentinel-bench

# Every subject for FUZZ_SECONDS (300), until the first input that breaks a promise. SUBJECTS="yaml sql" chooses some.
fuzz: setup
	@scripts/fuzz $(SUBJECTS)
