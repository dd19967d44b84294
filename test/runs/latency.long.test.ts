import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { resolveConfig } from '../../src/config/load-config.js'
import { terms as registered } from '../../src/registry.js'
import { benchOperations } from '../../src/runs/bench-operations.js'
import { latencyOf, type LatencyTable } from '../../src/setup/latency.js'
import { setupTrial } from '../../src/setup/setup-trial.js'
import { tinyCells, spaceNet } from '../helpers/trials.js'
import '../setup/shared.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-latency-'))
afterAll(() => rmSync(folder, { recursive: true }))

const operations = ['skip', 'conv-1x1', 'sep-conv-5x5']
const schedule = (term: string) => ({
  name: 'fast',
  phases: [{ name: 'all', until: 1, terms: [{ term, part: 'gates', lambda: 0.1 }] }],
})
const config = (objective: object = {}, term = 'latency') =>
  resolveConfig({
    data: { source: 'digits' },
    supernet: { space: 'darts-cell', options: { cells: 1, channels: 48, reductions: [], operations } },
    objective,
    schedule: schedule(term),
    search: { epochs: 1 },
  })

const write = (table: unknown): object => {
  writeFileSync(join(folder, 'table.json'), JSON.stringify(table))
  return { latency: 'table.json' }
}
const lines = (...each: [string, string, number][]): LatencyTable => ({
  format: 'sentei-latency/1',
  operations: each.map(([group, member, ms]) => ({ group, member, ms })),
})

describe('a table of latencies', () => {
  it('is measured of every operation, and read by the term', async () => {
    const table = await benchOperations({ config: config({}, 'entropy'), folder })
    const trial = await setupTrial(config(write(table)), folder)
    const edges = trial.supernet.groups.filter(({ kind }) => kind === 'operations')
    expect(table.operations).toHaveLength(edges.length * operations.length)
    const edge = edges.find(({ name }) => name === 'cell0/0→2')!
    const [skip, conv, separable] = operations.map((member) => trial.latency!(edge, member))
    expect(skip).toBe(0)
    expect(conv).toBeGreaterThan(0)
    expect(separable).toBeGreaterThan(conv!)
  })

  it('has lines of operations of which several may stay, too', () => {
    const net = spaceNet('temporal-conv', { layers: 1, channels: 2 }, [40, 2], 2)
    expect(() => latencyOf(lines(['stem', '*', 1]), net)).toThrow('no line matches skip of layer0')
    expect(() => latencyOf(lines(['layer0', '*', 1]), net)).not.toThrow()
  })

  it('takes the last line that matches, by globs', () => {
    const net = tinyCells()
    const latency = latencyOf(lines(['**', '*', 1], ['cell1/*', 'max-*', 3], ['cell1/0→2', '*', 7]), net)
    const [first, second, third] = ['cell0/0→2', 'cell1/1→2', 'cell1/0→2'].map((name) =>
      net.groups.find((group) => group.name === name)!,
    )
    expect(latency(first!, 'max-pool-3x3')).toBe(1)
    expect(latency(second!, 'max-pool-3x3')).toBe(3)
    expect(latency(third!, 'max-pool-3x3')).toBe(7)
  })

  it('is part of the run’s identity, by its content', async () => {
    const identity = async (ms: number) =>
      (await setupTrial(config(write(lines(['**', '*', ms]))), folder)).identity
    const first = await identity(1)
    expect(await identity(1)).toBe(first)
    expect(await identity(2)).not.toBe(first)
  })

  it('that is missing, wrong or has holes is an error that says what to do', async () => {
    const setup = (objective: object) => expect(setupTrial(config(objective), folder)).rejects
    await setup({}).toThrow('latency needs config.objective.latency, a table of measured times')
    await setup({ latency: 'nowhere.json' }).toThrow('sentei bench operations')
    await setup(write({ format: 'sentei-latency/1' })).toThrow('table.json.operations: expected array')
    await setup(write(lines(['**', '*-1x1', 1]))).toThrow(
      'config.objective.latency: no line matches skip of cell0/0→2',
    )
  })
})

describe('own terms', () => {
  it('must have a name of their own', async () => {
    const [l1] = registered.filter(({ name }) => name === 'l1')
    const terms = [{ ...l1!, description: 'another' }]
    await expect(setupTrial(config({}, 'entropy'), folder, { terms })).rejects.toThrow(
      'terms: there are two of the name l1',
    )
  })
})

it('the reconstruction loss as a term is refused with where its weight stands', async () => {
  await expect(setupTrial(config({}, 'reconstruction'), folder)).rejects.toThrow(
    'reconstruction is a loss; give its weight in losses.reconstruction of the phase',
  )
})
