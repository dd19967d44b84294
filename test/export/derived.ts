import { randomSource } from '../../src/base/random.js'
import { deriveNetwork } from '../../src/derive/network.js'
import { randomArchitecture } from '../../src/derive/random.js'
import type { TrainedNetwork } from '../../src/export/trained.js'
import { build, dataOf, trainedModel, trial, type Instance } from '../supernet/conformance/table.js'

/** A random legal architecture of a space as a derived network, gates kept or dropped. */
export function derived(instance: Instance, seed: number, gates: 'keep' | 'drop'): TrainedNetwork {
  const data = dataOf(instance, 6, 'validation')
  const model = trainedModel(trial(instance, data, { search: { gates: { noise: 0.5 } }, retrain: { gates } }))
  const chosen = randomArchitecture(build(instance), randomSource(seed))!
  for (const { name, members } of chosen.groups)
    if (model.supernet.groups.some((group) => group.name === name))
      model.prune(
        name,
        members.map((member) => member.name),
      )
  const { graph, values } = deriveNetwork(model, { gates, affine: true })
  model.dispose()
  return { name: 'net', metric: 'any', data, graph, values }
}
