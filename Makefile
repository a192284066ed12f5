# `make run` and `make test` install what they need (scripts/setup.sh) and may be run again at any time.

PORT ?= 8080
SHELL := /bin/bash

.PHONY: run test clean

# The page on localhost.
run:
	scripts/setup.sh build
	scripts/wasm.sh
	. scripts/env.sh && exec node scripts/serve.mjs $(PORT)

# Everything that is tested, cheapest first.
test:
	scripts/setup.sh
	scripts/test.sh

clean:
	rm -rf target pkg node_modules
