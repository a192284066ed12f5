// PostgreSQL as PGlite runs it in this very process: a server for one database, of which copies can be made.

import { untar } from './untar.js';

/** @typedef {import('../../vendor/pglite/index.js').PGlite} PGlite */

/**
 * What PGlite is made of. Who runs a rehearsal hands it in, since only that knows where it lies.
 * @typedef {object} Parts
 * @property {typeof import('../../vendor/pglite/index.js').PGlite} PGlite
 * @property {WebAssembly.Module} postgres
 * @property {WebAssembly.Module} initdb
 * @property {Blob} data the files that are beside the program
 * @property {Blob | null} [empty] the files of an empty database; without them they are made, which takes some seconds
 * @property {(empty: Blob) => void} [keep] is given them for the next time
 * @property {(name: string) => Promise<Uint8Array | null>} extension its archive, unpacked; null where there is none
 */

/** What PostgreSQL says of a statement that it refuses. */
export class Refused extends Error {
  /** @param {any} error */
  constructor(error) {
    super(String(error.message));
    this.name = 'Refused';
    /** @type {string} */
    this.sqlstate = error.code;
    /** @type {string | null} */
    this.detail = error.detail ?? null;
    /** @type {string | null} */
    this.hint = error.hint ?? null;
    /** @type {string | null} */
    this.where = error.where ?? null;
    /** Where in the statement, from 1. @type {number | null} */
    this.position = error.position === undefined ? null : Number(error.position);
  }
}

// A large schema is restored in one session, and an upgrade may lock all of it in one transaction.
const PARAMETERS = ['-c', 'max_locks_per_transaction=1000'];

export class Postgres {
  /** @type {PGlite} */
  #db;
  /** @type {Parts} */
  #parts;
  /** The files of extensions, which a copy needs again. @type {Map<string, Uint8Array>} */
  #files;

  /**
   * @param {PGlite} db
   * @param {Parts} parts
   * @param {Map<string, Uint8Array>} files
   * @param {Set<string>} standIns
   */
  constructor(db, parts, files, standIns) {
    this.#db = db;
    this.#parts = parts;
    this.#files = files;
    /** Extensions that are here by name alone. */
    this.standIns = standIns;
  }

  /**
   * An empty database.
   * @param {Parts} parts
   */
  static async start(parts) {
    const db = new Postgres(await create(parts, parts.empty ?? null), parts, new Map(), new Set());
    if (parts.keep !== undefined && (parts.empty ?? null) === null) parts.keep(await db.files());
    return db;
  }

  /** The files of the database as it is now. */
  async files() {
    // What is in memory alone would be missing among them.
    await this.send('CHECKPOINT');
    return this.#db.dumpDataDir('none');
  }

  /**
   * The database as it is now, to start others from.
   * @returns {Promise<() => Promise<Postgres>>}
   */
  async template() {
    const files = await this.files();
    return async () => {
      const copy = new Postgres(await create(this.#parts, files), this.#parts, this.#files, this.standIns);
      copy.#write(this.#files);
      return copy;
    };
  }

  /**
   * Puts the files of an extension where CREATE EXTENSION looks for them. One that is not to be had is made without anything in it:
   * what a schema uses of it is then missing, and one that uses nothing of it is whole.
   * @param {string} name
   */
  async provide(name) {
    const archive = await this.#parts.extension(name);
    const text = (/** @type {string} */ value) => new TextEncoder().encode(value);
    const folder = 'share/postgresql/extension';
    const files = archive === null ? new Map([[`${folder}/${name}.control`, text("default_version = '1'\n")], [`${folder}/${name}--1.sql`, text('')]]) : untar(archive);
    if (archive === null) this.standIns.add(name);
    this.#write(files);
    for (const [path, bytes] of files) this.#files.set(path, bytes);
  }

  /** @param {Map<string, Uint8Array>} files */
  #write(files) {
    const { FS } = this.#db.Module;
    for (const [path, bytes] of files) {
      const target = `/pglite/${path}`;
      FS.mkdirTree(target.slice(0, target.lastIndexOf('/')));
      FS.writeFile(target, bytes);
    }
  }

  /**
   * Sends one message as psql does and gives the rows of each result in it.
   * @param {string} sql
   * @returns {Promise<Record<string, any>[][]>}
   */
  async send(sql) {
    try {
      return (await this.#db.exec(sql)).map((result) => result.rows);
    } catch (error) {
      if (error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.length === 5) throw new Refused(error);
      throw error;
    }
  }

  /** Is a transaction open? */
  inTransaction() {
    return this.#db.isInTransaction();
  }

  async close() {
    await this.#db.close();
  }
}

/**
 * @param {Parts} parts
 * @param {Blob | null} files a database that was there before
 */
function create({ PGlite, postgres, initdb, data }, files = null) {
  return PGlite.create({
    pgliteWasmModule: postgres,
    initdbWasmModule: initdb,
    fsBundle: data,
    startParams: [...PGlite.defaultStartParams, ...PARAMETERS],
    ...(files === null ? {} : { loadDataDir: files }),
  });
}
