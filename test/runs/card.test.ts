import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { resolveConfig } from '../../src/config/load-config.js'
import { searchRun } from '../../src/runs/search-run.js'
import { farColumns, wave } from '../helpers/far-columns.js'
import { temporaryFolder, tinyMlp } from './helper.js'

const folder = temporaryFolder()
const payload = '<img src=x onerror=alert(1)>'

test('the card says names as text, whatever markup they hold, and which columns are scaled outside', async () => {
  const file = join(folder, '`<b>.csv')
  const rows = Array.from({ length: 60 }, (_, i) => [wave(i), farColumns.latitude(wave(i, 1)), wave(i, 2)])
  const lines = [['a', `far ${payload}`, `y ${payload}`], ...rows].map((cells) => cells.join(','))
  writeFileSync(file, lines.join('\n'))
  const config = resolveConfig({
    ...tinyMlp,
    data: { file, target: `y ${payload}`, format: 'csv' },
    search: { ...tinyMlp.search, epochs: 2, batch: 32 },
    retrain: { ...tinyMlp.retrain, epochs: 1, batch: 32, baseline: false },
  })
  await searchRun({ config, out: join(folder, 'run') })
  const card = readFileSync(join(folder, 'run', 'card.md'), 'utf8')
  expect(card).toContain('regression of y &lt;img src=x onerror=alert(1)\\>;')
  expect(card).toContain('which `outside` in `preprocess.json` scales: far &lt;img src=x onerror=alert(1)\\>')
  // What is left of a tag's beginning stands in code.
  const text = card.replace(/(`+) .*? \1(?!`)|`[^`\n]*`/g, '').replace(/```[^]*?```/g, '')
  expect(text).not.toMatch(/<[a-z/!]/i)
})
