#!/usr/bin/env bash
# Runs all tests; `make test` calls it after the set-up. Names of parts run only those: `scripts/test.sh rust page`.
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$root"

part() { printf '\n\033[1m== %s\033[0m\n' "$*"; }

# Formatting, lints, unit tests, and the integration binary.
rust() {
  part cargo fmt
  cargo fmt --check
  part cargo clippy
  cargo clippy --quiet --all-targets --all-features -- -D warnings
  part cargo test
  cargo test --quiet --all-features
}

# Real Alembic on real PostgreSQL.
oracle() {
  part pytest
  cargo build --quiet --features cli
  "$RESTAMP_PYTHON" -m pytest -q -p no:cacheprovider tests/oracle
}

# The library as wasm, under Node.
wasm() {
  part wasm
  scripts/wasm.sh
  node --test tests/wasm/*.test.mjs
}

# Rehearsals on PostgreSQL as wasm, under Node; what is rehearsed the oracle has left in target/scenarios.
rehearse() {
  part rehearse
  scripts/wasm.sh
  # A test that fails may leave PostgreSQL running, which would keep Node.
  node --test --test-concurrency=1 --test-force-exit tests/rehearse/*.test.mjs
}

# The page, served and as one file: types, then a real Chromium and a real Firefox. What it saves is compared with the command line's.
page() {
  part page
  scripts/wasm.sh
  cargo build --quiet --features cli
  tsc -p www/jsconfig.json
  node --test --test-concurrency=1 tests/page/*.test.mjs
  part page in Firefox
  if [ -x "$RESTAMP_FIREFOX" ]; then
    "$RESTAMP_FIREFOX" --version
    # What depends on the browser. The rest is logic, layout that Chromium has shown, and projects of a size that only take time.
    BROWSER=firefox node --test --test-concurrency=1 tests/page/{keyboard,page,sample,single,unzip}.test.mjs
  else
    not_run+=("the page in Firefox: there is no $RESTAMP_FIREFOX. Install firefox-esr, or name a Firefox by FIREFOX=/path/to/firefox.")
  fi
}

not_run=()
for name in "${@:-rust oracle wasm rehearse page}"; do
  for one in $name; do "$one"; done
done
for what in "${not_run[@]}"; do printf '\n\033[1mNOT RUN: %s\033[0m\n' "$what"; done
