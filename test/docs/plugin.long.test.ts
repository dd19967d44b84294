import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sentei } from '../cli/helper.js'
import { blocksOf } from './markdown.js'

test('the plugin of docs/extend.md runs from the command line, with its space, its operation and its term', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sentei-plugin-page-'))
  const named = blocksOf('docs/extend.md').flatMap(({ info, text }) => {
    const [, name] = /^(?:js|yaml) (\S+\.\S+)$/.exec(info) ?? []
    return name === undefined ? [] : [{ name, text }]
  })
  expect(named.map(({ name }) => name)).toEqual(['my-plugin.mjs', 'pyramid.yaml'])
  for (const { name, text } of named)
    writeFileSync(join(folder, name), text.replace(/epochs: \d+/g, 'epochs: 2'))
  const searched = await sentei(folder, ['search', 'pyramid.yaml', '--out', 'runs/pyramid', '--quiet'])
  expect(searched).toMatchObject({ code: 0 })
  expect(searched.stderr).toMatch(
    /^plugin {3}\.\/my-plugin\.mjs \(sha256 [0-9a-f]{12}…\): space pyramid, operation conv-5x5, term rareness\n/,
  )
  expect(readFileSync(join(folder, 'runs/pyramid/schedule.csv'), 'utf8')).toContain('rareness')
  const derived = await sentei(folder, [
    ...['derive', 'runs/pyramid', '--rule', 'magnitude', '--plugin', 'my-plugin.mjs'],
  ])
  expect(derived.stdout).toMatch(/wide +\d+ of 16 +units\nnarrow +\d+ of 8 +units/)
  const images = ['data.source=digits', 'data.limit=100', 'supernet.options={operations: [skip, conv-5x5]}']
  const plan = ['plan', 'pyramid.yaml', '--set', 'supernet.space=darts-cell', ...images, 'schedule=none']
  expect((await sentei(folder, plan)).stdout).toContain('supernet darts-cell')
}, 60_000)
