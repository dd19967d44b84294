import { gather } from '../data/batches.js'
import { outputsOf, type PreparedData } from '../data/types.js'
import { scaleOutput } from '../nn/scaled-output.js'
import { bestCalibration, type Calibration } from '../objective/calibration.js'
import { bestTemperature } from '../objective/temperature.js'
import { evaluate, predictRows } from '../train/evaluate.js'
import type { Retrained } from './figures.js'
import { withNetwork } from './with-network.js'
import type { Trial } from './types.js'

/**
 * A retrained network whose probabilities are those of the data. Logits lose the logarithms of what training
 * emphasised classes by; and they are divided by the temperature that suits the validation rows, if
 * `retrain.calibration` asks for it, or
 * after a focal loss, which makes probabilities flat, by temperature and an offset of each class.
 */
export function calibrated({ config, data, metric }: Trial, retrained: Retrained): Retrained {
  const { emphasis, splits, dataset } = data
  const isFocal = (config.classes?.focal ?? 0) > 0
  const isTempered = splits.validation.length > 0 && (isFocal || config.retrain.calibration === 'temperature')
  if (!emphasis && !isTempered) return retrained
  const width = outputsOf(dataset.task)
  const entries = (value: number) => new Array<number>(width).fill(value)
  const { graph, values } = retrained
  const natural = emphasis
    ? scaleOutput({ graph, values }, { mean: emphasis.priors.map((by) => -Math.log(by)), std: entries(1) })
    : { graph, values }
  const calibration = isTempered ? calibrationOf(data, natural, isFocal) : undefined
  const temperature = calibration?.temperature
  const scaled = calibration
    ? scaleOutput(natural, { mean: calibration.offsets, std: entries(1 / calibration.temperature) })
    : natural
  const validation = withNetwork(scaled.graph, scaled.values, (network) =>
    evaluate(network, data, splits.validation, metric),
  )
  return { ...retrained, ...scaled, validation, ...(temperature !== undefined && { temperature }) }
}

/** The temperature that suits the validation rows and, after a focal loss, the offsets of classes. */
function calibrationOf(
  data: PreparedData,
  { graph, values }: Pick<Retrained, 'graph' | 'values'>,
  isFocal: boolean,
): Calibration {
  const { splits, dataset } = data
  const width = outputsOf(dataset.task)
  const logits = withNetwork(graph, values, (network) => predictRows(network, data, splits.validation))
  const targets = gather(dataset.targets, 1, splits.validation)
  if (isFocal) return bestCalibration(logits, targets, width)
  return { temperature: bestTemperature(logits, targets, width), offsets: new Array<number>(width).fill(0) }
}
