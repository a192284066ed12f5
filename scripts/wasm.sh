#!/usr/bin/env bash
# Builds pkg/: the wasm library, its JavaScript and its TypeScript types. Does nothing when pkg/ is newer than the sources.
# The same sources give the same bytes with the same tools, wherever they lie; pkg/.complete names the compiler.
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$root"

out=pkg/restamp_bg.wasm
if [ -e pkg/.complete ] && [ -z "$(find src Cargo.toml Cargo.lock .cargo/config.toml scripts/wasm.sh -newer pkg/.complete -print -quit)" ]; then
  exit 0
fi
rm -rf pkg
# A panic names its source file. Where this machine keeps the sources of the crates and of Rust is nobody else's matter,
# and would make each machine's library another one. The crates are fetched first: before that they lie nowhere.
cargo fetch --quiet --target wasm32-unknown-unknown
commit=$(rustc -vV | sed -n 's/^commit-hash: //p')
remap="'--remap-path-prefix=$(rustc --print sysroot)/lib/rustlib/src/rust=/rustc/$commit', '--remap-path-prefix=$root=/restamp'"
for sources in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do
  remap+=", '--remap-path-prefix=$sources=/crates'"
done
wasm-pack --quiet build --profile wasm --target web --mode no-install --no-pack --out-dir pkg --out-name restamp . -- \
  --no-default-features --config "target.wasm32-unknown-unknown.rustflags=[$remap]"
# Cargo.toml turns wasm-pack's own wasm-opt off, because wasm-pack would download one.
# -O1 takes a tenth of the time of -O3; LLVM has optimised already.
wasm-opt "$out" -o "$out.opt" -O1 \
  --enable-bulk-memory --enable-bulk-memory-opt --enable-mutable-globals --enable-nontrapping-float-to-int \
  --enable-sign-ext --enable-reference-types --enable-multivalue --strip-producers
mv "$out.opt" "$out"
rustc --version >pkg/.complete
node scripts/size.mjs pkg/restamp_bg.wasm pkg/restamp.js >&2
