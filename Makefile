# make help lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help build run test soak bench bench-sip lint quicklint fmt ui ui-check deb deb-try image clean

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
TOOL := go tool -modfile=tools/go.mod
LINT := go tool -modfile=tools/lint/go.mod

# The page, built by npm and embedded by Go. "make UI= build" leaves it out.
UI ?= admin/ui/dist/index.html
NPM := tools/node.sh npm --prefix admin/ui
UI_MODULES := admin/ui/node_modules/.package-lock.json
UI_SOURCES := $(shell find admin/ui/src admin/ui/public admin/ui/scripts -type f -not -name schema.d.ts) \
	$(addprefix admin/ui/,index.html openapi.json package.json tsconfig.json vite.config.ts)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: $(UI) ## build bin/dialtone, one static binary
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/dialtone ./cmd/dialtone

run: build ## build and serve with the default configuration and a demo account
	@exec ./bin/dialtone serve --config configs/dialtone.yaml --demo

test: quicklint ui-check $(UI) ## check format and code, then run every test with the race detector
	@tools/apt.sh gcc libc6-dev curl baresip-core chromium fonts-dejavu-core ghostscript kamailio kamailio-tls-modules libtiff-tools libxml2-utils poppler-utils postfix rtpengine-daemon sip-tester sipvicious iproute2 nftables libspandsp-dev
	go test -run Alloc ./sip/... ./provision/... ./store ./e911/... ./internal/... ./fax/...
	CGO_ENABLED=1 go test -shuffle=on -tags spandsp ./test/spandsp
	CGO_ENABLED=1 go test -tags spandsp -run '^TestFaxMachine$$' ./test
	go test -race -shuffle=on -timeout 30m ./...

soak: ## run the tests that take long in full: floods, kill loops, big matrices
	@tools/apt.sh gcc libc6-dev curl baresip-core chromium fonts-dejavu-core ghostscript kamailio kamailio-tls-modules libtiff-tools libxml2-utils poppler-utils postfix rtpengine-daemon sip-tester sipvicious iproute2 nftables libspandsp-dev
	DIALTONE_SOAK=1 CGO_ENABLED=1 go test -shuffle=on -tags spandsp -timeout 2h ./test/spandsp
	CGO_ENABLED=1 go test -tags spandsp -run '^TestFaxMachine$$' ./test
	DIALTONE_SOAK=1 go test -race -shuffle=on -timeout 6h ./...

bench: build ## print the table of work, ours, peer, floor, ratio and goal
	@tools/apt.sh nginx-light
	CGO_ENABLED=0 go build -trimpath -o bin/bench ./test/bench
	./bin/bench
	go test -run '^$$' -bench . ./fax/t38
	@$(MAKE) --no-print-directory bench-sip

bench-sip: build ## print the table of registrar, calls and media beside Kamailio and rtpengine
	@tools/apt.sh kamailio kamailio-sqlite-modules sqlite3 rtpengine-daemon
	CGO_ENABLED=0 go build -trimpath -o bin/ ./test/load/cmd/sipload ./test/bench/sip/cmd/sipbench
	./bin/sipbench

lint: quicklint ## every linter; the first run builds golangci-lint, which takes minutes
	$(LINT) golangci-lint run ./...

quicklint:
	@unformatted=$$($(TOOL) gofumpt -l .); [ -z "$$unformatted" ] || { echo "make fmt would change:"; echo "$$unformatted"; exit 1; }
	go vet ./...
	$(TOOL) staticcheck ./...

fmt: ## format the Go files
	$(TOOL) gofumpt -w .

ui: ui-check $(UI) ## check and build the administration page

ui-check: $(UI_MODULES)
	$(NPM) run --silent check
	$(NPM) run --silent test

$(UI_MODULES): admin/ui/package-lock.json
	$(NPM) ci --no-audit --no-fund
	touch $@

admin/ui/dist/index.html: $(UI_MODULES) $(UI_SOURCES)
	$(NPM) run --silent build

# A version that is no release sorts before all of them.
DEB_VERSION ?= $(if $(filter v%,$(VERSION)),$(VERSION:v%=%),0.0.0~git$(VERSION))
DEB_ARCH := $(shell go env GOARCH)
DEB := bin/dialtone_$(DEB_VERSION)_$(DEB_ARCH).deb

deb: build ## build the Debian package into bin; the first run builds nfpm, which takes minutes
	VERSION=$(DEB_VERSION) ARCH=$(DEB_ARCH) go tool -modfile=tools/deb/go.mod nfpm package --config configs/debian/nfpm.yaml --packager deb --target $(DEB)

deb-try: deb ## install, start, upgrade, remove and purge the package on this machine (root)
	tools/deb/try.sh $(DEB)

image: ## build the container image with podman or docker
	$(firstword $(shell command -v podman docker)) build --build-arg VERSION=$(VERSION) -f Containerfile -t dialtone:$(VERSION) .

clean: ## remove what was built; data folders stay
	rm -rf bin bench-out coverage admin/ui/node_modules tools/.node
	find admin/ui/dist -mindepth 1 -not -name .gitkeep -delete
