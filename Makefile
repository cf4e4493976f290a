# The two commands: make run, make test. Everything here may be repeated at will and needs nothing run before it.
.PHONY: help run test soak check build peers
.DEFAULT_GOAL := help

# Objects don't depend on the folder they are built in, so presets share the compiler cache.
export CCACHE_NOHASHDIR := 1
export CCACHE_BASEDIR ?= $(CURDIR)

help:
	@echo 'make run           the demonstration: a server that learns this machine and a bundled stream; Ctrl-C ends it'
	@echo '     run FRESH=1   the same, forgetting what it learned before'
	@echo 'make test          every test (about 20 minutes the first time on 2 cores, 5 with a warm cache)'
	@echo 'make soak          the long tests: SECONDS=3600'
	@echo 'make check         a quick look before a commit; TIDY=1 adds clang-tidy on changed files'
	@echo 'make build         build/release/freshet'
	@echo 'make peers         build/peers: what freshet bench text --vs vw,river,sklearn runs beside ours'

build:
	@tools/install build
	@cmake --preset release > build/release.log 2>&1 || { cat build/release.log; exit 1; }
	@cmake --build build/release --target freshet

run: build
	@tools/run $(if $(FRESH),--fresh) $(ARGS)

test:
	@tools/install test
	@tools/test

peers:
	@tools/peers

soak:
	@tools/install soak
	@tools/test --soak $(or $(SECONDS),3600)

check:
	@tools/check $(if $(TIDY),--tidy)
