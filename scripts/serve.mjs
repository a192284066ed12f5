// Serves the page on localhost: `node scripts/serve.mjs [port]`. The tests of the page start it too, so what they
// see is what `make run` serves.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const www = fileURLToPath(new URL('../www/', import.meta.url));

const TYPES = /** @type {Record<string, string>} */ ({
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
});

/**
 * The file of a request: below `www/` (whose `pkg` is a link to the build), or null.
 * @param {string} url
 */
function fileOf(url) {
  try {
    const path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
    const file = normalize(join(www, path === '/' ? 'index.html' : path));
    return file.startsWith(www) ? file : null;
  } catch {
    // A malformed URL names no file.
    return null;
  }
}

/**
 * Starts the server; port 0 takes a free one.
 * @param {number} port
 * @returns {Promise<{ url: string, close: () => void }>}
 */
export function serve(port) {
  const server = createServer(async (request, response) => {
    const file = fileOf(request.url ?? '/');
    const body = file === null ? null : await readFile(file).catch(() => null);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.setHeader('Cache-Control', 'no-cache');
    if (file === null || body === null) {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Not found\n');
      return;
    }
    response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(body);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      const used = typeof address === 'object' && address !== null ? address.port : port;
      resolve({ url: `http://localhost:${used}/`, close: () => server.close() });
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await serve(Number(process.argv[2] ?? 8080));
  console.log(`Restamp is at ${url} (Ctrl-C stops it)`);
}
