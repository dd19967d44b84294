import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomSource } from '../../src/base/random.js'
import type { Event, GroupInfo } from '../../src/events/types.js'
import type { Run } from '../../src/report/run.js'
import type { Architecture } from '../../src/supernet/types.js'

/** What the synthetic run looks like. */
export interface SyntheticRun {
  /** Groups of units (an mlp's), by how many units each has. */
  readonly units?: readonly number[]
  readonly cells?: number
  readonly nodes?: number
  /** Incoming edges of a node at most. */
  readonly edges?: number
  readonly epochs?: number
  readonly stepsPerEpoch?: number
  readonly gateEvents?: number
  readonly name?: string
}

/** The events of a search with cell groups and unit groups whose gates drift apart and get removed. */
export function syntheticEvents(options: SyntheticRun = {}): Event[] {
  const {
    units = [64, 32],
    cells = 2,
    nodes = 2,
    edges = 3,
    epochs = 25,
    stepsPerEpoch = 40,
    gateEvents = 50,
  } = options
  const steps = epochs * stepsPerEpoch
  const groups = [...units.map(unitGroup), ...cellGroups(cells, nodes, edges)]
  const layers = [...new Set(groups.map((group) => group.layer)), 'head']
  const random = randomSource(7).stream('synthetic')
  const leaves = new Map<string, number>()
  groups.forEach((group, k) =>
    group.members.forEach((member, i) => {
      const draw = random.uniform()
      const wanted = { operations: 1, inputs: 2, units: Math.ceil(group.members.length / 8) }[group.kind]
      const count = group.members.length
      const stays = (i - k + k * count) % count < wanted || (group.kind === 'units' && draw < 0.2)
      if (!stays)
        leaves.set(`${group.name} ${member}`, steps * (0.25 + 0.5 * ((k + random.uniform()) / groups.length)))
    }),
  )
  const gone = (group: GroupInfo, member: string, step: number) =>
    (leaves.get(`${group.name} ${member}`) ?? Infinity) <= step
  const events: Event[] = [
    {
      type: 'start',
      data: 'digits',
      name: options.name ?? 'synthetic',
      seed: 3,
      backend: 'wasm',
      space: 'darts-cell',
      layers,
      groups,
      steps,
      retrainSteps: 1600,
      parameters: 182_330,
      metric: 'accuracy',
    },
    { type: 'stage', stage: 'search', seconds: null },
    { type: 'phase', step: 0, name: 'pretrain the autoencoder' },
    { type: 'phase', step: Math.round(steps * 0.2), name: 'bring in the layers' },
    { type: 'phase', step: Math.round(steps * 0.85), name: 'relax' },
  ]
  const every = steps / gateEvents
  for (let i = 0; i < gateEvents; i++) {
    const step = Math.round((i + 1) * every)
    for (const group of groups) {
      const members = group.members.filter((m) => gone(group, m, step) && !gone(group, m, step - every))
      if (members.length > 0) events.push(removal(group, members, step, random.uniform()))
    }
    events.push({ type: 'gates', step, weights: weightsAt(groups, step, steps, gone) })
    if (Math.floor((i * epochs) / gateEvents) !== Math.floor(((i + 1) * epochs) / gateEvents)) {
      const epoch = Math.floor(((i + 1) * epochs) / gateEvents) - 1
      events.push(searchEpoch(groups, layers, epoch, epochs, step, gone))
    }
  }
  events.push({
    type: 'alarm',
    step: 300,
    alarm: 'skip-share',
    layer: 'cell0',
    message: 'skip holds 62 % of the gates',
  })
  events.push({ type: 'done', stage: 'search', reason: 'finished', step: steps })
  return [...events, ...training('baseline', 12, 182_330), ...training('retrain', 40, 41_223)]
}

function weightsAt(
  groups: readonly GroupInfo[],
  step: number,
  steps: number,
  gone: (g: GroupInfo, m: string, s: number) => boolean,
) {
  const of = (group: GroupInfo) => {
    const left = group.members.filter((member) => !gone(group, member, step))
    const raw = left.map((member, i) => [member, Math.exp(((i * 7) % 5) * 0.6 * (step / steps))] as const)
    const sum = raw.reduce((total, [, weight]) => total + weight, 0)
    return Object.fromEntries(raw.map(([member, weight]) => [member, weight / sum]))
  }
  return Object.fromEntries(groups.map((group) => [group.name, of(group)]))
}

function searchEpoch(
  groups: readonly GroupInfo[],
  layers: readonly string[],
  epoch: number,
  epochs: number,
  step: number,
  gone: (g: GroupInfo, m: string, s: number) => boolean,
): Event {
  const share = (epoch + 1) / epochs
  const own = (layer: string) => groups.filter((group) => group.layer === layer)
  const sparsity = layers.flatMap((layer) => {
    const members = own(layer).flatMap((group) => group.members.map((member) => gone(group, member, step)))
    return members.length === 0 ? [] : [[layer, members.filter(Boolean).length / members.length] as const]
  })
  const task = 2.3 * Math.exp(-2 * share) + 0.1
  const reconstruction = 0.8 * Math.exp(-4 * share) + 0.05
  return {
    type: 'evaluation',
    stage: 'search',
    step,
    loss: { total: task + reconstruction + 0.3 * share, task, reconstruction },
    validation: 0.96 - 0.8 * Math.exp(-3 * share) - (share > 0.8 ? 0.02 : 0),
    parameters: Math.round(182_330 * (1 - 0.75 * share ** 2)),
    sparsity: Object.fromEntries(sparsity),
    entropy: Object.fromEntries(layers.map((layer) => [layer, 1 - share])),
    stepMs: 48 - 30 * share,
  }
}

function training(stage: 'baseline' | 'retrain', epochs: number, parameters: number): Event[] {
  const lines = Array.from({ length: epochs }, (_, i): Event => ({
    type: 'evaluation',
    stage,
    step: (i + 1) * 40,
    loss: { total: 2.2 * Math.exp(-i / 4) + 0.01, task: 2.2 * Math.exp(-i / 4), reconstruction: null },
    validation: 0.97 - 0.7 * Math.exp(-i / 4),
    parameters,
    sparsity: {},
    entropy: {},
    stepMs: stage === 'retrain' ? 14 : 46,
  }))
  return [...lines, { type: 'done', stage, reason: 'early-stop', step: epochs * 40 }]
}

function removal(group: GroupInfo, members: string[], step: number, draw: number): Event {
  const lambda = { 'l1/gates': 0.1, 'group-lasso/gates': 0.05 }
  const { name, layer } = group
  const by = draw < 0.8 ? 'zero' : draw < 0.9 ? 'threshold' : 'projection'
  return {
    type: 'removal',
    step,
    layer,
    group: name,
    members,
    lambda,
    by,
    before: 0.91,
    after: 0.91 - draw / 50,
  }
}

function unitGroup(count: number, i: number): GroupInfo {
  const layer = `encoder/dense${i}`
  return {
    name: layer,
    layer,
    kind: 'units',
    members: Array.from({ length: count }, (_, unit) => String(unit)),
  }
}

const operations = ['skip', 'none', 'sep-conv-3x3', 'dil-conv-3x3', 'max-pool-3x3']

/** The groups of each edge's operations, and of the inputs of each node that has more than two. */
function cellGroups(cells: number, nodes: number, edges: number): GroupInfo[] {
  return Array.from({ length: cells * nodes }, (_, i) => {
    const layer = `cell${Math.floor(i / nodes)}`
    const node = 2 + (i % nodes)
    const names = Array.from({ length: Math.min(node, edges) }, (_, j) => `${j}→${node}`)
    const onEdges = names.map((edge): GroupInfo => ({
      name: `${layer}/${edge}`,
      layer,
      kind: 'operations',
      members: operations,
    }))
    const inputs: GroupInfo = { name: `${layer}/node${node}`, layer, kind: 'inputs', members: names }
    return names.length > 2 ? [...onEdges, inputs] : onEdges
  }).flat()
}

/** The architecture that is left when the synthetic search is over. */
export function syntheticArchitecture(events: readonly Event[]): Architecture {
  const start = events.find((event) => event.type === 'start')!
  const gates = events.findLast((event) => event.type === 'gates')!
  const left = (name: string) => Object.entries(gates.weights[name]!)
  const closed = new Set(
    start.groups
      .filter(({ kind }) => kind === 'inputs')
      .flatMap(({ name, layer, members }) => {
        const kept = left(name).map(([member]) => member)
        return members.filter((edge) => !kept.includes(edge)).map((edge) => `${layer}/${edge}`)
      }),
  )
  const groups = start.groups
    .filter(({ name }) => !closed.has(name))
    .map(({ name, layer, kind, members }) => ({
      name,
      layer,
      kind,
      kept: left(name).map(([member, gate]) => ({ member, gate })),
      of: members.length,
    }))
  return {
    format: 'sentei-architecture/1',
    space: start.space,
    options: {},
    input: [8, 8, 1],
    outputs: 10,
    groups,
  }
}

/** A schedule with constants, ramps (a segment an iteration) and staged layers. */
export function syntheticSchedule(events: readonly Event[]): string {
  const { steps, layers } = events.find((event) => event.type === 'start')!
  const rows: (string | number)[][] = [
    [0, Math.round(steps * 0.2), '*', 'reconstruction', 1],
    [Math.round(steps * 0.2), steps, '*', 'reconstruction', 0.2],
    [Math.round(steps * 0.2), steps, '*', 'task', 1],
  ]
  layers.slice(0, -1).forEach((layer, k) => {
    const from = Math.round(steps * (0.2 + (0.4 * k) / layers.length))
    const to = Math.round(steps * 0.85)
    for (let t = from; t < to; t++) rows.push([t, t + 1, layer, 'l1/gates', (0.3 * (t - from)) / (to - from)])
    rows.push([0, to, layer, 'l2/weights', 0.0003], [to, steps, layer, 'l2/weights', 0.0001])
  })
  return ['from,to,layer,term,lambda', ...rows.map((row) => row.join(','))].join('\n') + '\n'
}

/** The resolved configuration of the synthetic run. */
export const syntheticConfig = {
  name: 'synthetic',
  seed: 3,
  backend: 'wasm',
  data: { source: 'digits' },
  supernet: { space: 'darts-cell', options: { cells: 2 } },
  criteria: [
    { metric: 'accuracy', split: 'test', atLeast: 0.95 },
    { metric: 'parameters', atMost: 60_000 },
  ],
}

/** The metrics of the synthetic run. */
export const syntheticMetrics = {
  seed: 3,
  metric: 'accuracy',
  supernet: { parameters: 182_330, flops: 48_300_000, unprunableParameters: 2_100 },
  baseline: { parameters: 182_330, flops: 48_300_000, validation: 0.9712, test: 0.9655 },
  validation: { supernet: 0.9401, derivedBeforeRetrain: 0.9399, derivedGatesDropped: 0.871, final: 0.9688 },
  gap: { jumps: -0.0113, derive: -0.0002, gatesDropped: -0.0691 },
  test: { final: 0.9634 },
  derived: { parameters: 41_223, flops: 9_870_000, depth: 6 },
  criteria: { passed: true, results: [{ value: 0.9634, passed: true }, { value: 41_223, passed: true }] }, // prettier-ignore
}

/** A finished synthetic run, with some of its parts changed. */
export function runOf(options: SyntheticRun = {}, change: Partial<Run> = {}): Run {
  const events = syntheticEvents(options)
  const [, ...rows] = syntheticSchedule(events).trim().split('\n')
  return {
    config: syntheticConfig,
    events,
    schedule: rows.map((row) => {
      const [from, to, layer, term, lambda] = row.split(',')
      return { from: Number(from), to: Number(to), layer: layer!, term: term!, lambda: Number(lambda) }
    }),
    architecture: syntheticArchitecture(events),
    metrics: syntheticMetrics,
    timings: { searchSeconds: 412.3, retrainSeconds: 95 },
    ...change,
  }
}

/** Files of a run's folder by name; an object is written as JSON. */
export type RunFiles = Record<string, string | object>

/** All files of a finished synthetic run. */
export function syntheticFiles(options: SyntheticRun = {}): RunFiles {
  const events = syntheticEvents(options)
  return {
    'config.json': { ...syntheticConfig, ...(options.name === undefined ? {} : { name: options.name }) },
    'events.jsonl': toLines(events),
    'schedule.csv': syntheticSchedule(events),
    'architecture.json': syntheticArchitecture(events),
    'metrics.json': syntheticMetrics,
    'timings.json': { searchSeconds: 412.3, retrainSeconds: 95, baselineSeconds: 121 },
  }
}

/** Events as `events.jsonl` holds them. */
export function toLines(events: readonly Event[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('')
}

/** Writes a run's folder. */
export function writeRun(folder: string, files: RunFiles): string {
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return folder
}
