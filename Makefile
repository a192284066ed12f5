# `make run` and `make test` install what they need (scripts/setup.sh) and may be run again at any time.

PORT ?= 8080
SHELL := /bin/bash

.PHONY: run page test corpus bench record clean

# The page on localhost.
run:
	scripts/setup.sh build
	scripts/wasm.sh
	. scripts/env.sh && exec node scripts/serve.mjs $(PORT)

# The page as one file that opens from disk, and its SHA-256.
page:
	scripts/setup.sh build
	scripts/wasm.sh
	. scripts/env.sh && node scripts/page.mjs && node scripts/size.mjs dist/restamp.html && cat dist/restamp.html.sha256

# Everything that is tested, cheapest first.
test:
	scripts/setup.sh
	scripts/test.sh

# How far all recorded projects, 2,000 random histories, the plans for random drifts and the snapshots agree; what disagrees is in target/disagreements.
# PROJECTS="ckan optuna" for some of them.
corpus:
	scripts/setup.sh
	. scripts/env.sh && cargo test --quiet --release --test measure -- $(PROJECTS)
	-[ -n "$(PROJECTS)" ] || (. scripts/env.sh && cargo build --quiet --release --features cli && "$$RESTAMP_PYTHON" tests/oracle/histories.py 2000; "$$RESTAMP_PYTHON" tests/oracle/repairs.py 1400; "$$RESTAMP_PYTHON" tests/oracle/snapshots.py)
	. scripts/env.sh && cargo build --quiet --release --features cli && "$$RESTAMP_PYTHON" tests/oracle/changes.py $(PROJECTS)

# How fast it is, as ratios in one run; writes BENCHMARKS.md.
bench:
	scripts/setup.sh build
	. scripts/env.sh && cargo build --quiet --release --features cli && node scripts/bench.mjs

# Records what the real Alembic and PostgreSQL do with the projects that have no recording yet. PROJECTS="dstack" for some of them anew.
record:
	scripts/setup.sh
	. scripts/env.sh && exec "$$RESTAMP_PYTHON" tests/oracle/record.py $(PROJECTS)

clean:
	rm -rf target pkg dist node_modules
