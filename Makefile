# Headroom: two commands do everything on a Debian machine with a Swift toolchain:
#   make demo   builds, records the bundled prompts and writes reports/demo/index.html
#   make test   builds and runs all tests
# and for developers
#   make fuzz   feeds damaged files to every reader: make fuzz SECONDS=60 TARGET="pickle zip" SEED=1
# Missing Debian packages are installed first (with sudo where needed); with nothing missing nothing is installed.

PACKAGES := libopenblas0 libsentencepiece-dev libgnuplot-iostream-dev libboost-iostreams-dev libboost-system-dev \
	libboost-filesystem-dev gnuplot-nox pkg-config zlib1g-dev git ca-certificates
PREFIX ?= /usr/local
BUILD := .build/release
SECONDS ?= 60
SEED ?= 1
TARGET ?=
# The suites whose numbers depend on the kernels: they run once more with the plain ones.
NUMERIC := KernelsTests|TracesTests|InferenceTests|RecordingTests|WorkbenchTests

.PHONY: demo build test fuzz install lint clean packages toolchain

demo: build
	$(BUILD)/headroom demo

build: packages
	swift build -c release --product headroom

test: packages
	swift test -c release
	HEADROOM_KERNELS=plain swift test -c release --skip-build --filter '$(NUMERIC)'

fuzz: packages
	swift run -c release fuzz --seconds $(SECONDS) --seed $(SEED) $(if $(TARGET),--target $(TARGET))

install: build
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/headroom
	install $(BUILD)/headroom $(DESTDIR)$(PREFIX)/bin/headroom
	cp -R $(BUILD)/Headroom_*.resources $(DESTDIR)$(PREFIX)/share/headroom/

lint: toolchain
	swift format lint --strict --recursive Sources Tests Package.swift

clean:
	swift package clean

packages: toolchain
	@missing=$$(for name in $(PACKAGES); do \
		dpkg-query -W -f '$${Status}' $$name 2>/dev/null | grep -q 'install ok installed' || echo $$name; done); \
	if [ -n "$$missing" ]; then \
		echo "installing" $$missing; \
		root=; if [ "$$(id -u)" != 0 ]; then root=sudo; fi; \
		$$root apt-get update -q && \
		$$root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$missing; \
	fi

toolchain:
	@swift --version 2>/dev/null | grep -qE 'Swift version (6\.[1-9]|6\.[1-9][0-9]|[7-9])' || \
		{ found=$$(swift --version 2>/dev/null | head -n 1); \
		echo "make: expected a Swift toolchain from 6.1 on (https://www.swift.org/install/linux), found" \
		"$${found:-none}" >&2; exit 1; }
