// The words of SQL and Python by kind, for reading alone: nothing is understood here, and the parts always make up the text.

/** @typedef {'comment' | 'string' | 'number' | 'keyword' | ''} Kind */
/** @typedef {{ kind: Kind, text: string }} Token */
/** @typedef {'sql' | 'python' | ''} Language */

/** Longer texts are shown plain. */
const MOST = 400_000;

const SQL = new Set(`ADD ALL ALTER AND ANY ARRAY AS ASC BEGIN BETWEEN BY CASCADE CASE CHECK COALESCE COLUMN COMMENT COMMIT CONCURRENTLY CONSTRAINT
CREATE CURRENT_SETTING DECLARE DEFAULT DELETE DESC DISTINCT DO DOMAIN DROP ELSE ELSIF END ENUM EXCEPTION EXCLUSIVE EXECUTE EXISTS EXTENSION FALSE FOR FOREIGN
FROM FUNCTION GENERATED GRANT GROUP HAVING HINT IDENTITY IF IN INDEX INSERT INTO IS JOIN KEY LEFT LIKE LIMIT LOCAL LOCK LOOP MATERIALIZED MODE NOT NULL
NULLS ON ONLY OR ORDER OWNED OWNER PERFORM PRIMARY RAISE READ REFERENCES RENAME RESET RETURNS REVOKE ROLE ROLLBACK SCHEMA SELECT SEQUENCE SET SHOW TABLE
THEN TO TRANSACTION TRIGGER TRUE TYPE UNION UNIQUE UPDATE USING VALID VALIDATE VALUES VIEW WHEN WHERE WITH`.split(/\s+/));
const PYTHON = new Set(`False None True and as assert async await break class continue def del elif else except finally for from global if import in is
lambda nonlocal not or pass raise return try while with yield`.split(/\s+/));

/** What stands apart; names and spaces are what is left. In dollar quotes is SQL again, so that only the marks are strings. */
const SPELLING = {
  sql: /(?<comment>--[^\n]*|\/\*[^]*?\*\/)|(?<string>'(?:[^']|'')*'|\$[A-Za-z_]*\$)|(?<quoted>"(?:[^"]|"")*")|(?<number>\b\d+(?:\.\d+)?\b)|(?<word>[\p{L}_][\p{L}\p{N}_$]*)/gu,
  python: /(?<comment>#[^\n]*)|(?<string>[rbfuRBFU]{0,2}(?:"""[^]*?"""|'''[^]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))|(?<number>\b\d+(?:\.\d+)?\b)|(?<word>[\p{L}_][\p{L}\p{N}_]*)/gu,
};

/**
 * @param {string} text
 * @param {Language} language
 * @returns {Token[]}
 */
export function tokens(text, language) {
  if (language === '' || text.length > MOST) return [{ kind: '', text }];
  /** @type {Token[]} */
  const list = [];
  const push = (/** @type {Kind} */ kind, /** @type {string} */ part) => {
    const last = list.at(-1);
    if (part === '') return;
    if (last?.kind === kind) last.text += part;
    else list.push({ kind, text: part });
  };
  let at = 0;
  for (const match of text.matchAll(SPELLING[language])) {
    push('', text.slice(at, match.index));
    const { comment, string, number, word } = match.groups ?? {};
    const keyword = word !== undefined && (language === 'sql' ? SQL.has(word.toUpperCase()) : PYTHON.has(word));
    push(comment !== undefined ? 'comment' : string !== undefined ? 'string' : number !== undefined ? 'number' : keyword ? 'keyword' : '', match[0]);
    at = match.index + match[0].length;
  }
  push('', text.slice(at));
  return list;
}

/**
 * The language of a file.
 * @param {string} name
 * @returns {Language}
 */
export function languageOf(name) {
  return name.endsWith('.sql') ? 'sql' : name.endsWith('.py') ? 'python' : '';
}
