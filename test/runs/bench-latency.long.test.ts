import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { resolveConfig } from '../../src/config/load-config.js'
import type { Node } from '../../src/nn/graph.js'
import { benchLatency } from '../../src/runs/bench-latency.js'
import { benchOperations } from '../../src/runs/bench-operations.js'
import { equalNodes } from '../../src/runs/equal-nodes.js'
import { exportRun } from '../../src/runs/formats.js'
import { lineThrough } from '../../src/runs/line.js'
import { filled, memberTimes, networkOf } from '../../src/runs/member-times.js'
import { runners, runtimeNames, timeRuns } from '../../src/runs/runtimes.js'
import { searchRun } from '../../src/runs/search-run.js'
import { tinyCells as cells } from '../helpers/trials.js'
import { program } from '../cli/helper.js'
import { temporaryFolder, tinyCells, tinyMlp } from './helper.js'
import { tensorCounter } from '../setup/tensors.js'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)

beforeAll(async () => {
  for (const [name, document] of Object.entries({ cells: tinyCells, mlp: tinyMlp }))
    await searchRun({ config: resolveConfig(document), folder: '.', out: at(name) })
})

describe('bench latency', () => {
  test('of a run: both runtimes, with what its operations predict', async () => {
    const newTensors = tensorCounter()
    const found = await benchLatency({ model: at('cells'), runs: 20, warmUpMs: 40 })
    expect(newTensors()).toBe(0)
    expect(found.map(({ runtime, by }) => [runtime, by])).toEqual([
      ['tfjs', 'measured'],
      ['onnxruntime-web', 'measured'],
    ])
    for (const { least, p50, p95, predicted } of found) {
      expect(0 < least && least <= p50 && p50 <= p95).toBe(true)
      expect(predicted).toBeGreaterThan(0)
    }
  })

  test('predicts by a table of the same runtime: what is kept, and the rest', async () => {
    const table = (runtime: string) => {
      const operations = [
        { group: '**', member: '*', ms: 0 },
        { group: '**', member: 'skip', ms: 0 },
      ]
      const text = { format: 'sentei-latency/1', about: { runtime }, operations, rest: 7 }
      writeFileSync(at(`${runtime}.json`), JSON.stringify(text))
      return at(`${runtime}.json`)
    }
    const [own] = await benchLatency({
      model: at('cells'),
      runtime: 'tfjs',
      table: table('tfjs'),
      runs: 5,
      warmUpMs: 40,
    })
    expect(own).toMatchObject({ predicted: 7, by: 'table' })
    const [other] = await benchLatency({
      model: at('cells'),
      runtime: 'tfjs',
      table: table('sentei'),
      runs: 5,
      warmUpMs: 0,
    })
    expect(other!.by).toBe('measured')
  })

  test('of a network without operations to choose, of a folder and of an ONNX file: no prediction', async () => {
    await exportRun(at('mlp'), 'onnx', at('mlp.onnx'))
    const runtimesOf = async (model: string) =>
      (await benchLatency({ model, runs: 5, warmUpMs: 40 })).map(({ runtime, predicted }) => [
        runtime,
        predicted,
      ])
    expect(await runtimesOf(at('mlp'))).toEqual([
      ['tfjs', null],
      ['onnxruntime-web', null],
    ])
    expect(await runtimesOf(at('mlp/model'))).toEqual([['tfjs', null]])
    expect(await runtimesOf(at('mlp.onnx'))).toEqual([['onnxruntime-web', null]])
    writeFileSync(at('other.onnx'), 'no model')
    await expect(benchLatency({ model: at('other.onnx') })).rejects.toThrow('that Sentei exported')
    await expect(benchLatency({ model: at('mlp.onnx'), runtime: 'tfjs' })).rejects.toThrow(
      `${at('mlp.onnx')}: expected a run or a model for tfjs, got one for onnxruntime-web; export the run in that format`,
    )
  })
})

describe('the command', () => {
  test('prints a row for each runtime, or the figures', async () => {
    const { printed } = await program('bench', 'latency', at('cells'), '--steps', '5')
    expect(printed.split('\n').map((line) => line.split(/ {2,}/).length)).toEqual([6, 6, 6])
    expect(printed).toMatch(/^tfjs +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+ +operations$/m)
    const args = ['bench', 'latency', at('mlp'), '--runtime', 'tfjs', '--steps', '5']
    expect(JSON.parse((await program(...args, '--json')).printed)).toMatchObject([
      { runtime: 'tfjs', by: null },
    ])
  })

  test('says what it expects', async () => {
    const refused = (...args: string[]) => expect(program('bench', ...args)).rejects
    await refused('latency').toThrow('expected a run, the folder of a model or an ONNX file, got nothing')
    await refused('latency', at('mlp'), '--runtime', 'sentei').toThrow(
      '--runtime: expected one of tfjs, onnxruntime-web, got "sentei"',
    )
    await refused('speed').toThrow('bench: expected step, operations or latency, got "speed"')
  })
})

test('every runtime computes the operations of a table, and the rest', async () => {
  for (const runtime of runtimeNames) {
    const { about, operations, rest } = await benchOperations({
      config: resolveConfig(tinyCells),
      folder: '.',
      runtime,
      runs: 5,
      warmUpMs: 0,
    })
    expect(about!.runtime).toBe(runtime)
    expect(rest).toBeGreaterThanOrEqual(0)
    expect(operations.filter(({ member }) => member === 'skip').every(({ ms }) => ms === 0)).toBe(true)
    expect(operations.some(({ ms }) => ms > 0)).toBe(true)
  }
})

test('runners free what they hold', async () => {
  const network = filled(networkOf(cells()))
  for (const runtime of runtimeNames) {
    const newTensors = tensorCounter()
    const runner = await runners[runtime](network)
    const { least } = await timeRuns(runner, { runs: 3 })
    await runner.dispose()
    expect(least).toBeGreaterThan(0)
    expect(newTensors(), runtime).toBe(0)
  }
})

test('what is in no network takes no time', async () => {
  const times = memberTimes(cells(), 'sentei', { runs: 3, warmUpMs: 0 })
  expect(await times.of('cell0/0→2', 'skip')).toBe(0)
  expect(await times.of('cell0/0→2', 'nothing of this name')).toBe(0)
})

describe('lineThrough', () => {
  test('finds the line that points lie on', () => {
    const { rest, slope } = lineThrough([1, 2, 5].map((x) => [x, 3 + 2 * x] as const))
    expect([rest, slope].map((x) => x.toFixed(9))).toEqual(['3.000000000', '2.000000000'])
  })

  test('goes through the origin rather than below it', () => {
    const { rest, slope } = lineThrough([1, 2].map((x) => [x, 3 * x - 1] as const))
    expect(rest).toBe(0)
    // Least squared relative error: Σ x/y / Σ x²/y² with y = 2, 5.
    expect(slope).toBeCloseTo((1 / 2 + 2 / 5) / (1 / 4 + 4 / 25), 12)
  })

  test('has slope 1 where nothing tells another', () => {
    expect(lineThrough([])).toEqual({ rest: 0, slope: 1 })
    expect(
      lineThrough([
        [2, 5],
        [2, 5],
      ]),
    ).toEqual({ rest: 3, slope: 1 })
  })
})

test('equalNodes are those that compute again what one computed', () => {
  const node = (id: string, kind: string, inputs: string[], attrs: object = {}): Node => ({
    id,
    kind,
    inputs,
    attrs: attrs as Node['attrs'],
    shape: [4, 4, 2],
    layer: 'x',
  })
  const relu = { function: 'relu' }
  const nodes = [
    node('input', 'input', [], { shape: [4, 4, 2] }),
    node('a', 'activation', ['input'], relu),
    node('b', 'activation', ['input'], relu),
    node('tanh', 'activation', ['input'], { function: 'tanh' }),
    node('pool-a', 'max-pool', ['a'], { kernel: 3 }),
    node('pool-b', 'max-pool', ['b'], { kernel: 3 }),
    node('conv-a', 'conv', ['a'], { kernel: 1, channels: 2 }),
    node('conv-b', 'conv', ['b'], { kernel: 1, channels: 2 }),
    node('sum', 'add', ['pool-a', 'pool-b', 'conv-a', 'conv-b', 'tanh']),
  ]
  expect(equalNodes({ nodes, outputs: { task: 'sum' } }).map(({ id }) => id)).toEqual(['b', 'pool-b'])
})
