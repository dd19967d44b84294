import { describe, expect, it } from 'vitest'
import { aheadOrder, searchOrder, type GateTurn } from '../../../src/search/modes/order.js'
import { supernetStepper } from '../../../src/search/stepper.js'
import { batching } from '../../../src/train/batching.js'
import { sequential } from '../../../src/train/gradients.js'
import { effectsOf, weightsOrder, type ArrayKind, type StepOrder } from '../../../src/train/order.js'
import { contextOf, imageData, modelOf, tinyCells, trialOf } from '../../helpers/trials.js'
import { tensorCounter } from '../../setup/tensors.js'

const modes = ['joint', 'alternating', 'unrolled'] as const
const turns: GateTurn[] = ['move', 'wait', 'hold']
const all = [true, false].flatMap((average) =>
  modes.flatMap((mode) => turns.map((gates) => ({ mode, gates, average }))),
)
const writes = (order: StepOrder): Set<ArrayKind> =>
  new Set(order.flatMap((entry) => effectsOf(entry).writes))

describe('the order of a step', () => {
  it('is one pass, weights and then gates, where both move together', () => {
    expect(searchOrder({ mode: 'joint', gates: 'move', average: true })).toEqual([
      { of: ['weights', 'gates'], on: 'train', through: 'network' },
      'step-weights',
      'move-statistics',
      'scale-gates',
      'step-gates',
      'keep-gradients',
      'move-average',
      'add-losses',
    ])
  })

  it.each([
    ['alternating', 'network'],
    ['unrolled', 'step-ahead'],
  ] as const)('is gates on rows of their own and then weights, where %s', (mode, through) => {
    const order = searchOrder({ mode, gates: 'move', average: false })
    expect(order.slice(0, 2)).toEqual([{ of: ['gates'], on: 'arch', through }, 'scale-gates'])
    expect(order.slice(4)).toEqual(weightsOrder(false))
  })

  it.each(all)('reads nothing of a pass before there is one: $mode, gates $gates', (turn) => {
    for (const order of [searchOrder(turn), aheadOrder(turn.mode), weightsOrder(turn.average)]) {
      expect(typeof order[0]).toBe('object')
      expect(order.filter((entry, i) => order.indexOf(entry) !== i)).toEqual([])
    }
  })

  it('leaves gates alone unless they move, and batch norms in single paths', () => {
    for (const mode of modes) {
      expect(writes(searchOrder({ mode, gates: 'hold', average: true })).has('α')).toBe(false)
      const waiting = writes(searchOrder({ mode, gates: 'wait', average: true }))
      expect([waiting.has('α'), waiting.has('statistics')]).toEqual([false, false])
      expect([...writes(aheadOrder(mode))].some((kind) => ['statistics', 'average'].includes(kind))).toBe(
        false,
      )
    }
  })
})

describe('a step of a search', () => {
  /** What a step changes, and what the order of its turn says that it writes. */
  function changed(mode: (typeof modes)[number], gates: GateTurn, average: boolean) {
    const made = trialOf(imageData({ train: 12, arch: 12, validation: 4 }), tinyCells(), {
      schedule: {
        name: 'one-phase',
        description: 'λ from beginning to end.',
        kind: 'expert' as const,
        prune: { from: 1, until: 1 },
        phases: [
          {
            name: 'all',
            until: 1,
            terms: [{ term: 'l2', part: 'weights', lambda: 0.01 }],
            gates: gates === 'hold' ? ('hold' as const) : ('move' as const),
            ...(gates === 'wait' && { paths: 'alternate' as const }),
          },
        ],
      },
      search: { batch: 6, average, mode, gates: { noise: 0.5 } },
    })
    const model = modelOf(made)
    // By operations: recordings have tensors of their own.
    const context = { ...contextOf(made).context, execute: sequential }
    const { schedule, data, config, random } = made
    const batches = batching(data, data.splits.train, config.search, random, 'search')
    const stepper = supernetStepper(model, data, context)
    const [phase] = schedule.phases
    // The first iteration makes slots; of single paths the second waits.
    stepper.step(0, batches.at(0), phase!)
    const before = stepper.checkpoint().arrays
    stepper.step(1, batches.at(1), phase!)
    const after = stepper.checkpoint().arrays
    const newTensors = tensorCounter()
    for (const t of [2, 3]) stepper.step(t, batches.at(t), phase!)
    expect(newTensors()).toBe(0)
    const statistics = new Set(
      model.weights.specs.flatMap(({ name, role }) => (role === 'weight' ? [] : [name])),
    )
    stepper.dispose()
    model.dispose()
    const kinds: Record<string, ArrayKind> = {
      w: 'weights',
      m: 'average',
      a: 'α',
      s: 'weights’ slots',
      g: 'gates’ scale',
      k: 'gates’ last gradients',
    }
    const found = new Set<ArrayKind>()
    for (const key of new Set([...before.keys(), ...after.keys()])) {
      if (String(before.get(key)) === String(after.get(key))) continue
      const [prefix, name] = [key[0]!, key.slice(2)]
      found.add(prefix === 'w' && statistics.has(name) ? 'statistics' : kinds[prefix]!)
    }
    const order = searchOrder({ mode, gates, average })
    const lasting = new Set<ArrayKind>(Object.values(kinds)).add('statistics')
    return { found, said: new Set([...writes(order)].filter((kind) => lasting.has(kind))) }
  }

  it.each(all)('changes what its order says: $mode, gates $gates, average $average', (turn) => {
    const { found, said } = changed(turn.mode, turn.gates, turn.average)
    // Gates that are held are drawn by nothing, so what drew them is forgotten.
    found.delete('gates’ last gradients')
    said.delete('gates’ last gradients')
    expect([...found].sort()).toEqual([...said].sort())
  })
})
