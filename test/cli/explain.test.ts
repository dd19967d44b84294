import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Interrupted } from '../../src/base/errors.js'
import { resolveConfig } from '../../src/config/load-config.js'
import type { EventOf } from '../../src/events/types.js'
import type { Explanation } from '../../src/report/explain.js'
import { eventsOf } from '../../src/report/history.js'
import { deriveRun } from '../../src/runs/derive-run.js'
import { readEvents } from '../../src/runs/read-run.js'
import { searchRun } from '../../src/runs/search-run.js'
import type { Architecture } from '../../src/supernet/types.js'
import { tinyCells } from '../runs/helper.js'
import { program } from './helper.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-explain-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const run = join(folder, 'run')
const open = join(folder, 'open')

const search = { ...tinyCells.search, epochs: 3, inspectEvery: 2 }
const softmax = {
  ...tinyCells,
  relaxation: 'softmax',
  search,
  schedule: { name: 'none', phases: [{ name: 'all', until: 1 }], prune: { from: 0.9, until: 1 } },
}

/** A finished search under gates, and one under softmax that was stopped before its projection. */
beforeAll(async () => {
  await searchRun({ config: resolveConfig({ ...tinyCells, search }), out: run })
  const abort = new AbortController()
  const stopped = searchRun({
    config: resolveConfig(softmax),
    out: open,
    signal: abort.signal,
    onEvent: (event) => {
      if (event.type === 'evaluation' && event.step === 8) abort.abort()
    },
  })
  await expect(stopped).rejects.toThrow(Interrupted)
})

const events = () => readEvents(run)
const told = async (part: string, where = run) => (await program('explain', where, part)).printed
const data = async (part: string, where = run) =>
  JSON.parse((await program('explain', where, part, '--json')).printed) as Explanation

describe('explain', () => {
  test('refuses a retraining, which has decided nothing, with the way out', async () => {
    const again = join(folder, 'again')
    await program('retrain', run, '--out', again, '--quiet')
    await expect(program('explain', again, 'cell0')).rejects.toThrow(
      `${again}: a retraining has no search; explain a part of the run that it names in retrained-from.json`,
    )
  })

  test('says when and why a member was removed: gate, λ, pulls, what it was worth, what stayed', async () => {
    const removal = eventsOf(events(), 'removal').find(({ evidence }) =>
      Object.values(evidence!).some(({ ablation, gradients }) => ablation && 'loss' in gradients),
    )!
    const [member, evidence] = Object.entries(removal.evidence!).find(([, { ablation }]) => ablation)!
    const text = await told(`${removal.group}/${member}`)
    expect(text.split('\n')[0]).toBe(`${removal.group}/${member}`)
    expect(text).toContain(`was removed at iteration ${removal.step}: `)
    expect(text).toMatch(/Its weight: [\d.e-]+ at 2, /)
    expect(text).toMatch(/λ in force: l1\/gates [\d.]+/)
    expect(text).toMatch(/In the last iteration the losses (opened|closed) it by [^]*l1\/gates closed it by /)
    expect(text).toContain(`the validation ${evidence.ablation!.metric} was `)
    expect(text).toMatch(/The others of its group: /)
    const { members } = await data(`${removal.group}/${member}`)
    expect(members).toHaveLength(1)
    expect(members[0]).toMatchObject({ fate: 'removed', removal })
  })

  test('says why a member stayed, and what went with a removed edge', async () => {
    const architecture = await deriveRun(run)
    const { name, kept } = architecture.groups.find(({ kind }) => kind === 'operations')!
    expect(await told(`${name}/${kept[0]!.member}`)).toContain('was kept: all others of its group went')
    const { groups } = eventsOf(events(), 'start')[0]!
    const left = new Set(architecture.groups.map((group) => group.name))
    const gone = groups.find((group) => !left.has(group.name))!
    const text = await told(gone.name)
    expect(text).toMatch(/gone at iteration \d+, with \d→\d of cell0\/node\d/)
    expect((await data(gone.name)).members.every(({ fate }) => fate !== 'kept')).toBe(true)
  })

  test('takes a layer, a group, -> for →, and the end of a name that only one has', async () => {
    const layer = await data('cell0')
    expect(layer.kind).toBe('layer')
    expect(new Set(layer.members.map(({ group }) => group)).size).toBe(6)
    const group = await data('cell0/0→2')
    expect(group).toMatchObject({ kind: 'group', part: 'cell0/0→2' })
    expect(await data('cell0/0->2')).toEqual(group)
    expect(await data('0->2/skip')).toEqual(await data('cell0/0→2/skip'))
  })

  test('lists what exists where a part is unknown or ambiguous', async () => {
    await expect(told('cell1')).rejects.toThrow(
      /^cell1: unknown part; did you mean "cell0"\?; layers and groups: cell0\/0→2, .*; members: GROUP\/MEMBER$/,
    )
    await expect(told('cell0/0→2/skp')).rejects.toThrow(
      'cell0/0→2/skp: unknown member of cell0/0→2; did you mean "skip"?; members: skip, conv-1x1, dil-conv-3x3',
    )
    await expect(told('skip')).rejects.toThrow(/^skip: expected one part, got 5: cell0\/0→2\/skip, /)
  })

  test('of an unfinished search says that nothing is decided', async () => {
    expect(await told('cell0/0→2', open)).toContain('not decided, weight ')
  })
})

describe('derive --rule', () => {
  const derived = async (...args: string[]) =>
    JSON.parse((await program('derive', ...args, '--json')).printed) as Architecture

  test('final is what the search ended with; unknown rules and steps are refused', async () => {
    const wanted = JSON.parse(readFileSync(join(run, 'architecture.json'), 'utf8')) as Architecture
    expect(await derived(run)).toEqual(wanted)
    await expect(program('derive', run, '--rule', 'top2')).rejects.toThrow(
      '--rule: expected one of final, magnitude, top-2, threshold, perturbation, sampling, got top2; did you mean "top-2"?',
    )
    await expect(program('derive', open)).rejects.toThrow('go on with "sentei resume')
    await expect(program('derive', open, '--rule', 'top-2', '--step', '0')).rejects.toThrow(
      '--step: expected integer ≥ 1, got "0"',
    )
    await expect(program('derive', open, '--rule', 'perturbation', '--step', '1')).rejects.toThrow(
      '--step: only for rules magnitude, top-2, threshold, sampling, got rule perturbation',
    )
  })

  test('sampling draws the same by the run’s seed, and others by another', async () => {
    const drawn = (...seed: string[]) => derived(open, '--rule', 'sampling', '--step', '1000', ...seed)
    const first = await drawn()
    expect(await drawn()).toEqual(first)
    const others = await Promise.all(['1', '2', '3', '4'].map((seed) => drawn('--seed', seed)))
    expect(new Set([first, ...others].map((each) => JSON.stringify(each))).size).toBeGreaterThan(1)
  })

  test('magnitude of a finished run is its architecture; early on it may be another', async () => {
    const choices = ({ groups }: Architecture) =>
      groups.map(({ name, kept }) => [name, kept.map((k) => k.member)])
    expect(choices(await derived(run, '--rule', 'magnitude'))).toEqual(choices(await deriveRun(run)))
    const [{ step, weights }] = eventsOf(events(), 'gates') as [EventOf<'gates'>]
    // Between two looks the earlier one counts.
    const first = await derived(run, '--rule', 'magnitude', '--step', String(step + 1))
    for (const { name, kind, kept } of first.groups)
      if (kind === 'operations') expect(kept[0]!.gate).toBe(Math.max(...Object.values(weights[name]!)))
  })

  test('top-2 of an unfinished softmax search keeps the edges with the strongest operations', async () => {
    const { weights } = eventsOf(readEvents(open), 'gates').at(-1)!
    const { groups } = await derived(open, '--rule', 'top-2')
    const strength = (edge: string) => Math.max(...Object.values(weights[`cell0/${edge}`]!))
    const node = groups.find(({ name }) => name === 'cell0/node3')!
    const edges = ['0→3', '1→3', '2→3'].sort((a, b) => strength(b) - strength(a))
    expect(node.kept.map(({ member }) => member).sort()).toEqual(edges.slice(0, 2).sort())
    expect(groups.every(({ kind, kept }) => kept.length === (kind === 'operations' ? 1 : 2))).toBe(true)
  })

  test('perturbation measures the last checkpoint, twice the same; --out writes the architecture', async () => {
    const file = join(folder, 'perturbed.json')
    const first = await derived(open, '--rule', 'perturbation', '--out', file)
    expect(existsSync(file)).toBe(true)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(first)
    expect(await derived(open, '--rule', 'perturbation')).toEqual(first)
    expect(first.groups.every(({ kind, kept }) => kept.length === (kind === 'operations' ? 1 : 2))).toBe(true)
  })

  test('threshold keeps the units above a share of the mean', async () => {
    const units = join(folder, 'units')
    const config = {
      data: { source: 'concrete' },
      supernet: { space: 'autoencoder-mlp', options: { encoder: [12], code: 6, head: [8] } },
      schedule: { name: 'none', phases: [{ name: 'all', until: 1 }] },
      search: { epochs: 4, batch: 128, gates: { travel: 4 } },
      retrain: { epochs: 1, batch: 128 },
    }
    await searchRun({ config: resolveConfig(config), out: units })
    const { weights } = eventsOf(readEvents(units), 'gates').at(-1)!
    const counts = async (threshold: string) =>
      (await derived(units, '--rule', 'threshold', '--threshold', threshold)).groups.map(
        ({ kept }) => kept.length,
      )
    const above = (share: number) =>
      Object.values(weights).map((group) => {
        const values = Object.values(group)
        const mean = values.reduce((a, b) => a + b, 0) / values.length
        return Math.max(1, values.filter((value) => value >= share * mean).length)
      })
    expect(await counts('1')).toEqual(above(1))
    expect(await counts('0.5')).toEqual(above(0.5))
    expect(above(1)).not.toEqual(above(0.5))
  })
})
