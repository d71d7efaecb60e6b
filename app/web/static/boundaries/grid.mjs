/** A spatial hash: which things lie near a place, without looking at all of them. */

const ROWS = 2 ** 22;

/** @typedef {[number, number, number, number]} Box west, south, east, north */

/**
 * @template T
 * @param {number} cell side of a cell in degrees
 */
export function createGrid(cell) {
  /** @type {Map<number, Set<T>>} */
  const cells = new Map();

  /**
   * @param {Box} box
   * @param {(key: number) => void} visit
   */
  function each([west, south, east, north], visit) {
    const [left, right] = [Math.floor((west + 180) / cell), Math.floor((east + 180) / cell)];
    const [low, high] = [Math.floor((south + 90) / cell), Math.floor((north + 90) / cell)];
    for (let column = left; column <= right; column += 1) {
      for (let row = low; row <= high; row += 1) visit(column * ROWS + row);
    }
  }

  return {
    /**
     * @param {Box} box
     * @param {T} thing
     */
    add(box, thing) {
      each(box, (key) => {
        const there = cells.get(key);
        if (there) there.add(thing);
        else cells.set(key, new Set([thing]));
      });
    },
    /**
     * @param {Box} box the one it was added with
     * @param {T} thing
     */
    remove(box, thing) {
      each(box, (key) => {
        const there = cells.get(key);
        there?.delete(thing);
        if (there?.size === 0) cells.delete(key);
      });
    },
    /**
     * @param {Box} box
     * @returns {Set<T>} everything in the cells that the box touches; more than it holds
     */
    near(box) {
      /** @type {Set<T>} */
      const found = new Set();
      each(box, (key) => cells.get(key)?.forEach((thing) => found.add(thing)));
      return found;
    },
  };
}

/**
 * A cell that holds a handful of things however many there are.
 * @param {Box} box of all of them
 * @param {number} count
 */
export function cellFor([west, south, east, north], count) {
  const across = Math.min(512, Math.max(16, Math.sqrt(count)));
  return Math.max((east - west) / across, (north - south) / across, 1e-5);
}
