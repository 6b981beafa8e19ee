# What a person types: `make demo` shows certctl at work, `make test` proves it. Both need only a
# Debian machine with the Swift toolchain; the rest is installed by `make deps`.

SHELL := /bin/bash
.DELETE_ON_ERROR:

# Where `make install` puts things.
PREFIX ?= /usr/local
DESTDIR ?=
# systemd looks for units, users and directories below /usr/local/lib and /usr/lib only.
SYSTEMD ?= $(PREFIX)/lib

# How much `make fuzz` tries, and from where; a failure names the seed to begin with.
TREES ?= 1000000
EDITS ?= 20000
SEED ?= $(shell od -An -N4 -tu4 /dev/urandom)

# How many years `make simulate` lives through in each world: with 1 and with 100 certificates, and
# with 10,000.
SEEDS ?= 50
LARGE_SEEDS ?= 3

LAYERS := --explicit-target-dependency-import-check error
# lld folds equal functions and packs relocations, which gold does not: a megabyte less, and no noise about what
# Foundation has in it and certctl never calls. Nobody links to a program: its names need not be found at run time.
# release.ld says why nothing has to be unwound; without the tables there is nothing for a header to point to.
LINKER := -Xswiftc -use-ld=lld -Xlinker -s -Xlinker --icf=safe -Xlinker --gc-sections -Xlinker -z -Xlinker pack-relative-relocs \
	-Xlinker --no-export-dynamic -Xlinker --no-eh-frame-hdr -Xlinker release.ld
RELEASE := -c release --static-swift-stdlib $(LINKER) $(LAYERS)
CERTCTL := .build/release/certctl
# Pebble of a newer Debian suite, unpacked and not installed.
TOOLS := .build-tools
PEBBLE := $(TOOLS)/root/usr/bin/pebble

PACKAGES := libssl-dev libcurl4-openssl-dev pkg-config openssl curl ca-certificates
TEST_PACKAGES := nginx-light pebble docker.io iproute2 iptables strace python3 wrk systemd-sysv dbus \
	man-db zsh fish faketime docker-compose podman podman-compose netavark aardvark-dns
BENCH_PACKAGES := uacme lego acme-tiny python3-cryptography

.PHONY: help deps demo-deps bench-deps build debug demo test test-quick test-containers system-tests checks bench fuzz \
	simulate simulate-short format lint install uninstall clean

help: ## shows this
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# `apt-get` only where something is missing, and it says so first.
define need
@missing=(); for p in $(1); do dpkg -s "$$p" >/dev/null 2>&1 || missing+=("$$p"); done; \
if [ $${#missing[@]} -gt 0 ]; then \
	echo "installing: $${missing[*]}"; \
	sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	$$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq \
		--no-install-recommends -o DPkg::Lock::Timeout=300 "$${missing[@]}" >/dev/null; \
fi
endef

deps: ## installs what the build and the tests need (apt), and says what
	$(call need,$(PACKAGES) $(TEST_PACKAGES))
	@$(MAKE) --no-print-directory $(PEBBLE)

demo-deps:
	$(call need,$(PACKAGES) nginx-light)
	@$(MAKE) --no-print-directory $(PEBBLE)

bench-deps: deps
	$(call need,$(BENCH_PACKAGES))

$(PEBBLE):
	@echo "fetching Pebble, the test CA, into $(TOOLS)"
	@bash Tests/SystemTests/pebble.sh get-pebble $(TOOLS) >/dev/null

build: ## builds the program: .build/release/certctl
	$(call need,$(PACKAGES))
	swift build $(RELEASE) --product certctl

debug:
	swift build $(LAYERS)

demo: demo-deps build ## shows one certificate from the CA to HTTPS, with an embedded test CA
	bash Tests/SystemTests/demo $(CERTCTL) $(PEBBLE)

test: deps ## runs every check and test
	bash Tests/run-all

test-quick: ## runs the tests without real parts
	swift build --build-tests $(LAYERS)
	swift test --skip-build --disable-xctest

test-containers: deps build ## tests what is done with nginx, on the host and in containers of a private engine
	swift build --build-tests $(LAYERS)
	bash Tests/SystemTests/run stack containers containers-traps containers-mounts containers-group containers-in-place compose podman \
		engine nginx-host nginx-in-place nginx-edits nginx-cases

fuzz: ## puts a million random trees (TREES, SEED) through nginx's syntax and back, and random sites (EDITS) through edits
	$(call need,$(PACKAGES))
	swift build $(RELEASE) --product nginx-probe
	.build/release/nginx-probe trees $(TREES) $(SEED)
	.build/release/nginx-probe edits $(EDITS) $(SEED)

simulate: ## lives through thousands of years of certctl (SEEDS, LARGE_SEEDS) and judges them
	$(call need,$(PACKAGES))
	swift build $(RELEASE) --product simulate
	.build/release/simulate long $(SEEDS) $(LARGE_SEEDS)

# One year in each world.
simulate-short:
	$(call need,$(PACKAGES))
	swift build $(RELEASE) --product simulate
	.build/release/simulate short

bench: bench-deps build ## measures certctl beside other clients
	bash Tests/Bench/bench $(CERTCTL) $(PEBBLE)
	bash Tests/Bench/responder-bench $(CERTCTL)
	bash Tests/Bench/renew-bench $(CERTCTL) $(PEBBLE)
	bash Tests/Bench/deploy-bench $(CERTCTL) $(PEBBLE)
	swift build $(RELEASE) --product nginx-probe
	.build/release/nginx-probe bench 100000

format: ## puts the source in its form
	swift format -i --recursive --parallel Sources Tests Package.swift

lint: ## checks the form, and that effects stay where they belong
	swift format lint --strict --recursive --parallel Sources Tests Package.swift
	bash Tests/check-effects

HOOKS := hooks/reload-nginx hooks/restart-container hooks/notify-webhook
# Below share/: what the program prints of itself.
MANUAL := man/man8/certctl.8
BASH_COMPLETION := bash-completion/completions/certctl
ZSH_COMPLETION := zsh/site-functions/_certctl
FISH_COMPLETION := fish/vendor_completions.d/certctl.fish
PRINTED := $(MANUAL) $(BASH_COMPLETION) $(ZSH_COMPLETION) $(FISH_COMPLETION)

# FILE,ARGUMENTS: make stops where the program fails, which the pipe would hide.
define print-to
set -o pipefail; $(CERTCTL) $(2) | install -D -m 0644 /dev/stdin $(DESTDIR)$(PREFIX)/share/$(1)
endef

UNITS := $(notdir $(wildcard systemd/*.service systemd/*.socket systemd/*.timer))
UNIT_FILES := $(UNITS:%=$(SYSTEMD)/systemd/system/%)
SYSUSERS := $(SYSTEMD)/sysusers.d/certctl.conf
TMPFILES := $(SYSTEMD)/tmpfiles.d/certctl.conf

ENABLED := $(filter-out %.service,$(UNITS))

# A package (DESTDIR) has ways of its own to do this.
define next-steps
certctl is installed. Where systemd runs, these make its user and its directories, and start it:
  systemd-sysusers $(SYSUSERS)
  systemd-tmpfiles --create $(TMPFILES)
  systemctl daemon-reload
  systemctl enable --now certctl-control.socket certctl-challenge.socket
  systemctl enable --now certctl-renew.timer certctl-deploy.timer certctl-watch.timer
and, where no nginx or other proxy has port 80:
  systemctl enable --now certctl-http01.socket
endef
define elsewhere

systemd does not look below $(SYSTEMD): before that, install with SYSTEMD=/usr/local/lib
endef
define uninstalled
certctl is uninstalled. Settings, certificates and keys are left in /etc/certctl and /var/lib/certctl, and the user
certctl, whose they are.
endef
export NEXT_STEPS = $(next-steps)$(if $(filter /usr/local/lib /usr/lib,$(SYSTEMD)),,$(elsewhere))
export UNINSTALLED = $(uninstalled)

# 0711: a program that its user may not read is not for others of that user to trace while it starts, and with it
# the terminal of whoever has called it with sudo.
install: ## installs to $(PREFIX), with hooks and units, what `make build` has made; says what to type next
	@test -x $(CERTCTL) || { echo 'first run: make build'; exit 1; }
	install -D -m 0711 $(CERTCTL) $(DESTDIR)$(PREFIX)/bin/certctl
	install -D -m 0755 -t $(DESTDIR)$(PREFIX)/lib/certctl/hooks $(HOOKS)
	install -D -m 0644 -t $(DESTDIR)$(PREFIX)/lib/certctl/hooks hooks/README.md
	install -D -m 0644 -t $(DESTDIR)$(PREFIX)/share/doc/certctl README.md LICENSE
	$(call print-to,$(MANUAL),help --man)
	$(call print-to,$(BASH_COMPLETION),completion bash)
	$(call print-to,$(ZSH_COMPLETION),completion zsh)
	$(call print-to,$(FISH_COMPLETION),completion fish)
	install -D -m 0644 systemd/certctl.sysusers $(DESTDIR)$(SYSUSERS)
	install -D -m 0644 systemd/certctl.tmpfiles $(DESTDIR)$(TMPFILES)
	install -d $(DESTDIR)$(SYSTEMD)/systemd/system
	for unit in $(UNITS); do \
		sed 's#^ExecStart=/usr/local/#ExecStart=$(PREFIX)/#' systemd/$$unit \
			| install -m 0644 /dev/stdin $(DESTDIR)$(SYSTEMD)/systemd/system/$$unit || exit 1; \
	done
	@echo "$$NEXT_STEPS"

uninstall: ## stops the units, and takes away what install has put there
	@if [ -z "$(DESTDIR)" ] && [ -d /run/systemd/system ] && [ -e $(firstword $(UNIT_FILES)) ]; then \
		systemctl disable --now $(ENABLED) && systemctl stop $(filter %.service,$(UNITS)); \
	fi
	rm -f $(DESTDIR)$(PREFIX)/bin/certctl
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/share/,$(PRINTED))
	rm -rf $(DESTDIR)$(PREFIX)/lib/certctl $(DESTDIR)$(PREFIX)/share/doc/certctl
	rm -f $(addprefix $(DESTDIR),$(UNIT_FILES) $(SYSUSERS) $(TMPFILES))
	rm -f $(DESTDIR)/etc/systemd/system/certctl-deploy.service.d/configuration.conf
	@rmdir $(DESTDIR)/etc/systemd/system/certctl-deploy.service.d 2>/dev/null || true
	@if [ -z "$(DESTDIR)" ] && [ -d /run/systemd/system ]; then systemctl daemon-reload && systemctl reset-failed 'certctl-*'; fi
	@echo "$$UNINSTALLED"

clean:
	swift package clean
