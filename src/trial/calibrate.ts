import { gather } from '../data/batches.js'
import { outputsOf } from '../data/types.js'
import { scaleOutput } from '../nn/scaled-output.js'
import { bestTemperature } from '../objective/temperature.js'
import { evaluate, predictRows } from '../train/evaluate.js'
import type { Retrained } from './figures.js'
import { withNetwork } from './with-network.js'
import type { Trial } from './types.js'

/**
 * A retrained network with its logits divided by the temperature that suits the validation rows, if
 * `retrain.calibration` asks for it. No class changes, only the probabilities.
 */
export function calibrated({ config, data, metric }: Trial, retrained: Retrained): Retrained {
  if (config.retrain.calibration !== 'temperature') return retrained
  const { splits, dataset } = data
  const width = outputsOf(dataset.task)
  const { graph, values } = retrained
  const logits = withNetwork(graph, values, (network) => predictRows(network, data, splits.validation))
  const temperature = bestTemperature(logits, gather(dataset.targets, 1, splits.validation), width)
  const entries = (value: number) => new Array<number>(width).fill(value)
  const scaled = scaleOutput({ graph, values }, { mean: entries(0), std: entries(1 / temperature) })
  const validation = withNetwork(scaled.graph, scaled.values, (network) =>
    evaluate(network, data, splits.validation, metric),
  )
  return { ...retrained, ...scaled, validation, temperature }
}
