import { InputError } from './errors.js'

const GiB = 2 ** 30

/** The process, undefined in a browser, which has no environment variables. */
const { process } = globalThis as { process?: { env: Readonly<Record<string, string | undefined>> } }

/**
 * The bytes that one data file may take in memory, unpacked and decoded: 1 GiB, or the value of the
 * environment variable SENTEI_FILE_LIMIT (in GiB).
 */
export function fileLimit(): number {
  const given = process?.env.SENTEI_FILE_LIMIT
  if (given === undefined) return GiB
  const limit = Number(given)
  if (limit > 0 && Number.isFinite(limit)) return limit * GiB
  throw new InputError(`SENTEI_FILE_LIMIT: expected a number of GiB above 0, got "${given}"`)
}

/**
 * Throws an InputError if something would take more than the limit; call it before allocating. `where` begins
 * the message.
 */
export function checkFits(where: string, bytes: number, what: string): void {
  if (bytes <= fileLimit()) return
  const remedy = `take a part of it, or set SENTEI_FILE_LIMIT=${Math.ceil(bytes / GiB)} (GiB) where memory allows`
  throw new InputError(
    `${where}: expected at most ${inGiB(fileLimit())} of ${what}, got ${inGiB(bytes)}; ${remedy}`,
  )
}

export const inGiB = (bytes: number): string => `${Number((bytes / GiB).toPrecision(3))} GiB`
