import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { resolveConfig } from '../../src/config/load-config.js'
import { prepareData } from '../../src/data/prepare.js'
import { draftConfig } from '../../src/draft/draft-config.js'
import type { DraftOptions } from '../../src/draft/types.js'

export const folder = mkdtempSync(join(tmpdir(), 'sentei-draft-'))

/** Writes a file; its path. */
export const file = (name: string, text: string | Buffer): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
export const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n') + '\n'

/** What a draft says, and what its data read as. */
export async function drafted(path: string, options: DraftOptions = {}) {
  const { text, choices } = await draftConfig(path, options)
  const document = parse(text()) as {
    data: Record<string, unknown>
    split?: object
    supernet: object
    rivals: readonly string[]
  }
  const { dataset, splits } = await prepareData(resolveConfig(document), '.')
  return { ...document, dataset, splits, whys: choices.map(({ key, why }) => `${key.join('.')}: ${why}`) }
}
