import { Failure } from '../base/errors.js'
import type { PreparedData } from '../data/types.js'
import { predictRows } from './evaluate.js'
import type { Stage } from './events.js'
import type { PassNetwork } from './network.js'

/** The failure of a training whose numbers are none any more. */
export function diverged(stage: Stage): Failure {
  const weights = `config.${stage === 'search' ? 'search' : 'retrain'}.weights`
  return new Failure(
    `${stage} diverged: the loss is not finite; lower ${weights}.learningRate, or limit the gradient by ${weights}.clipNorm`,
  )
}

/** Are a network's weights, and its outputs for some training rows, all finite? */
export function predictsNumbers(network: PassNetwork, data: PreparedData): boolean {
  const outputs = predictRows(network, data, data.splits.train.subarray(0, 256))
  return [outputs, ...network.weights.values().values()].every((values) =>
    values.every((value) => Number.isFinite(value)),
  )
}
