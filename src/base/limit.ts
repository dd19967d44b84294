import { InputError } from './errors.js'

const GiB = 2 ** 30

/** Where this runs: a browser has no environment. */
const { process } = globalThis as { process?: { env: Readonly<Record<string, string | undefined>> } }

/**
 * How many bytes one data file may take in memory, unpacked and decoded: 1 GiB, or as many as the environment's
 * SENTEI_FILE_LIMIT says (in GiB).
 */
export function fileLimit(): number {
  const given = process?.env.SENTEI_FILE_LIMIT
  if (given === undefined) return GiB
  const limit = Number(given)
  if (limit > 0 && Number.isFinite(limit)) return limit * GiB
  throw new InputError(`SENTEI_FILE_LIMIT: expected a number of GiB above 0, got "${given}"`)
}

/** Refuses, before anything is allocated, what would take more than the limit; `where` begins the message. */
export function checkFits(where: string, bytes: number, what: string): void {
  if (bytes <= fileLimit()) return
  const remedy = `take a part of it, or set SENTEI_FILE_LIMIT=${Math.ceil(bytes / GiB)} (GiB) where memory allows`
  throw new InputError(
    `${where}: expected at most ${inGiB(fileLimit())} of ${what}, got ${inGiB(bytes)}; ${remedy}`,
  )
}

export const inGiB = (bytes: number): string => `${Number((bytes / GiB).toPrecision(3))} GiB`
