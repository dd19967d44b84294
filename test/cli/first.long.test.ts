import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { short, writeBricks } from './bricks.js'
import { sentei } from './helper.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-first-'))
const line = ['search', 'bricks.csv', '--target', 'strength', ...short]

it('a search from a file alone searches again with what was saved, and by the line again beside it', async () => {
  writeBricks(folder)
  expect((await sentei(folder, line)).code).toBe(0)
  const saved = join('runs', 'bricks-seed0.yaml')
  const again = await sentei(folder, ['search', saved, '--out', 'runs/again', '--quiet', '--json', ...short])
  const first = JSON.parse(
    readFileSync(join(folder, 'runs', 'bricks-seed0', 'metrics.json'), 'utf8'),
  ) as object
  expect((JSON.parse(again.stdout) as { metrics: object }).metrics).toEqual(first)
  const { stderr } = await sentei(folder, line)
  expect(stderr).toContain('saved    runs/bricks-seed0-2.yaml')
})
