import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { nodeSha256 } from '../../src/base/files.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { parityFile, type Parity } from '../../src/export/onnx/save.js'
import type { LayersParity } from '../../src/export/precision/save-layers.js'
import { withExported } from '../../src/runs/exported-files.js'
import { exportRun } from '../../src/runs/formats.js'
import { searchRun } from '../../src/runs/search-run.js'
import { temporaryFolder, tinyMlp } from './helper.js'

const folder = temporaryFolder()
const at = (...names: string[]) => join(folder, ...names)

beforeAll(async () => {
  const config = resolveConfig({
    ...tinyMlp,
    schedule: 'none',
    retrain: { ...tinyMlp.retrain, epochs: 10, baseline: false },
  })
  await searchRun({ config, out: at('run') })
})

const card = () => readFileSync(at('run', 'card.md'), 'utf8')

/** The cells of the card's rows by file. */
function rows(text = card()): Record<string, string[]> {
  const table = text.slice(text.indexOf('## Exported files'))
  const cells = table.match(/^\| `.*$/gm)!.map((line) => line.slice(2, -2).split(' | '))
  expect(new Set(cells.map(([file]) => file)).size).toBe(cells.length)
  return Object.fromEntries(cells.map(([file, ...rest]): [string, string[]] => [file!, rest]))
}

const jsonOf = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))

test('the card has the certificate of the run’s own model', () => {
  const [what, compared, hashes, versions] = rows()['`model`']!
  expect(what).toBe('LayersModel, float32')
  expect(compared).toMatch(/^\d+ validation rows: \d\.\de-\d+$/)
  expect(hashes).toContain(`weights.bin ${nodeSha256(readFileSync(at('run', 'model', 'weights.bin')))}`)
  expect(versions).toMatch(/^sentei \d+\.\d+\.\d+, tfjs-layers \d+\.\d+\.\d+$/)
})

test('each exported file has one row, however often and in whatever formats a run is exported', async () => {
  const before = card()
  await exportRun(at('run'), 'onnx', at('m.onnx'))
  await exportRun(at('run'), 'layers', at('small'), undefined, { precision: 'uint8' })
  const once = card()
  await exportRun(at('run'), 'layers', at('small'), undefined, { precision: 'uint8' })
  await exportRun(at('run'), 'onnx', at('m.onnx'))
  expect(card()).toBe(once)
  expect(once.startsWith(before.trimEnd())).toBe(true)
  const found = rows()
  expect(Object.keys(found)).toEqual(['`model`', '`../m.onnx`', '`../small`'])
  const parity = jsonOf(parityFile(at('m.onnx'))) as Parity
  expect(found['`../m.onnx`']).toEqual([
    'ONNX, opset 19, float32',
    `${parity.verified!.rows} test rows: ${parity.verified!.largestDifference.toExponential(1)}`,
    nodeSha256(readFileSync(at('m.onnx'))),
    Object.entries(parity.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
  ])
  const { precision } = jsonOf(at('small', 'parity.json')) as LayersParity
  expect(precision.largestDifference).toBeGreaterThan(0)
  expect(found['`../small`']![0]).toBe('LayersModel, uint8')
  expect(found['`../small`']![1]).toContain(
    `${precision.rows} test rows: ${precision.largestDifference.toExponential(1)} from float32; rmse `,
  )
})

test('a file that is written anew in another way has a new row in the old one’s place', async () => {
  await exportRun(at('run'), 'onnx', at('m.onnx'), undefined, { unverified: true })
  expect(rows()['`../m.onnx`']![1]).toBe('NOT compared')
  await exportRun(at('run'), 'onnx', at('m.onnx'), undefined, { precision: 'float16' })
  expect(rows()['`../m.onnx`']![0]).toBe('ONNX, opset 19, float16')
  expect(rows()['`../m.onnx`']![1]).toMatch(/^float32: \d+ test rows: .*; float16: \d+ test rows: /)
  expect(Object.keys(rows())).toEqual(['`model`', '`../m.onnx`', '`../small`'])
})

test('a copy of the model has the row of the model, and drawings have none', async () => {
  await exportRun(at('run'), 'layers', at('copy'))
  await exportRun(at('run'), 'dot', at('net.dot'))
  expect(rows()['`../copy`']).toEqual(rows()['`model`'])
  expect(Object.keys(rows())).toHaveLength(4)
})

test('text that somebody wrote below the table stays', () => {
  const exported = { what: 'x', compared: 'y', sha256: 'z', versions: { a: '1' } }
  const text = withExported(`# a\n\nof before there was a table\n`, 'odd|`name`', exported)
  expect(text).toContain('| `` odd\\|`name` `` | x | y | z | a 1 |')
  const again = withExported(`${text}\nnotes\n`, 'b', exported)
  expect(again).toMatch(/\| x \| y \| z \| a 1 \|\n\| `b` \| x \| y \| z \| a 1 \|\n\nnotes\n$/)
  expect(withExported(again, 'odd|`name`', exported)).toBe(again)
})

test('a run without a card is exported all the same', async () => {
  rmSync(at('run', 'card.md'))
  await exportRun(at('run'), 'onnx', at('other.onnx'))
  expect(existsSync(at('other.onnx'))).toBe(true)
  expect(existsSync(at('run', 'card.md'))).toBe(false)
})
