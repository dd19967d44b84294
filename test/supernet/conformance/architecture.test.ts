import { describe, expect, it, test } from 'vitest'
import { randomSource } from '../../../src/base/random.js'
import { deriveNetwork, discretise, uniformGates } from '../../../src/derive/network.js'
import { randomArchitecture } from '../../../src/derive/random.js'
import { saveModel } from '../../../src/export/save.js'
import { spaces } from '../../../src/registry.js'
import type { SupernetModel } from '../../../src/supernet/model.js'
import { choicesOf, choose, illegality } from '../../../src/supernet/prune.js'
import { notationOf } from '../../../src/supernet/space.js'
import type { Architecture } from '../../../src/supernet/types.js'
import { predictRows } from '../../../src/train/evaluate.js'
import { modelNetwork } from '../../../src/train/network.js'
import { withNetwork } from '../../../src/trial/with-network.js'
import { networkToRetrain } from '../../../src/trial/retrain-architecture.js'
import { temporaryFolder } from '../../export/helper.js'
import { relativeError } from '../../helpers/numeric.js'
import { build, dataOf, instances, table, trainedModel, trial, withoutLeaks, type Instance } from './table.js'

const folder = temporaryFolder()

/** Where an edge may keep nothing, some draws more, for some of them shall. */
const seedsOf = ({ space }: Instance): number[] => (space === 'nas-bench-201' ? [1, 2, 4, 5] : [1, 2])

test('some of the architectures have edges that keep nothing, and states that nothing reaches', () => {
  const drawn = instances
    .filter(({ space }) => space === 'nas-bench-201')
    .flatMap((instance) =>
      seedsOf(instance).map((seed) => randomArchitecture(build(instance), randomSource(seed))!),
    )
  const kept = drawn.flatMap(({ groups }) => groups.flatMap(({ members }) => members.map(({ name }) => name)))
  expect(kept).toContain('none')
  const constant = drawn.filter((supernet) => {
    const { graph } = discretise(supernet, uniformGates(supernet), { gates: 'drop', affine: true })
    return graph.nodes.some(({ kind }) => kind === 'zeros')
  })
  expect(constant.length).toBeGreaterThan(0)
})

describe.each(table)('%s', (_name, instance) => {
  const data = dataOf(instance, 6, 'validation')
  const tried = (gates: 'keep' | 'drop') =>
    trial(instance, data, { search: { gates: { noise: 0.5 } }, retrain: { gates } })
  const seeds = seedsOf(instance)

  /** A model pruned to a random legal architecture. Dispose it. */
  function randomModel(seed: number): SupernetModel {
    const model = trainedModel(tried('keep'))
    const chosen = randomArchitecture(build(instance), randomSource(seed))!
    for (const { name, members } of chosen.groups)
      if (model.supernet.groups.some((g) => g.name === name))
        model.prune(
          name,
          members.map((member) => member.name),
        )
    expect(model.supernet.groups).toEqual(chosen.groups)
    expect(illegality(model.supernet)).toBeUndefined()
    return model
  }

  /** What is written and read again. */
  const reread = (architecture: Architecture) => JSON.parse(JSON.stringify(architecture)) as Architecture

  it.each(seeds)('builds anew, out of its architecture, the network that was found (%i)', async (seed) => {
    await withoutLeaks(() => {
      const model = randomModel(seed)
      const supernet = predictRows(modelNetwork(model), data, data.splits.validation)
      for (const gates of ['keep', 'drop'] as const) {
        const derived = deriveNetwork(model, { gates, affine: true })
        const { graph, initial } = networkToRetrain(
          tried(gates),
          reread(model.architecture()),
          model.weights.values(),
        )
        expect(graph).toEqual(derived.graph)
        const rebuilt = withNetwork(graph, initial, (network) =>
          predictRows(network, data, data.splits.validation),
        )
        if (gates === 'keep') expect(relativeError(rebuilt, supernet)).toBeLessThan(1e-5)
        expect(rebuilt.every(Number.isFinite)).toBe(true)
      }
      model.dispose()
    })
  })

  it.each(seeds)('exports, gates kept and dropped, as a model that predicts the same (%i)', async (seed) => {
    await withoutLeaks(async () => {
      const model = randomModel(seed)
      for (const gates of ['keep', 'drop'] as const) {
        const network = deriveNetwork(model, { gates, affine: true })
        const verified = await saveModel({ name: 'net', metric: 'any', data, ...network }, folder)
        expect(verified.rows).toBe(6)
        expect(verified.relativeError).toBeLessThan(1e-4)
      }
      model.dispose()
    })
  })

  it.each(seeds)('has a notation that reads back as the same choices (%i)', (seed) => {
    const supernet = build(instance)
    const space = spaces.find(({ name }) => name === instance.space)!
    const notation = notationOf(space, supernet.options)
    const model = randomModel(seed)
    const choices = choicesOf(model.architecture())
    const text = notation.write(choices)
    expect(text).not.toContain('\n')
    expect(notation.read(text)).toEqual(choices)
    const { graph, groups } = choose(supernet, notation.read(text)).supernet
    expect({ graph, groups }).toEqual({ graph: model.supernet.graph, groups: model.supernet.groups })
    model.dispose()
  })
})
