/**
 * Budgets of 50, 25 and 10 % of the supernet's parameters: are they met and full, counted on the arrays; what the
 * projection costs; and the test metric of the derived network, retrained, against a hand-made one of the same
 * size (uniformly shrunk or widened) and a random architecture of the same size, trained alike.
 *
 *     npm run build && node dist/bench/budgets.js [--only SPACE] [--shares 0.5,0.25,0.1] [--planner NAME] [--seeds 5] [--first 1]
 */
import { resolveConfig, runTrial, setupTrial, useBackend, type Event } from '../src/index.js'
import { textTable } from '../src/cli/table.js'
import { evaluateNetwork } from '../src/trial/evaluate-network.js'
import { randomArchitecture } from '../src/derive/random.js'
import { retrainArchitecture } from '../src/trial/retrain-architecture.js'
import type { Trial } from '../src/trial/types.js'
import { costOf } from '../src/nn/cost.js'
import { readPreset } from '../src/registry.js'
import { architectureCosts } from '../src/supernet/architecture-cost.js'
import { costRange } from '../src/supernet/cost-range.js'
import { taskCost } from '../src/supernet/cost.js'
import { choose, illegality, pruneGroup, restrictTo } from '../src/supernet/prune.js'
import { keepable, type Architecture, type GateGroup, type Supernet } from '../src/supernet/types.js'
import { format } from './summary.js'
import { valueOf } from './command-line.js'

interface Setting {
  /** What metrics are multiplied by in the table. */
  readonly unit: number
  readonly config: object
  readonly preset: string
  /** The space's options at a size, growing with it; and what a hand-made network chooses. */
  readonly shrunk: (size: number) => object
  readonly choice: (group: GateGroup) => readonly string[]
}

const digits = {
  data: { source: 'digits' },
  split: { by: 'stratified', train: 0.4, arch: 0.2, validation: 0.2, test: 0.2 },
  search: { epochs: 12, batch: 64, mode: 'alternating' },
  retrain: { epochs: 16, distillation: { share: 0 } },
}
const adam = (learningRate: number) => ({ batch: 32, weights: { optimizer: 'adam', learningRate } })

const settings: Record<string, Setting> = {
  darts: {
    unit: 100,
    config: { ...digits, supernet: { space: 'darts', options: { cells: 3, channels: 4 } } },
    preset: 'strong-then-relaxed',
    shrunk: (size) => ({ cells: 3, channels: size }),
    // Separable convolutions on the cell's two inputs: what hand-made cells of that kind have.
    choice: ({ kind, members }) =>
      kind === 'operations' ? ['sep-conv-3x3'] : members.slice(0, 2).map(({ name }) => name),
  },
  'nas-bench-macro': {
    unit: 100,
    config: { ...digits, supernet: { space: 'nas-bench-macro', options: { channels: 8, head: 64 } } },
    preset: 'strong-then-relaxed',
    shrunk: (size) => ({ channels: size, head: 8 * size }),
    // MobileNetV2's own block everywhere.
    choice: () => ['mb-conv-3x3-e3'],
  },
  'mlp-cell': {
    unit: 1,
    config: {
      data: { source: 'concrete' },
      split: { by: 'random', train: 0.4, arch: 0.2, validation: 0.2, test: 0.2 },
      supernet: { space: 'mlp-cell' },
      search: { epochs: 60, mode: 'alternating', ...adam(0.003) },
      retrain: { epochs: 120, ...adam(0.005), distillation: { share: 0 } },
    },
    preset: 'strong-then-relaxed',
    // Residual blocks of ReLU, all of them.
    shrunk: (size) => ({ width: size, hidden: 2 * size }),
    choice: ({ name, members }) =>
      name.endsWith('/activation') ? ['relu'] : members.map((member) => member.name),
  },
}

const planner = valueOf('--planner')
const first = Number(valueOf('--first') ?? 1)
const seeds = Array.from({ length: Number(valueOf('--seeds') ?? 5) }, (_, i) => first + i)
const shares = (valueOf('--shares') ?? '0.5,0.25,0.1').split(',').map(Number)

/** The trial of a configuration, and its supernet's size as it was searched. */
const trialOf = (config: object, seed: number, more: object = {}): Promise<Trial> =>
  setupTrial(resolveConfig({ ...config, seed, ...more }), '.')

/**
 * A preset with a budget, without its own price on parameters, which would press on below the budget; or the base of a
 * planner that sets one.
 */
function budgeted(preset: string, share: number): object {
  const document = JSON.parse(readPreset(preset)) as { phases: { terms?: { term: string }[] }[] }
  const free = ({ terms = [], ...phase }: { terms?: { term: string }[] }) => ({
    ...phase,
    terms: terms.filter(({ term }) => term !== 'parameters'),
  })
  const base = { ...document, phases: document.phases.map(free) }
  const budget = { metric: 'parameters', share }
  return planner === undefined ? { ...base, budget } : { planner, base, budget }
}

/** The supernet just before its projection, by the log: without what was removed before. */
function beforeProjection(supernet: Supernet, events: readonly Event[]): Supernet {
  return events.reduce((current, event) => {
    if (event.type !== 'removal' || event.by === 'projection') return current
    const group = current.groups.find(({ name }) => name === event.group)!
    const kept = group.members.flatMap(({ name }) => (event.members.includes(name) ? [] : [name]))
    return pruneGroup(current, group.name, kept).supernet
  }, supernet)
}

/**
 * Is an architecture legal, within the limit by the arrays of its pruned supernet, and full: could no member that stood
 * before the projection be added, and no operation be exchanged for one of a larger gate?
 */
function isMet(
  { supernet }: Trial,
  architecture: Architecture,
  events: readonly Event[],
  limit: number,
): boolean {
  const pruned = restrictTo(supernet, architecture).supernet
  if (illegality(pruned) !== undefined || taskCost(pruned).parameters > limit) return false
  const standing = beforeProjection(supernet, events)
  const looks = events.flatMap((event) => (event.type === 'gates' ? [event] : []))
  const projection = events.find((event) => event.type === 'removal' && event.by === 'projection')
  if (projection?.type !== 'removal') return true
  const gates = looks.findLast(({ step }) => step <= projection.step)!.weights
  const costs = architectureCosts(standing, 'parameters')
  const choices = Object.fromEntries(
    standing.groups.map(({ name, members }) => [name, members.map((m) => m.name)]),
  )
  for (const { name, members } of pruned.groups) choices[name] = members.map((member) => member.name)
  const fits = (group: string, kept: string[]) => costs({ ...choices, [group]: kept }).cost <= limit
  return pruned.groups.every(({ name, kind, members }) => {
    const before = standing.groups.find((group) => group.name === name)!
    const kept = members.map((member) => member.name)
    return keepable(before).every(({ name: other, empty }) => {
      if (kept.includes(other)) return true
      if (kept.length < before.keep.max) return !fits(name, [...kept, other])
      const stronger =
        kind === 'operations' && empty !== true && gates[name]![other]! > gates[name]![kept[0]!]!
      return !stronger || !fits(name, [other])
    })
  })
}

/** An architecture out of a pruned supernet. */
const architectureOf = ({ space, options, input, outputs, groups }: Supernet): Architecture => ({
  format: 'sentei-architecture/1',
  space,
  options,
  input,
  outputs,
  groups: groups.map(({ name, layer, kind, members }) => ({
    name,
    layer,
    kind,
    kept: members.map((member) => ({ member: member.name, gate: 1 })),
    of: members.length,
  })),
})

interface Trained {
  readonly test: number
  readonly parameters: number
}

async function trained(trial: Trial, architecture: Architecture): Promise<Trained> {
  const network = await retrainArchitecture(trial, { emit: () => undefined }, architecture)
  return { test: evaluateNetwork(trial, network)!, parameters: costOf(network.graph).parameters }
}

/** The hand-made network whose size is nearest to the wanted one, as the search counts it. */
async function uniform({ config, shrunk, choice }: Setting, seed: number, wanted: number): Promise<Trained> {
  const { supernet: named } = config as { supernet: { space: string } }
  const made = async (size: number) => {
    const trial = await trialOf(config, seed, {
      supernet: { ...named, options: shrunk(size) },
      schedule: 'none',
    })
    const choices = Object.fromEntries(trial.supernet.groups.map((group) => [group.name, choice(group)]))
    const pruned = choose(trial.supernet, choices).supernet
    return { trial, pruned, far: Math.abs(taskCost(pruned).parameters - wanted) }
  }
  let best = await made(1)
  for (let size = 2; ; size++) {
    const next = await made(size)
    if (next.far > best.far) break
    best = next
  }
  return trained(best.trial, architectureOf(best.pruned))
}

/** A random architecture of the size of a derived network, within a tenth; undefined where no draw has it. */
function random(trial: Trial, target: number): Promise<Trained> | undefined {
  const found = randomArchitecture(trial.supernet, trial.random, {
    parameters: { target, tolerance: 0.1 },
    tries: 400,
  })
  return found && trained(trial, architectureOf(found))
}

await useBackend('wasm')
const only = valueOf('--only')
for (const [space, setting] of Object.entries(settings).filter(([name]) => !only || name === only)) {
  const rows: string[][] = []
  for (const share of shares) {
    const results: Record<
      'cost' | 'jump' | 'found' | 'uniform' | 'random' | 'size' | 'uniformSize',
      number[]
    > = {
      cost: [],
      jump: [],
      found: [],
      uniform: [],
      random: [],
      size: [],
      uniformSize: [],
    }
    let met = 0
    for (const seed of seeds) {
      const trial = await trialOf(setting.config, seed, { schedule: budgeted(setting.preset, share) })
      const { limit, whole } = trial.schedule.budget!
      const events: Event[] = []
      const { metrics, architecture } = await runTrial(trial, { emit: (event) => void events.push(event) })
      const isFull = isMet(trial, architecture, events, limit)
      if (isFull) met++
      const projected = events.find((event) => event.type === 'removal' && event.by === 'projection')
      const [before, after] = projected?.type === 'removal' ? [projected.before!, projected.after!] : [0, 0]
      const cost = metrics.budget!.cost
      const hand = await uniform(setting, seed, cost)
      const drawn = await random(trial, metrics.derived.parameters)
      results.cost.push(cost / whole)
      results.jump.push(setting.unit === 1 ? after - before : before - after)
      results.found.push(metrics.test.final!)
      results.uniform.push(hand.test)
      results.size.push(metrics.derived.parameters)
      results.uniformSize.push(hand.parameters)
      if (drawn) results.random.push(drawn.test)
      const told = { space, share, seed, met: isFull, cost, limit, jump: results.jump.at(-1), before, after }
      console.error(
        JSON.stringify({ ...told, test: metrics.test.final, uniform: hand, random: drawn ?? null }),
      )
    }
    const column = (values: readonly number[], digits: number, unit = 1) =>
      values.length > 0 ? format(values, digits, unit) : 'none found'
    const digitsOf = setting.unit === 1 ? 2 : 1
    rows.push([
      `${share * 100} %`,
      `${met} of ${seeds.length}`,
      column(results.cost, 1, 100),
      column(results.jump, digitsOf, setting.unit),
      column(results.found, digitsOf, setting.unit),
      column(results.uniform, digitsOf, setting.unit),
      column(results.random, digitsOf, setting.unit),
      `${column(results.size, 0)} / ${column(results.uniformSize, 0)}`,
    ])
  }
  const trial = await trialOf(setting.config, first)
  const { whole, least } = costRange(trial.supernet, 'parameters')
  console.log(
    `${space}: ${whole} parameters, floor ${((100 * least) / whole).toFixed(1)} %; seeds ${seeds.join(', ')}; ${setting.unit === 1 ? 'RMSE' : 'accuracy in points'}, mean ± standard deviation`,
  )
  console.log(
    textTable([
      ['budget', 'met, full', 'spent %', 'jump', 'found', 'uniform', 'random', 'parameters: found / uniform'],
      ...rows,
    ]),
  )
}
