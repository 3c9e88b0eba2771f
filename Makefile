# Two commands matter: `make run` and `make test`. Everything else is a part of them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
GO ?= go
# One set of flags for all that is built, vetted and tested: each package is compiled once.
export CGO_ENABLED := 0
export GOFLAGS := -trimpath
DATA ?= data
LISTEN ?= 127.0.0.1:8080
GOSRC := $(shell find cmd internal -name '*.go' -not -path '*/testdata/*') $(shell find internal -name '*.tmpl' -o -name '*.json' -o -name '*.sql') go.mod go.sum
FRONT := $(shell find internal/web -name '*.css' -o -name '*.js' -o -name '*.mjs' -o -name '*.tmpl' | grep -v /dist/) package-lock.json
STAMP := internal/web/asset/dist/manifest.json

.PHONY: help build run demo test test-long check bench bench-town bench-door bench-talk bench-growth screenshots clean
help: ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

build: bin/cenacle ## build everything into bin/cenacle

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

$(STAMP): node_modules/.package-lock.json $(FRONT)
	node internal/web/asset/build.mjs

bin/cenacle: $(GOSRC) $(STAMP)
	$(GO) build -ldflags '-s -w' -o $@ ./cmd/cenacle

run: bin/cenacle ## serve the demonstration firm on http://127.0.0.1:8080
	CENACLE_DATA=$${CENACLE_DATA:-$(DATA)} CENACLE_LISTEN=$${CENACLE_LISTEN:-$(LISTEN)} bin/cenacle serve --demo

check: $(STAMP) ## the quick loop: format, vet, staticcheck, rules, unit tests on SQLite
	tools/check

test: bin/cenacle ## install what the tests need and run everything
	tools/test

test-long: $(STAMP) ## the long proofs: nodes, databases and networks that fail for hours; TEST=TestHA01 for one
	tools/test-long $(TEST)

bench: bin/cenacle ## print the figures of doc/performance.md; BENCH=-quick for a short look
	$(GO) run ./bench $(BENCH)

bench-town: $(STAMP) ## the same load on one folder, on a node with PostgreSQL and S3, and on three nodes
	tools/provide postgres nginx s3
	$(GO) test ./internal/proof -run '^$$' -bench Town -benchtime 1x

bench-door: $(STAMP) ## sign-ins by passkey, and five hundred by password at once
	$(GO) test ./internal/proof -run '^$$' -bench Door -benchtime 1x

bench-talk: $(STAMP) ## a hundred people who write to each other, and memos beside bare commits, on both engines
	tools/provide postgres
	$(GO) test ./internal/proof -run '^$$' -bench Talk -benchtime 1x

bench-growth: bin/cenacle ## a firm from 30 to 3,000 spaces and 1,000 to 100,000 documents; BENCH for more
	$(GO) run ./bench -growth $(BENCH)

screenshots: bin/cenacle ## take the README's pictures from the running program
	tools/provide chromium
	node e2e/screenshots.mjs

clean: ## remove what was built, never data
	rm -rf bin node_modules .tools internal/web/asset/dist/*
