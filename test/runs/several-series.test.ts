import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as ort from 'onnxruntime-web'
import { beforeAll, expect, test } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { metadataOf } from '../../src/export/onnx/proto.js'
import { searchRun } from '../../src/runs/search-run.js'
import { program } from '../cli/helper.js'
import { temporaryFolder, tinyMlp } from './helper.js'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)
const [window, horizon] = [4, 2]
const hour = 3_600_000

/** One row of a recorder: machines take turns, rows are out of order, and some hours lack. */
interface Row {
  readonly at: string
  readonly machine: string
  readonly mode: string
  readonly load: number
  readonly temp: number
}

function recorded(name: string, hours: number): Row[] {
  const random = randomSource(1).stream(name)
  const rows: Row[] = []
  for (const machine of ['a', 'b', 'c'])
    for (let k = 0; k < hours; k++) {
      if (random.uniform() < 0.03) continue
      const load = random.uniform()
      rows.push({
        at: new Date(Date.UTC(2026, 0, 1) + k * hour).toISOString().slice(0, 19),
        machine,
        mode: k % 5 < 3 ? 'day' : 'night',
        load: Number(load.toFixed(3)),
        temp: Number((20 + 5 * Math.sin(k / 4 + machine.charCodeAt(0)) + load).toFixed(3)),
      })
    }
  return [...random.permutation(rows.length)].map((i) => rows[i]!)
}

const csv = (rows: readonly Row[]) =>
  ['at,machine,mode,load,temp', ...rows.map((row) => Object.values(row).join())].join('\n')

const later = recorded('later', 30)

beforeAll(async () => {
  writeFileSync(at('lines.csv'), csv(recorded('first', 80)))
  writeFileSync(at('later.csv'), csv(later))
  const config = resolveConfig({
    ...tinyMlp,
    data: { file: at('lines.csv'), target: 'temp', seriesBy: 'machine', time: 'at', window, horizon },
    retrain: { ...tinyMlp.retrain, baseline: false },
  })
  await searchRun({ config, out: at('run') })
  await program('export', at('run'), '--format', 'onnx', '--out', at('m.onnx'))
})

/**
 * The recipe of docs/deliver-reference.md: windows of a file's raw rows. The rows of each series by time, and each stretch of as
 * many as a window has without a gap.
 */
const windowsOf = (rows: readonly Row[]): Row[][] =>
  ['a', 'b', 'c'].flatMap((machine) => {
    const own = rows.filter((row) => row.machine === machine).sort((a, b) => (a.at < b.at ? -1 : 1))
    const span = (window - 1) * hour
    const time = (row: Row) => Date.parse(`${row.at}Z`)
    return own.flatMap((_, from) => {
      const cut = own.slice(from, from + window)
      return cut.length === window && time(cut.at(-1)!) - time(cut[0]!) === span ? [cut] : []
    })
  })

/** The cells of the lines of a CSV file without quotes. */
const cellsOf = (file: string) =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','))

/** What `sentei predict` writes of the new file, by machine and the last hour of a window. */
async function predicted(model = 'run'): Promise<Map<string, string[]>> {
  await program('predict', at(model), '--data', at('later.csv'), '--out', at('p.csv'), '--force')
  const [header, ...lines] = cellsOf(at('p.csv'))
  expect(header).toEqual(['line', 'machine', 'at', 'at of the forecast', 'temp', 'status'])
  return new Map(lines.map(([, machine, time, ...rest]) => [`${machine} ${time}`, rest]))
}

const nameOf = (cut: readonly Row[]) => `${cut.at(-1)!.machine} ${cut.at(-1)!.at.replace('T', ' ')}`

test('predictions of a new file are of its whole windows, each with its machine and times', async () => {
  const found = await predicted()
  const windows = windowsOf(later)
  expect([...found.keys()].sort()).toEqual(windows.map(nameOf).sort())
  // Hours lack, so that some stretches of four rows are no windows.
  expect(windows.length).toBeLessThan(later.length - 3 * (window - 1))
  for (const cut of windows) {
    const due = new Date(Date.parse(`${cut.at(-1)!.at}Z`) + horizon * hour)
    expect(found.get(nameOf(cut))![0]).toBe(due.toISOString().slice(0, 19).replace('T', ' '))
  }
})

test('an ONNX model predicts the same of windows that anyone cuts', async () => {
  const found = await predicted()
  const windows = windowsOf(later)
  const dims = [windows.length, window, 1]
  const column = <K extends 'mode' | 'load' | 'temp'>(name: K) => windows.flat().map((row) => row[name])
  const session = await ort.InferenceSession.create(readFileSync(at('m.onnx')))
  const { values } = await session.run({
    mode: new ort.Tensor('string', column('mode'), dims),
    load: new ort.Tensor('float32', column('load'), dims),
    temp: new ort.Tensor('float32', column('temp'), dims),
  })
  for (const [i, cut] of windows.entries())
    expect(values!.data[i]).toBeCloseTo(Number(found.get(nameOf(cut))![1]), 3)
  const alike = await predicted('m.onnx')
  expect([...alike.keys()]).toEqual([...found.keys()])
  for (const [name, [, temp]] of alike) expect(Number(temp)).toBeCloseTo(Number(found.get(name)![1]), 3)
  const { encoding } = JSON.parse(metadataOf(readFileSync(at('m.onnx')))['sentei.preprocess']!) as {
    encoding: { series: object; window: number }
  }
  expect(encoding).toMatchObject({
    window,
    series: { by: ['machine'], time: 'at', every: hour, horizon },
  })
  await session.release()
})
