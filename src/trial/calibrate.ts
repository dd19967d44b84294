import { gather } from '../data/batches.js'
import { outputsOf, type PreparedData } from '../data/types.js'
import { scaleOutput } from '../nn/scaled-output.js'
import { bestTemperature } from '../objective/temperature.js'
import { evaluate, predictRows } from '../train/evaluate.js'
import type { Retrained } from './figures.js'
import { withNetwork } from './with-network.js'
import type { Trial } from './types.js'

/**
 * A retrained network whose probabilities are those of the data. Logits lose the logarithms of what training
 * emphasised classes by; and they are divided by the temperature that suits the validation rows, if
 * `retrain.calibration` asks for it, or after a focal loss, which makes probabilities flat.
 */
export function calibrated({ config, data, metric }: Trial, retrained: Retrained): Retrained {
  const { emphasis, splits, dataset } = data
  const isTempered =
    splits.validation.length > 0 &&
    (config.retrain.calibration === 'temperature' || (config.classes?.focal ?? 0) > 0)
  if (!emphasis && !isTempered) return retrained
  const width = outputsOf(dataset.task)
  const entries = (value: number) => new Array<number>(width).fill(value)
  const { graph, values } = retrained
  const natural = emphasis
    ? scaleOutput({ graph, values }, { mean: emphasis.priors.map((by) => -Math.log(by)), std: entries(1) })
    : { graph, values }
  const temperature = isTempered ? temperatureOf(data, natural, width) : undefined
  const scaled =
    temperature === undefined
      ? natural
      : scaleOutput(natural, { mean: entries(0), std: entries(1 / temperature) })
  const validation = withNetwork(scaled.graph, scaled.values, (network) =>
    evaluate(network, data, splits.validation, metric),
  )
  return { ...retrained, ...scaled, validation, ...(temperature !== undefined && { temperature }) }
}

function temperatureOf(
  data: PreparedData,
  { graph, values }: Pick<Retrained, 'graph' | 'values'>,
  width: number,
): number {
  const { splits, dataset } = data
  const logits = withNetwork(graph, values, (network) => predictRows(network, data, splits.validation))
  return bestTemperature(logits, gather(dataset.targets, 1, splits.validation), width)
}
