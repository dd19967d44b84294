import * as tf from '@tensorflow/tfjs-core'
import { afterEach, expect, it } from 'vitest'
import { randomSource } from '../../../src/base/random.js'
import { losses } from '../../../src/objective/losses.js'
import { rowsOf } from '../../../src/schedule/rows.js'
import { phaseAt } from '../../../src/schedule/table.js'
import { alternation, openChoices, singlePath } from '../../../src/search/modes/single-paths.js'
import { searchArchitecture } from '../../../src/search/search.js'
import { isWidth } from '../../../src/supernet/types.js'
import { disposeGradients } from '../../../src/train/gradient-memory.js'
import { batchGradients } from '../../../src/train/gradients.js'
import { modelNetwork } from '../../../src/train/network.js'
import { disposeTaken, takenApart } from '../../helpers/pruning.js'
import {
  contextOf,
  eventsOf,
  expectSameBytes,
  imageData,
  modelOf,
  onePhase,
  searched,
  spaceNet,
  tinyCells,
  trialOf,
} from '../../helpers/trials.js'
import { tensorCounter } from '../../setup/tensors.js'
afterEach(disposeTaken)

const alternating = (terms: readonly object[] = [], more: object = {}) => ({
  name: 'test',
  phases: [{ name: 'all', until: 1, paths: 'alternate', terms }],
  prune: { from: 1, until: 1 },
  ...more,
})
const cells = (schedule: object = alternating(), search: object = {}) =>
  trialOf(imageData(), tinyCells({ inputs: 2 }), { schedule, search: { epochs: 6, batch: 8, ...search } })

it('draws as many members of each choice as are kept, in time all alike', () => {
  const { model } = takenApart(cells())
  const random = randomSource(3)
  const counts = new Map<string, number>()
  for (let t = 0; t < 300; t++) {
    const { graph } = singlePath(model, openChoices(model), random, t)
    for (const { group } of openChoices(model)) {
      const mix = graph.nodes.find(({ attrs }) => attrs.group === group.name)
      if (!mix) continue
      expect(mix.attrs.members).toHaveLength(group.keep.max)
      for (const name of mix.attrs.members as string[])
        counts.set(`${group.name} ${name}`, (counts.get(`${group.name} ${name}`) ?? 0) + 1)
    }
  }
  for (const { group, members } of openChoices(model).filter(({ group }) => group.kind === 'inputs')) {
    const seen = members.map((name) => counts.get(`${group.name} ${name}`) ?? 0)
    const expected = seen.reduce((a, b) => a + b) / seen.length
    for (const count of seen) expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected))
  }
})

it('has the losses and gradients of the supernet that was pruned to what is drawn', () => {
  const { model, data } = takenApart(cells())
  const network = singlePath(model, openChoices(model), randomSource(4), 1)
  const drawn = new Map(
    network.graph.nodes.flatMap(({ attrs }) =>
      attrs.group === undefined ? [] : [[attrs.group as string, attrs.members as string[]]],
    ),
  )
  const pruned = modelOf(cells())
  for (const { name, kind } of model.supernet.groups
    .filter(({ kind }) => kind === 'inputs')
    .concat(model.supernet.groups)) {
    const kept = drawn.get(name)
    const standing = pruned.supernet.groups.find((group) => group.name === name)
    if (kept && standing && kept.length < standing.members.length) pruned.prune(name, kept)
    if (kept && standing) pruned.setAlpha(name, tf.fill([kept.length], standing.total / kept.length))
    expect(kind).not.toBe('units')
  }
  const shard = { inputs: data.inputs.subarray(0, 8 * 36), targets: data.targets.subarray(0, 8), rows: 8 }
  const weights = network.weights.specs.filter(({ role }) => role === 'weight').map(({ name }) => name)
  const pass = (of: Parameters<typeof batchGradients>[0]) =>
    batchGradients(
      of,
      [6, 6, 1],
      [shard],
      { task: 1, reconstruction: 0, loss: losses['cross-entropy'] },
      { weights, alphas: [] },
    )
  const [single, whole] = [pass(network), pass(modelNetwork(pruned))]
  expect(single.losses.task!.dataSync()[0]).toBeCloseTo(whole.losses.task!.dataSync()[0]!, 5)
  expect([...single.weights.keys()]).toEqual([...whole.weights.keys()])
  expect(single.weights.size).toBeLessThan(weights.length)
  for (const [name, gradient] of single.weights) {
    const other = whole.weights.get(name)!.dataSync()
    gradient.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(other[i]!, 4)
    })
  }
  disposeGradients(single)
  disposeGradients(whole)
  pruned.dispose()
})

it('leaves gates and batch statistics alone while weights train in a single path, and frees all', () => {
  const { model, step } = takenApart(cells())
  const alphas = () => [...model.alphaValues().values()].map((values) => [...values])
  const statistics = () =>
    model.weights.specs
      .filter(({ role }) => role !== 'weight')
      .map(({ name }) => [...model.weights.get(name).dataSync()])
  const weights = () => model.weights.specs.map(({ name }) => [...model.weights.get(name).dataSync()].join())
  step(0)
  step(1)
  const before = { alphas: alphas(), statistics: statistics(), weights: weights() }
  const newTensors = tensorCounter()
  step(3)
  expect(alphas()).toEqual(before.alphas)
  expect(statistics()).toEqual(before.statistics)
  const moved = weights().filter((values, i) => values !== before.weights[i]).length
  expect(moved).toBeGreaterThan(0)
  expect(moved).toBeLessThan(before.weights.length - before.statistics.length)
  expect(newTensors()).toBe(0)
  step(4)
  expect(alphas()).not.toEqual(before.alphas)
  expect(statistics()).not.toEqual(before.statistics)
})

it('takes gates twice as far in the iterations that are left, until every choice is made', () => {
  const { model, context, set } = takenApart(cells())
  const phase = phaseAt(context.schedule, 0)
  const at = (t: number, paths = phase.paths) => {
    const { open, waits, share } = alternation(model, { ...phase, paths }, t)
    return [open.length > 0, waits, share]
  }
  expect(at(0)).toEqual([true, false, 0.5])
  expect(at(1)).toEqual([true, true, 0.5])
  expect(at(1, 'all')).toEqual([false, false, 1])
  for (const { group } of openChoices(model))
    set(
      group.name,
      group.members.map((_, i) => (i < group.keep.max ? 1 : 0)),
    )
  expect(at(1)).toEqual([false, false, 1])
})

it('a step of the gates is twice as long where only every second iteration has one', () => {
  const [all, alternate] = (['all', 'alternate'] as const).map((paths) => {
    const phases = [{ name: 'all', until: 1, paths }]
    const { model, step } = takenApart(
      cells({ name: 'test', phases, prune: { from: 1, until: 1 } }, { epochs: 200, batch: 24 }),
    )
    const before = model.alphaValues()
    step(0)
    return [...model.alphaValues()].flatMap(([name, after]) => [
      ...after.map((value, i) => value - before.get(name)![i]!),
    ])
  }) as [number[], number[]]
  const largest = all.indexOf(Math.max(...all))
  expect(alternate[largest]! / all[largest]!).toBeCloseTo(2, 1)
})

it('graphs of small supernets are the same object each time, so that they are compiled once', () => {
  const { model } = takenApart(
    trialOf(imageData(), spaceNet('mlp-cell', { blocks: 2 }, [36], 3), { schedule: alternating() }),
  )
  const graphs = new Set<unknown>()
  for (let t = 0; t < 200; t++) graphs.add(singlePath(model, openChoices(model), randomSource(2), t).graph)
  expect(graphs.size).toBe(9)
})

it('members that carry nothing are not drawn, and widths are not choices', () => {
  const nas = trialOf(imageData(), spaceNet('nas-bench-201', { channels: 2, cells: 1 }, [6, 6, 1], 3), {
    schedule: alternating(),
  })
  const { model } = takenApart(nas)
  const open = openChoices(model)
  expect(open).toHaveLength(6)
  for (const { members } of open) expect(members).not.toContain('none')
  const { model: table } = takenApart(
    trialOf(imageData(), spaceNet('mlp-cell', {}, [36], 3), { schedule: alternating() }),
  )
  expect(openChoices(table).map(({ group }) => group.name)).toEqual(
    table.supernet.groups.filter((group) => !isWidth(group)).map(({ name }) => name),
  )
})

it('acts on the activations of the layers that a path has', async () => {
  const schedule = alternating([{ term: 'contractive', part: 'activations', lambda: 0.01 }])
  const { model, result } = await searched(cells(schedule))
  expect(result.reason).toBe('finished')
  model.dispose()
})

const deciding = alternating(
  [{ term: 'l1', part: 'gates', of: 'choices', lambda: { curve: 'linear', from: 0, to: 30 } }],
  { prune: { from: 0.1, until: 0.9 } },
)

it.each([3, 4])('goes on after iteration %i to the same bytes', async (stopAt) => {
  const made = cells(deciding, { evaluateEvery: 1 })
  const straight = await searched(made)
  const abort = new AbortController()
  const { context, checkpoints } = contextOf(made, abort.signal)
  const model = modelOf(made)
  const emit: typeof context.emit = (event) => {
    if (event.type === 'evaluation' && event.step >= stopAt) abort.abort()
  }
  const halved = await searchArchitecture(model, made.data, { ...context, emit })
  expect(halved).toMatchObject({ reason: 'interrupted', steps: stopAt })
  const resumed = await searched(made, checkpoints.at(-1))
  expectSameBytes(straight.model, resumed.model)
  // What is told of a removal is the gradient of the last iteration in which gates moved, before the stop, too.
  const after = eventsOf(straight.events, 'removal').filter(({ step }) => step > stopAt)
  expect(eventsOf(resumed.events, 'removal')).toEqual(after)
  expect(after.length).toBeGreaterThan(0)
  for (const each of [straight.model, model, resumed.model]) each.dispose()
})

it('is replayed from its table and removals', async () => {
  const made = cells(deciding)
  const run = await searched(made)
  const phases = [{ name: 'all', until: 1, paths: 'alternate' }]
  const { schedule } = cells({ ...deciding, phases, table: rowsOf(run.result.used) })
  const removals = eventsOf(run.events, 'removal')
  const { initial } = run.checkpoints[0]!.origin
  const model = modelOf(made)
  const { context } = contextOf(made)
  await searchArchitecture(model, made.data, {
    ...context,
    schedule: { ...schedule, replay: { initial, removals } },
  })
  expectSameBytes(run.model, model)
  run.model.dispose()
  model.dispose()
})

it('without the key nothing changes', () => {
  const { schedule } = cells(onePhase([]))
  expect(schedule.phases[0]!.paths).toBe('all')
})
