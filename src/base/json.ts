import { sha256 } from './hash.js'

/** JSON with two spaces and a line feed at the end, as every JSON file of a run has. */
export const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** An object as JSON with the hash of its own content as its last key, `sha256`. */
export const sealedText = (value: object): string =>
  jsonText({ ...value, sha256: sha256(JSON.stringify(value)) })
