// What a visitor downloads: `node scripts/size.mjs FILE...` prints the bytes of each file, raw and with Brotli.

import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';

for (const file of process.argv.slice(2)) {
  const raw = readFileSync(file);
  // Quality 9 is within a few percent of the best and takes seconds instead of a minute.
  const packed = brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 } });
  console.log(`${file}: ${raw.length} bytes, ${packed.length} with Brotli`);
}
