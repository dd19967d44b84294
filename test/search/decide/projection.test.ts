import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { projectToLegal } from '../../../src/search/decide/projection.js'
import { ablate, hurt, someRows } from '../../../src/search/removal/ablation.js'
import { illegality } from '../../../src/supernet/prune.js'
import type { Supernet } from '../../../src/supernet/types.js'
import { evaluate } from '../../../src/train/evaluate.js'
import type { Trial } from '../../../src/trial/types.js'
import { disposeTaken, takenApart } from '../../helpers/pruning.js'
import {
  eventsOf,
  imageData,
  onePhase,
  tinyCells,
  tinyMlp,
  trialOf,
  vectorData,
  type Settings,
} from '../../helpers/trials.js'

let before = 0
beforeEach(() => void (before = tf.memory().numTensors))
afterEach(() => {
  disposeTaken()
  expect(tf.memory().numTensors).toBe(before)
})

const relaxations = ['gates', 'softmax', 'sigmoid', 'gumbel-softmax'] as const
const edge = 'cell0/0→2'

/** A search of the tiny cells whose prune block is given; the window is open from the first iteration. */
function cells(prune: object, settings: Settings = {}, net: Supernet = tinyCells()): Trial {
  return trialOf(imageData(), net, {
    schedule: onePhase([], { prune: { from: 0, until: 1, ...prune } }),
    ...settings,
    search: { epochs: 4, batch: 8, inspectEvery: 2, ...settings.search },
  })
}

describe('ablation', () => {
  it.each(
    relaxations.flatMap(
      (relaxation) =>
        [
          [relaxation, edge, 'dil-conv-3x3', () => cells({}, { relaxation })],
          [relaxation, 'cell1/node3', '1→3', () => cells({}, { relaxation })],
          [
            relaxation,
            'head/dense0',
            '2',
            () => trialOf(vectorData(), tinyMlp(), { relaxation, schedule: onePhase([]) }),
          ],
        ] as const,
    ),
  )('under %s says of %s what removing %s then does', (_relaxation, group, member, make) => {
    const parts = takenApart(make())
    parts.step(0)
    parts.step(1)
    const { data, context } = parts
    const rows = data.splits.validation
    const [found] = ablate(parts.pruning, group, [[member]], rows, 2)
    expect(found).toMatchObject({ step: 2, metric: context.metric === 'accuracy' ? 'cross-entropy' : 'rmse' })
    const measure = () => evaluate(parts.stepper.network, data, rows, found!.metric)!
    expect(found!.with).toBe(measure())
    parts.stepper.prune(
      group,
      parts.membersOf(group)!.filter((name) => name !== member),
    )
    expect(found!.without).toBeCloseTo(measure(), 5)
    expect(found!.without).not.toBeCloseTo(found!.with, 5)
  })

  it('is of rows spread evenly', () => {
    expect([...someRows(Uint32Array.of(5, 6, 7, 8, 9, 10), 3)]).toEqual([5, 7, 9])
    expect([...someRows(Uint32Array.of(5, 6), 3)]).toEqual([5, 6])
  })
})

describe('top-2', () => {
  it('keeps the inputs whose strongest operations are strongest, whatever the inputs’ own gates', () => {
    const parts = takenApart(cells({ rule: 'top-2' }, { relaxation: 'softmax' }))
    const { model } = parts
    const node = model.supernet.groups.find(
      ({ kind, members, keep }) => kind === 'inputs' && members.length > keep.max,
    )!
    const place = node.name.slice(0, node.name.lastIndexOf('/') + 1)
    // The own gates favour the last inputs, the edges' operations the first.
    parts.set(
      node.name,
      node.members.map((_, i) => i),
    )
    node.members.forEach(({ name }, i) => {
      const operations = model.supernet.groups.find((group) => group.name === `${place}${name}`)!.members
      parts.set(
        `${place}${name}`,
        operations.map((_, at) => (at === 0 ? node.members.length - i : 0)),
      )
    })
    projectToLegal(parts.pruning, 1)
    expect(illegality(model.supernet)).toBeUndefined()
    expect(parts.membersOf(node.name)).toEqual(node.members.slice(0, node.keep.max).map(({ name }) => name))
    expect(eventsOf(parts.events, 'removal').every(({ by }) => by === 'projection')).toBe(true)
  })
})

describe('perturbation', () => {
  it('keeps the members whose removal hurts most, whatever their gates', () => {
    const parts = takenApart(cells({ rule: 'perturbation' }, { relaxation: 'softmax' }))
    for (let t = 0; t < 3; t++) parts.step(t)
    const { model, data } = parts
    const [first] = model.supernet.groups
    const names = first!.members.map(({ name }) => name)
    const damage = ablate(
      parts.pruning,
      first!.name,
      names.map((name) => [name]),
      data.splits.validation,
      3,
    ).map(hurt)
    const best = names[damage.indexOf(Math.max(...damage))]!
    // The gate says the opposite, and by so little that the damage stays in order.
    const alpha = [...model.alphaValues().get(first!.name)!]
    parts.set(
      first!.name,
      alpha.map((a, i) => (names[i] === best ? a - 1e-4 : a)),
    )
    projectToLegal(parts.pruning, 3)
    expect(illegality(model.supernet)).toBeUndefined()
    const [removal] = eventsOf(parts.events, 'removal')
    expect(removal).toMatchObject({ by: 'perturbation', group: first!.name })
    expect(removal!.members).toEqual(names.filter((name) => name !== best))
    expect(Object.values(removal!.evidence!).every(({ ablation }) => ablation !== null)).toBe(true)
  })

  it('decides operations before inputs, in the supernet’s order or in one that the seed draws', () => {
    const orderOf = (order: string, seed: number) => {
      const parts = takenApart(cells({ rule: 'perturbation', order }, { seed }))
      projectToLegal(parts.pruning, 1)
      return eventsOf(parts.events, 'removal').map(({ group }) => group)
    }
    const depth = orderOf('depth', 1)
    const inputs = depth.filter((name) => name.includes('/node'))
    expect(depth.slice(-inputs.length)).toEqual(inputs)
    expect(depth.slice(0, 2)).toEqual(['cell0/0→2', 'cell0/1→2'])
    expect(orderOf('random', 1)).toEqual(orderOf('random', 1))
    expect(orderOf('random', 1)).not.toEqual(orderOf('random', 2))
    expect(orderOf('random', 1)).not.toEqual(depth)
  })

  it('measures on the rows that train gates, where there are some', () => {
    const data = imageData({ train: 24, arch: 12, validation: 12 })
    const trial = trialOf(data, tinyCells(), {
      schedule: onePhase([], { prune: { from: 1, until: 1, rule: 'perturbation' } }),
    })
    const parts = takenApart(trial)
    const names = parts.membersOf(edge)!
    const [wanted] = ablate(parts.pruning, edge, [[names[0]!]], data.splits.arch, 1)
    const [other] = ablate(parts.pruning, edge, [[names[0]!]], data.splits.validation, 1)
    projectToLegal(parts.pruning, 1)
    const removal = eventsOf(parts.events, 'removal').find(({ group }) => group === edge)!
    const measured = Object.values(removal.evidence!).map(({ ablation }) => ablation!.with)
    expect(measured).toEqual(measured.map(() => wanted!.with))
    expect(wanted!.with).not.toBe(other!.with)
  })
})
