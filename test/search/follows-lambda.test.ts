import { describe, expect, it } from 'vitest'
import type { PreparedData } from '../../src/data/types.js'
import type { Supernet } from '../../src/supernet/types.js'
import { eventsOf, imageData, searched, tinyCells, tinyMlp, trialOf, vectorData } from '../helpers/trials.js'

interface Case {
  readonly data: PreparedData
  readonly supernet: Supernet
  /** The four layers, in the order of the supernet. */
  readonly layers: readonly [string, string, string, string]
  readonly lambda: number
}

const rows = { train: 48, validation: 12 }
const cases: Record<string, () => Case> = {
  'darts-cell': () => ({
    data: imageData(rows),
    supernet: tinyCells({ cells: 4, reductions: [1] }),
    layers: ['cell0', 'cell1', 'cell2', 'cell3'],
    lambda: 10,
  }),
  'autoencoder-mlp': () => ({
    data: vectorData(rows),
    supernet: tinyMlp({ encoder: [8], code: 8, head: [8, 8] }),
    layers: ['encoder/dense0', 'encoder/code', 'head/dense0', 'head/dense1'],
    lambda: 10,
  }),
}

/** Presses on some layers in the first half of the search, and on others in the second. */
const schedule = (first: readonly string[], second: readonly string[], lambda: number) => ({
  name: 'in turn',
  phases: [
    { name: 'first', until: 0.5, terms: [{ term: 'l1', part: 'gates', layers: first, lambda }] },
    { name: 'second', until: 1, terms: [{ term: 'l1', part: 'gates', layers: second, lambda }] },
  ],
  prune: { from: 0, until: 1 },
})

/** The epoch at which each layer has half of the sparsity that it ends with, and that sparsity. */
async function halfway(
  { data, supernet, lambda }: Case,
  first: readonly string[],
  second: readonly string[],
) {
  const trial = trialOf(data, supernet, {
    schedule: schedule(first, second, lambda),
    search: { epochs: 12, batch: 8, inspectEvery: 1, gates: { travel: 1, noise: 0.1 } },
  })
  const { model, events } = await searched(trial)
  model.dispose()
  // At the very end what is undecided is projected; λ did what it did before.
  const curves = eventsOf(events, 'evaluation').map(({ sparsity }) => sparsity)
  const last = curves.at(-2)!
  const reached = (layer: string) => curves.findIndex((at) => at[layer]! >= last[layer]! / 2)
  return { reached, last }
}

describe.each(Object.entries(cases))('the sparsity of %s', (_name, make) => {
  const each = make()
  const [a, b, c, d] = each.layers

  it.each([
    ['its first layers, then on its last', [a, b], [c, d]],
    ['its last layers, then on its first', [c, d], [a, b]],
    ['every second layer, then on the others', [a, c], [b, d]],
  ])('follows a schedule that presses on %s', async (_order, first, second) => {
    const { reached, last } = await halfway(each, first, second)
    for (const layer of each.layers) expect(last[layer], layer).toBeGreaterThan(0)
    const ranks = (layers: readonly string[]) => layers.map(reached)
    expect(Math.max(...ranks(first))).toBeLessThan(Math.min(...ranks(second)))
  })
})
