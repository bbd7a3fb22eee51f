// @ts-check
// Requests to the API: JSON in and out, errors as the API describes them.
import { currentKey } from "./key.js";

// Milliseconds after which a request counts as lost.
const PATIENCE = 30_000;

/**
 * @typedef {object} Fault
 * @property {string} [pointer]
 * @property {string} code
 * @property {string} detail
 */

/** A request that the server refused. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {any} problem
   */
  constructor(status, problem) {
    super(problem?.detail ?? `The server answered ${status}.`);
    this.status = status;
    /** @type {string} */
    this.type = problem?.type ?? "";
    /** @type {Fault[]} */
    this.faults = Array.isArray(problem?.errors) ? problem.errors : [];
    /** @type {string | null} */
    this.existing = problem?.existing ?? null;
  }
}

/** A request that got no response: nobody knows whether it arrived. */
export class Offline extends Error {}

/**
 * @typedef {object} Asked
 * @property {any} [body]
 * @property {Record<string, string>} [headers]
 * @property {boolean} [keyed]  Whether to send the key.
 * @property {AbortSignal} [signal]
 */

/**
 * Send a request; return what came, with its entity tag. Raises Refused and Offline.
 * @param {string} method
 * @param {string} path
 * @param {Asked} [asked]
 * @returns {Promise<{body: any, etag: string}>}
 */
export async function call(method, path, { body, headers = {}, keyed = false, signal } = {}) {
  const key = keyed ? currentKey() : null;
  /** @type {Record<string, string>} */
  const sent = { Accept: "application/json", ...headers };
  if (key) sent["Authorization"] = `Bearer ${key.key}`;
  if (body !== undefined) sent["Content-Type"] = "application/json";
  const patience = AbortSignal.timeout(PATIENCE);
  let response;
  let text;
  try {
    response = await fetch(path, {
      method,
      headers: sent,
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
      credentials: "omit",
      cache: keyed ? "no-store" : "default",
    });
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Offline("No connection to the server.");
  }
  let read;
  try {
    read = text ? JSON.parse(text) : null;
  } catch {
    read = null;
  }
  if (!response.ok) throw new Refused(response.status, read);
  return { body: read, etag: response.headers.get("ETag") ?? "" };
}
