# Sourced by the other scripts: where the tools are that a checkout does not hold.
#
# They are outside the checkout, so that a second clone on the same machine finds them, and under a name made of
# their versions, so that two clones of different versions do not disturb each other.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# The command line of wasm-bindgen must be of the very version that the crate is compiled against.
WASM_BINDGEN=$(sed -n 's/^wasm-bindgen = "=\(.*\)"$/\1/p' "$root/Cargo.toml")
WASM_PACK=0.15.1

export RESTAMP_TOOLS=${RESTAMP_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/restamp}
RESTAMP_CARGO=$RESTAMP_TOOLS/cargo-bindgen-$WASM_BINDGEN-pack-$WASM_PACK
RESTAMP_VENV=$RESTAMP_TOOLS/venv-$(sha256sum "$root/tests/oracle/requirements.txt" | cut -c1-12)
export RESTAMP_PYTHON=$RESTAMP_VENV/bin/python
export PATH=$RESTAMP_CARGO/bin:$HOME/.cargo/bin:$root/node_modules/.bin:$PATH
# The Firefox in which the page is tested besides Chromium.
export RESTAMP_FIREFOX=${FIREFOX:-/usr/bin/firefox-esr}
