/** What the API says about boundary sets, and what may be asked of it. */

import { ask, get } from '../api.mjs';

/** Validation and re-routing of a large city take their time. */
const PATIENCE_MS = 180_000;

/** @param {number | string} id */
const path = (id) => `/boundary-sets/${encodeURIComponent(id)}`;
/** @param {number} revision */
const ifMatch = (revision) => ({ 'If-Match': `"${revision}"` });
/** @param {string} method @param {string} where @param {any} [options] */
const patiently = (method, where, options = {}) => ask(method, where, { patienceMs: PATIENCE_MS, ...options });

export const sets = {
  /** @returns {Promise<{sets: any[], upload_mb: number}>} */
  list: () => get('/boundary-sets'),
  /** @param {number} id */
  one: (id) => get(path(id)),
  /** @param {number} id */
  problems: async (id) => (await get(`${path(id)}/problems`)).problems,
  /** @param {number} id */
  districts: async (id) => (await patiently('GET', `${path(id)}/districts`)).features,
  /** @param {number} id */
  preview: (id) => patiently('GET', `${path(id)}/preview`),
  /** @param {number} id */
  audit: async (id) => (await get(`${path(id)}/audit`)).audit,
  /**
   * @param {number} id
   * @param {'propose' | 'withdraw' | 'approve' | 'rebase' | 'activate'} step
   * @param {any} [body]
   */
  step: (id, step, body) => patiently('POST', `${path(id)}/${step}`, { body }),
  /** @param {number} id */
  remove: (id) => ask('DELETE', path(id)),
  /** @param {number} id @param {number} schedule */
  cancel: (id, schedule) => ask('DELETE', `${path(id)}/activations/${schedule}`),
  /**
   * @param {number} id
   * @param {number} revision the one the changes were made on
   * @param {{upsert: any[], remove: string[]}} changes
   */
  patch: (id, revision, changes) => patiently('PATCH', `${path(id)}/districts`, { body: changes, headers: ifMatch(revision) }),
  /** @param {number} id @param {'geojson' | 'gpkg' | 'shp'} format */
  exportUrl: (id, format) => `/api/v1${path(id)}/export?format=${format}`,
};

/**
 * @param {any} set
 * @returns {'draft' | 'proposed' | 'approved' | 'in_force'}
 */
export const stateOf = (set) => (set.in_force ? 'in_force' : set.state);
