import { describe, expect, it } from 'vitest'
import { rowAt, type LambdaRow } from '../../../src/schedule/table.js'
import { supernetStepper } from '../../../src/search/stepper.js'
import { sequential } from '../../../src/train/gradients.js'
import { costTree } from '../../../src/supernet/member-cost.js'
import { batching } from '../../../src/train/batching.js'
import { evaluate } from '../../../src/train/evaluate.js'
import { total } from '../../helpers/gates.js'
import { relativeError } from '../../helpers/numeric.js'
import {
  bytesOf,
  contextOf,
  imageData,
  modelOf,
  onePhase,
  tinyCells,
  tinyMlp,
  trialOf,
  vectorData,
  type Settings,
} from '../../helpers/trials.js'
import { tensorCounter } from '../../setup/tensors.js'

const terms = [
  { term: 'l2', part: 'weights', lambda: 0.01 },
  { term: 'l1', part: 'gates', lambda: 0.2 },
  { term: 'entropy', part: 'gates', lambda: 0.1 },
]

/** A search on a table at its beginning, its gates apart, and its step. */
function begun(search: object = {}, relaxation = 'gates') {
  const made = trialOf(vectorData({ train: 16, arch: 8, validation: 4 }), tinyMlp(), {
    schedule: onePhase(relaxation === 'gates' ? terms : terms.filter(({ term }) => term !== 'l1')),
    relaxation,
    search: {
      batch: 16,
      // Judged are the weights of the step, not their average.
      average: false,
      gates: { noise: 0.5, travel: 0.3 },
      weights: { learningRate: 0.05 },
      ...search,
    },
  })
  const model = modelOf(made)
  const { context } = contextOf(made)
  const { schedule, data, config, random } = made
  const shards = batching(data, data.splits.train, config.search, random, 'search').at(0)
  const stepper = supernetStepper(model, data, context)
  const row = rowAt(schedule, 0)
  const phase = schedule.phases[0]!
  // Adam's first step is a matter of signs alone, which answer to no λ.
  stepper.step(0, shards, phase, row)
  return {
    model,
    stepper,
    row,
    columns: schedule.columns,
    ahead: (moves: { column: number; by: number }[]) =>
      stepper.lookAhead(0, shards, phase, row, { metric: 'parameters', moves })!,
    step: (lambdas: LambdaRow) => stepper.step(0, shards, phase, lambdas),
    error: () => evaluate(stepper.network, data, data.splits.arch, 'rmse')! ** 2,
    dispose() {
      stepper.dispose()
      model.dispose()
    },
  }
}

/** Σ over units of how many count times what one costs, as a share of all. */
function openShare({ model }: ReturnType<typeof begun>): number {
  const values = model.gateValues()
  const cost = (name: string) => costTree(model.supernet).of(name, '0').parameters
  const { groups } = model.supernet
  const open = groups.map(({ name }) => {
    const gates = Object.values(values[name]!)
    return (cost(name) * total(gates) ** 2) / total(gates.map((g) => g * g))
  })
  return total(open) / total(groups.map(({ name, members }) => cost(name) * members.length))
}

/** E_arch and cost behind the real step with one λ changed. */
function really(settings: Parameters<typeof begun>, column: number, by: number) {
  const own = begun(...settings)
  const columns = own.row.columns.slice()
  columns[column]! += by
  own.step({ ...own.row, columns })
  const found = { loss: own.error(), cost: openShare(own) }
  own.dispose()
  return found
}

describe('a look-ahead', () => {
  it.each<[string, Parameters<typeof begun>]>([
    ['joint', []],
    ['with momentum and clipping', [{ weights: { learningRate: 0.05, momentum: 0.9, clipNorm: 0.5 } }]],
    ['with Adam', [{ weights: { optimizer: 'adam', learningRate: 0.01 } }]],
    ['alternating', [{ mode: 'alternating' }]],
    ['unrolled', [{ mode: 'unrolled' }]],
    ['of a sigmoid, whose α Adam steps', [{}, 'sigmoid']],
  ])('tells what the real step does to error and cost, and how that answers to λ: %s', (_, settings) => {
    const own = begun(...settings)
    const gates = own.columns.flatMap(({ part }, i) => (part === 'gates' ? [i] : []))
    const by = 0.02
    const found = own.ahead(gates.map((column) => ({ column, by })))
    const plain = really(settings, gates[0]!, 0)
    expect(relativeError([found.loss], [plain.loss])).toBeLessThan(1e-4)
    if (settings[1] === undefined) expect(found.cost).toBeCloseTo(plain.cost, 5)
    const slopes = gates.map((column) => {
      const moved = really(settings, column, by)
      return { loss: (moved.loss - plain.loss) / by, cost: (moved.cost - plain.cost) / by }
    })
    const of = (what: 'loss' | 'cost', list: readonly { loss: number; cost: number }[]) =>
      list.map((s) => s[what])
    expect(Math.max(...of('loss', slopes).map(Math.abs))).toBeGreaterThan(1e-5)
    // Where weights go behind the gates, they answer to λ as well; that is left out.
    const most = 'mode' in (settings[0] ?? {}) ? 0.5 : 0.05
    expect(relativeError(of('loss', found.slopes), of('loss', slopes))).toBeLessThan(most)
    if (settings[1] === undefined)
      expect(relativeError(of('cost', found.slopes), of('cost', slopes))).toBeLessThan(0.05)
    own.dispose()
  })

  it.each<[string, Settings]>([
    ['joint', {}],
    ['alternating', { search: { mode: 'alternating' } }],
    ['with Adam on weights and α', { relaxation: 'softmax', search: { weights: { optimizer: 'adam' } } }],
  ])('changes nothing, and frees what it makes: %s', (_, settings) => {
    const data = imageData({ train: 16, arch: 8, validation: 4 })
    const schedule = onePhase([{ term: 'parameters', part: 'gates', lambda: 0.1 }])
    const made = trialOf(data, tinyCells(), { ...settings, schedule })
    const model = modelOf(made)
    // By operations: recordings have tensors of their own.
    const context = { ...contextOf(made).context, execute: sequential }
    const shards = batching(data, data.splits.train, made.config.search, made.random, 'search')
    const stepper = supernetStepper(model, data, context)
    const [row, phase] = [rowAt(made.schedule, 0), made.schedule.phases[0]!]
    stepper.step(0, shards.at(0), phase)
    const bytes = () => ({
      ...bytesOf(model),
      slots: JSON.stringify([...stepper.checkpoint().arrays].map(([k, v]) => [k, [...v]])),
    })
    const before = bytes()
    const moves = made.schedule.columns.map((_, column) => ({ column, by: 0.01 }))
    const look = () => stepper.lookAhead(1, shards.at(1), phase, row, { metric: 'flops', moves })
    // The first one drops what the step before it has computed for the next.
    expect(look()).toBeDefined()
    const newTensors = tensorCounter()
    expect(look()).toBeDefined()
    expect(newTensors()).toBe(0)
    expect(bytes()).toEqual(before)
    stepper.dispose()
    model.dispose()
  })

  it('is none where gates are held, and needs rows of arch', () => {
    const own = begun()
    const held = { ...trialOf(vectorData(), tinyMlp()).schedule.phases[0]!, gates: 'hold' as const }
    expect(own.stepper.lookAhead(0, [], held, own.row, { metric: 'flops', moves: [] })).toBeUndefined()
    own.dispose()
    const without = trialOf(vectorData(), tinyMlp(), { schedule: onePhase(terms) })
    const model = modelOf(without)
    const stepper = supernetStepper(model, without.data, contextOf(without).context)
    expect(() =>
      stepper.lookAhead(0, [], without.schedule.phases[0]!, own.row, { metric: 'flops', moves: [] }),
    ).toThrow('a look-ahead measures on the split arch, which is empty; give config.split.arch a share')
    stepper.dispose()
    model.dispose()
  })
})
