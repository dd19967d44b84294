import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { tiny } from '../compare/helper.js'
import { program } from './helper.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-compare-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const comparison = tiny({ preregistered: { method: 'pressed', against: 'unpruned', margin: 0.05 } })
writeFileSync(join(folder, 'c.json'), JSON.stringify(comparison))

test('a wrong document is refused with the line, and leaves nothing', async () => {
  const file = join(folder, 'wrong.yaml')
  writeFileSync(file, 'sets:\n  a: { data: { source: concrete } }\nmethods:\n  b: none\n')
  await expect(program('compare', file, '--out', join(folder, 'wrong'))).rejects.toThrow(
    'config.supernet: expected object, got nothing (wrong.yaml:2)',
  )
  expect(existsSync(join(folder, 'wrong', 'comparison.json'))).toBe(false)
})
