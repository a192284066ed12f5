// Where each revision of a history stands in its picture: a row each, the newest on top, branches as lanes.

/** @typedef {{ id: string, down: readonly string[], depends_on: readonly string[] }} Linked */
/** @typedef {{ id: string, lane: number }} Place */
/** @typedef {{ from: number, to: number, lane: number, needs: boolean }} Edge rows, and the lane in which the line runs down */

/**
 * @param {readonly Linked[]} revisions the newest first: none comes before what follows it
 * @returns {{ places: Place[], edges: Edge[], lanes: number }}
 */
export function layout(revisions) {
  const rows = new Map(revisions.map((revision, row) => [revision.id, row]));
  /** What each lane leads down to; null is free. @type {Array<string | null>} */
  const open = [];
  /** @type {Place[]} */
  const places = [];
  /** @type {Edge[]} */
  const edges = [];
  /** Lines that lead to a revision, until its row comes. @type {Map<string, Array<Omit<Edge, 'to'>>>} */
  const coming = new Map();
  let lanes = 1;
  const free = () => {
    const at = open.indexOf(null);
    return at === -1 ? open.length : at;
  };
  for (const [row, revision] of revisions.entries()) {
    const own = open.indexOf(revision.id);
    const lane = own === -1 ? free() : own;
    for (const edge of coming.get(revision.id) ?? []) edges.push({ ...edge, to: row });
    coming.delete(revision.id);
    for (const [at, id] of open.entries()) if (id === revision.id) open[at] = null;
    open[lane] = null;
    places.push({ id: revision.id, lane });
    lanes = Math.max(lanes, lane + 1);
    const parents = [...revision.down.map((id) => ({ id, needs: false })), ...revision.depends_on.map((id) => ({ id, needs: true }))];
    for (const { id, needs } of parents) {
      // A row that is not below is in no file, or a label.
      if ((rows.get(id) ?? -1) <= row) continue;
      // The line goes on in its own lane; another one joins a line that leads there, or begins a lane.
      const there = open.indexOf(id);
      const to = open[lane] === null ? lane : there === -1 ? free() : there;
      open[to] = id;
      lanes = Math.max(lanes, to + 1);
      coming.set(id, [...(coming.get(id) ?? []), { from: row, lane: to, needs }]);
    }
  }
  return { places, edges, lanes };
}
