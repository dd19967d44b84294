import * as tf from '@tensorflow/tfjs-core'
import { afterEach, describe, expect, it } from 'vitest'
import { inspect } from '../../../src/search/decide/inspect.js'
import { projectToLegal } from '../../../src/search/decide/projection.js'
import { averageMember } from '../../../src/search/gates/member-costs.js'
import { taskCost } from '../../../src/supernet/cost.js'
import { groupOf, illegality } from '../../../src/supernet/prune.js'
import type { Supernet } from '../../../src/supernet/types.js'
import { batching } from '../../../src/train/batching.js'
import { disposeGradients } from '../../../src/train/gradient-memory.js'
import { batchGradients } from '../../../src/train/gradients.js'
import { modelNetwork } from '../../../src/train/network.js'
import type { Trial } from '../../../src/trial/types.js'
import { lostWith } from '../../helpers/gates.js'
import { disposeTaken, takenApart } from '../../helpers/pruning.js'
import {
  eventsOf,
  expectSameBytes,
  imageData,
  onePhase,
  searched,
  spaceNet,
  tinyCells,
  trialOf,
  type Settings,
} from '../../helpers/trials.js'

afterEach(disposeTaken)

const relaxations = ['gates', 'softmax', 'sigmoid', 'gumbel-softmax'] as const

/** α that gives these weights, divided by their sum. */
function alphaFor(relaxation: (typeof relaxations)[number], weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0)
  if (relaxation === 'gates') return [...weights]
  if (relaxation === 'sigmoid') return weights.map((weight) => Math.log(weight / (sum - weight)))
  return weights.map((weight) => Math.log(weight))
}
const edge = 'cell0/0→2'

/** A search of the tiny cells whose prune block is given; the window is open from the first iteration. */
function cells(prune: object, settings: Settings = {}, net: Supernet = tinyCells()): Trial {
  return trialOf(imageData(), net, {
    schedule: onePhase([], { prune: { from: 0, until: 1, ...prune } }),
    ...settings,
    search: { epochs: 4, batch: 8, inspectEvery: 2, ...settings.search },
  })
}

describe('hysteresis', () => {
  it('removes a gate that was 0 at so many looks in a row, and forgets them where it grew back', () => {
    const parts = takenApart(cells({ looks: 3 }))
    const zero = [1, 0, 0]
    for (const [step, alpha] of [zero, zero, [1, 0.1, 0], zero, zero].entries()) {
      parts.set(edge, alpha)
      inspect(parts.pruning, step + 1, false)
      // max-pool grew back at the third look; dil-conv has been 0 since the first.
      expect(parts.membersOf(edge)).toEqual(
        step < 2 ? ['skip', 'max-pool-3x3', 'dil-conv-3x3'] : parts.membersOf(edge),
      )
    }
    const removals = eventsOf(parts.events, 'removal').map(({ step, members, by }) => ({ step, members, by }))
    expect(removals[0]).toEqual({ step: 3, members: ['dil-conv-3x3'], by: 'zero' })
    expect(parts.membersOf(edge)).toEqual(['skip', 'max-pool-3x3'])
    inspect(parts.pruning, 6, false)
    expect(parts.membersOf(edge)).toEqual(['skip'])
  })
})

describe.each(relaxations)('removal below the threshold, under %s,', (relaxation) => {
  const alphaOf = (weights: number[]) => alphaFor(relaxation, weights)

  it('takes members that were weak at the end of `patience` epochs in a row', () => {
    const parts = takenApart(cells({ threshold: 0.1, patience: 2 }, { relaxation }))
    const looks: [number[], boolean][] = [
      [[0.97, 0.02, 0.01], true],
      [[0.97, 0.02, 0.01], false],
      [[0.89, 0.1, 0.01], true],
    ]
    for (const [i, [weights, endOfEpoch]] of looks.entries()) {
      parts.set(edge, alphaOf(weights))
      inspect(parts.pruning, i + 1, endOfEpoch)
    }
    // Weak is below 0.1 · 1/3: max-pool was so at the first epoch's end only.
    const [removal, ...more] = eventsOf(parts.events, 'removal')
    expect(more).toEqual([])
    expect(removal).toMatchObject({ step: 3, by: 'threshold', group: edge, members: ['dil-conv-3x3'] })
    expect(parts.progress.jumps).toBeCloseTo(removal!.before! - removal!.after!, 12)
    const values = Object.values(parts.model.gateValues()[edge]!)
    // Under sigmoid members do not share; else what went is divided among those that stay.
    const left = relaxation === 'sigmoid' ? 1 : 0.99
    expect(values[0]).toBeCloseTo(0.89 / left, 5)
    expect(values[1]).toBeCloseTo(0.1 / left, 5)
  })

  it('keeps as many as a legal architecture needs, and never `none` alone', () => {
    const net = tinyCells({ inputs: 2, operations: ['none', 'skip', 'dil-conv-3x3'] })
    const parts = takenApart(cells({ threshold: 0.5 }, { relaxation }, net))
    parts.set(edge, alphaOf([0.98, 0.004, 0.016]))
    parts.set('cell0/node3', alphaOf([1.96, 0.03, 0.01]))
    inspect(parts.pruning, 1, true)
    expect(parts.membersOf(edge)).toEqual(['none', 'dil-conv-3x3'])
    expect(parts.membersOf('cell0/node3')).toEqual(['0→3', '1→3'])
  })

  it('lets `none` win where the space allows it, as long as something reaches the output', () => {
    const net = spaceNet('nas-bench-201', { cells: 1, channels: 2 }, [6, 6, 1], 3)
    const parts = takenApart(cells({ threshold: 0.5 }, { relaxation }, net))
    const edges = net.groups.filter(({ members }) => members.some(({ empty }) => empty))
    for (const { name, members } of edges)
      parts.set(name, alphaOf(members.map(({ empty }) => (empty ? 0.96 : 0.01))))
    inspect(parts.pruning, 1, true)
    const left = parts.model.supernet.groups
    expect(left.filter(({ members }) => members.length > 1).map(({ name }) => name)).toEqual(['cell/0→3'])
    for (const { name, members } of left)
      if (name !== 'cell/0→3') expect(members).toMatchObject([{ empty: true }])
    projectToLegal(parts.pruning, 2)
    expect(eventsOf(parts.events, 'removal').at(-1)!.members).toContain('none')
    expect(illegality(parts.model.supernet)).toBeUndefined()
  })

  it('carries the optimizer’s state over', () => {
    const parts = takenApart(
      cells({ threshold: 0.1 }, { relaxation, search: { weights: { optimizer: 'adam' } } }),
    )
    parts.step(0)
    const state = () => parts.stepper.checkpoint().arrays
    const was = state()
    parts.set(edge, alphaOf([0.49, 0.02, 0.49]))
    inspect(parts.pruning, 1, true)
    const is = state()
    expect(parts.membersOf(edge)).toEqual(['skip', 'dil-conv-3x3'])
    for (const [name, values] of is) if (name.startsWith('s/')) expect(values).toEqual(was.get(name))
    expect([...is.keys()].some((name) => name.startsWith(`s/${edge}/dil-conv-3x3`))).toBe(true)
    if (relaxation !== 'gates')
      for (const slot of ['first', 'second']) {
        const [a, , c] = was.get(`t/${edge}#${slot}`)!
        expect([...is.get(`t/${edge}#${slot}`)!]).toEqual([a, c])
      }
    parts.step(1)
  })

  it('resumes bit for bit', async () => {
    const trial = () =>
      cells(
        { threshold: 0.8, patience: 2, rule: 'perturbation', order: 'random' },
        { relaxation, search: { gates: { travel: 2 }, epochs: 6 } },
      )
    const straight = await searched(trial())
    expect(eventsOf(straight.events, 'removal').some(({ by }) => by === 'threshold')).toBe(true)
    for (const at of [1, 3]) {
      const resumed = await searched(trial(), straight.checkpoints[at])
      expectSameBytes(straight.model, resumed.model)
      expect(resumed.result).toEqual(straight.result)
      const removals = eventsOf(straight.events, 'removal')
      expect(eventsOf(resumed.events, 'removal')).toEqual(
        removals.filter(({ step }) => step > straight.checkpoints[at]!.step),
      )
      resumed.model.dispose()
    }
    straight.model.dispose()
  })

  it('adds every jump of the metric to the gap', () => {
    const trial = cells({ threshold: 0.1 }, { relaxation })
    const parts = takenApart({ ...trial, metric: 'cross-entropy' })
    for (let t = 0; t < 3; t++) parts.step(t)
    for (const [i, group] of [edge, 'cell0/node3', 'cell1/0→2'].entries()) {
      parts.set(group, alphaOf([0.98, 0.01, 0.01]))
      inspect(parts.pruning, i + 4, true)
    }
    const jumps = parts.progress.jumps + projectToLegal(parts.pruning, 7)
    // Removals of one step share one measurement.
    const steps = new Map(
      eventsOf(parts.events, 'removal').map((event) => [event.step, event.after! - event.before!]),
    )
    expect([...steps.keys()]).toEqual([4, 5, 6, 7])
    expect([...steps.values()].every((jump) => jump !== 0)).toBe(true)
    expect(jumps).toBeCloseTo(
      [...steps.values()].reduce((x, y) => x + y, 0),
      12,
    )
  })
})

describe('a step behind a removal', () => {
  it('costs less: fewer FLOPs, fewer kernels', async () => {
    const parts = takenApart(cells({}))
    const kernels = async () => (await tf.profile(() => parts.step(0))).kernels.length
    parts.step(0)
    const [flops, calls] = [taskCost(parts.model.supernet).flops, await kernels()]
    parts.set('cell0/node3', [1, 0, 0])
    inspect(parts.pruning, 1, false)
    const { took } = eventsOf(parts.events, 'removal').find(({ group }) => group === 'cell0/node3')!
    expect(took).toEqual(['cell0/1→3', 'cell0/2→3'])
    expect(taskCost(parts.model.supernet).flops).toBeLessThan(flops)
    expect(await kernels()).toBeLessThan(calls)
  })
})

describe('what a removal tells', () => {
  it('is the gate, the gradient of the losses and of each term, and the ablation from when it faded', () => {
    const trial = cells(
      {},
      {
        schedule: onePhase(
          [
            { term: 'l1', part: 'gates', lambda: 0.3 },
            { term: 'parameters', part: 'gates', lambda: 2 },
          ],
          { prune: { from: 0, until: 1 } },
        ),
      },
    )
    const parts = takenApart(trial)
    const { model, data } = parts
    parts.set(edge, [0.8, 0.1, 0.1])
    inspect(parts.pruning, 0, false)
    parts.set(edge, [1, 0, 0])
    const edges = model.supernet.groups.filter(({ kind }) => kind === 'operations').map(({ name }) => name)
    const batch = batching(data, data.splits.train, trial.config.search, trial.random, 'search').at(0)
    const gradients = batchGradients(
      modelNetwork(model),
      data.dataset.shape,
      batch,
      { task: 1, reconstruction: 0, loss: trial.loss },
      { weights: [], alphas: edges },
    )
    const seen = edges.map((name) => [...gradients.alphas.get(name)!.dataSync<'float32'>()])
    const [, ofPool, ofConv] = seen[edges.indexOf(edge)]!
    disposeGradients(gradients)
    parts.step(0)
    parts.set(edge, [1, 0, 0])
    inspect(parts.pruning, 1, false)
    const { evidence, lambda } = eventsOf(parts.events, 'removal').find(({ group }) => group === edge)!
    expect(lambda).toEqual({ 'l1/gates': 0.3, 'parameters/gates': 2 })
    const [pool, conv] = [evidence!['max-pool-3x3']!, evidence!['dil-conv-3x3']!]
    expect([pool.gate, conv.gate]).toEqual([0, 0])
    // In units of the scale of choices: how far that one iteration drew the members of all edges apart.
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
    const scale = mean(seen.map((own) => mean(own.map((value) => Math.abs(value - mean(own))))))
    expect(pool.gradients.loss).toBeCloseTo(ofPool! / scale, 4)
    expect(conv.gradients.loss).toBeCloseTo(ofConv! / scale, 4)
    expect(conv.gradients['l1/gates']).toBeCloseTo(0.3, 5)
    // R = Σ g c / Σ g, all on skip, which costs nothing: ∂R/∂g = c, times the share of the edge being kept.
    const parameters = lostWith(model.origin, groupOf(model.origin, edge), 'dil-conv-3x3', 'parameters')
    const share = model.gateValues()['cell0/node2']!['0→2']!
    const unit = averageMember(model.origin, 'parameters', undefined)
    expect(conv.gradients['parameters/gates']).toBeCloseTo((2 * share * parameters) / unit, 5)
    expect(pool.gradients['parameters/gates']).toBeCloseTo(0, 6)
    expect(conv.ablation).toMatchObject({ step: 0, metric: 'cross-entropy' })
    expect(conv.ablation!.with).not.toBe(conv.ablation!.without)
  })

  it('has no gradient where the gates were held, and no ablation where no rows are given', () => {
    const trial = cells({}, { search: { ablationRows: 0 } })
    const parts = takenApart(trial)
    parts.set(edge, [0.9, 0.1, 0])
    inspect(parts.pruning, 1, false)
    const [removal] = eventsOf(parts.events, 'removal')
    expect(removal!.evidence).toEqual({ 'dil-conv-3x3': { gate: 0, gradients: {}, ablation: null } })
  })
})
