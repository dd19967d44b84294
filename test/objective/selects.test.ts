import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import type { LayerGates, Term } from '../../src/objective/terms/types.js'
import { terms } from '../../src/registry.js'
import { stepProximalGates } from '../helpers/gate-steps.js'
import { relaxations } from '../../src/supernet/relaxations/index.js'
import type { GateGroup } from '../../src/supernet/types.js'
import { smoothGateGradients, type WeightedTerm } from '../../src/train/update.js'
import { gateLayer, total, valueOf } from '../helpers/gates.js'
import { tinyCells } from '../helpers/trials.js'
import { tensorCounter } from '../setup/tensors.js'

const cells = tinyCells({ inputs: 2, nodes: 2, operations: ['skip', 'max-pool-3x3', 'dil-conv-3x3'] })
const named = (names: readonly string[]): [string, Term][] =>
  terms.filter(({ name }) => names.includes(name)).map((term) => [term.name, term])
const smooth = terms.filter(({ gates }) => gates?.selects && !('proximal' in gates))
const proximal = terms.filter(({ gates }) => gates?.selects && 'proximal' in gates)
const fitting = ({ gates }: Term) =>
  Object.values(relaxations).find((relaxation) => !gates!.refuses?.(relaxation))!

it('most terms on gates select something', () => {
  expect(smooth.length).toBeGreaterThan(3)
  expect(proximal.length).toBeGreaterThan(1)
})

/** What a term sees where some of a layer's gates are selected. */
const only = (layer: LayerGates, groups: readonly GateGroup[], member?: string): LayerGates => ({
  ...layer,
  groups,
  ...(member !== undefined && { selected: (_group: string, name: string) => name === member }),
})

describe.each(named(smooth.map(({ name }) => name)))('%s', (_name, term) => {
  it('is the sum of what it is on each thing that it selects', () => {
    const { model, gates } = gateLayer(cells, fitting(term), 'cell0')
    const value = (layer: LayerGates) => valueOf(() => term.gates!.value(layer))
    const parts = gates.groups.flatMap((group) =>
      term.gates!.selects === 'groups'
        ? [value(only(gates, [group]))]
        : group.members.map(({ name }) => value(only(gates, [group], name))),
    )
    expect(parts.length).toBeGreaterThan(gates.groups.length - 1)
    expect(total(parts)).toBeCloseTo(value(gates), 4)
    expect(value(gates)).not.toBe(0)
    model.dispose()
  })

  it('has no gradient of what is not selected', () => {
    const { model, gates } = gateLayer(cells, fitting(term), 'cell0')
    const groups = gates.groups.filter(({ kind }) => kind === 'operations')
    const selected = new Map([[groups[0]!.name, new Set(groups[0]!.members.map(({ name }) => name))]])
    const names = groups.map(({ name }) => name)
    const newTensors = tensorCounter()
    const found = smoothGateGradients(gates, names, [{ term, lambda: 1, selected }])
    const sizes = names.map((name) => Math.hypot(...(found.get(name)?.dataSync() ?? [0])))
    expect(sizes[0]).toBeGreaterThan(0)
    expect(sizes.slice(1).every((size) => size === 0)).toBe(true)
    tf.dispose([...found.values()])
    expect(newTensors()).toBe(0)
    model.dispose()
  })
})

describe.each(named(proximal.map(({ name }) => name)))('%s', (_name, term) => {
  /** The layer's gates after a step under one term, by group. */
  function stepped(how: Omit<WeightedTerm, 'term'>): Record<string, readonly number[]> {
    const { model, gates } = gateLayer(cells, relaxations.gates, 'cell0')
    const steps = gates.groups.map((group) => ({
      group,
      gates: model.alpha(group.name),
      gradient: tf.zerosLike(model.alpha(group.name)),
      rate: 0.1,
    }))
    const after = stepProximalGates(steps, [{ term, ...how }])
    const values = after.map((tensor, i) => [gates.groups[i]!.name, [...tensor.dataSync()]] as const)
    tf.dispose([...after, ...steps.map(({ gradient }) => gradient)])
    model.dispose()
    return Object.fromEntries(values)
  }
  const [chosen, ...others] = cells.groups.filter(({ layer }) => layer === 'cell0')
  const all = new Set(chosen!.members.map(({ name }) => name))

  it('presses selected groups alone', () => {
    const free = stepped({ lambda: 0 })
    const pressed = stepped({ lambda: 1, selected: new Map([[chosen!.name, all]]) })
    expect(pressed[chosen!.name]).not.toEqual(free[chosen!.name])
    for (const { name } of others) expect(pressed[name]).toEqual(free[name])
  })

  it('presses selected members alone, where it is a sum over them', () => {
    if (term.gates!.selects !== 'members') return
    const free = stepped({ lambda: 0 })[chosen!.name]!
    const pressed = stepped({ lambda: 1, selected: new Map([[chosen!.name, new Set(['skip'])]]) })
    // η λ = 0.1 from skip, the first; then scaled to the sum of 1.
    const [skip, ...rest] = free
    const left = [skip! - 0.1, ...rest].map((gate) => gate / 0.9)
    expect(pressed[chosen!.name]).toEqual(left.map((gate) => expect.closeTo(gate, 5) as number))
  })

  it('with everything selected is the same as with nothing selected in particular', () => {
    const layer = cells.groups.filter((group) => group.layer === 'cell0')
    const selected = new Map(layer.map(({ name, members }) => [name, new Set(members.map((m) => m.name))]))
    expect(stepped({ lambda: 1, selected })).toEqual(stepped({ lambda: 1 }))
  })
})
