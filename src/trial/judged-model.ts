import { gather } from '../data/batches.js'
import { bent, scale } from '../data/scale.js'
import type { PreparedData } from '../data/types.js'
import { costOf } from '../nn/cost.js'
import { taskCost } from '../supernet/cost.js'
import { Diverged } from '../train/diverged.js'
import { predictRows } from '../train/evaluate.js'
import type { JudgedModel, Disturb, Repeat } from './criteria/types.js'
import type { TrainingAgain } from './training-again.js'
import { withNetwork } from './with-network.js'
import type { ExportedModel, ExportedNetwork, Trial } from './types.js'

/**
 * A retrained network as criteria see it, for as long as `use` takes: it is exported once, and trained once
 * `again` with each further seed, if one of them asks, and freed afterwards.
 */
export async function withJudgedModel<T>(
  trial: Trial,
  network: ExportedNetwork,
  again: TrainingAgain,
  use: (model: JudgedModel) => Promise<T>,
): Promise<T> {
  const { data, supernet, metric, random } = trial
  const outputs = outputsOf(network, data)
  const repeats: Repeat[] = [{ seed: random.seed, outputs }]
  let made: Promise<ExportedModel | null> | undefined
  try {
    return await use({
      cost: costOf(network.graph),
      supernetParameters: taskCost(supernet).parameters,
      data,
      metric,
      random,
      outputs,
      async repeated(seeds) {
        while (repeats.length < seeds) repeats.push(await repeat(random.seed + repeats.length, again, data))
        return repeats.slice(0, seeds)
      },
      exported: () => (made ??= trial.exported?.(network) ?? Promise.resolve(null)),
    })
  } finally {
    ;(await made)?.dispose()
  }
}

async function repeat(seed: number, again: TrainingAgain, data: PreparedData): Promise<Repeat> {
  try {
    return { seed, outputs: outputsOf(await again(seed), data) }
  } catch (error) {
    if (!(error instanceof Diverged)) throw error
    return { seed, outputs: null }
  }
}

const outputsOf =
  ({ graph, values }: ExportedNetwork, data: PreparedData): JudgedModel['outputs'] =>
  (rows, disturb) => {
    const shown = disturb ? disturbed(data, rows, disturb) : data
    const places = disturb ? Uint32Array.from(rows, (_, i) => i) : rows
    return withNetwork(graph, values, (loaded) => predictRows(loaded, shown, places))
  }

/** Data with the inputs of some rows alone, changed in original units and scaled again. */
function disturbed(data: PreparedData, rows: Uint32Array, disturb: Disturb): PreparedData {
  const { dataset, scaler } = data
  const values = Float64Array.from(gather(dataset.inputs, dataset.inputs.length / dataset.rows, rows))
  disturb(values)
  return { ...data, inputs: bent(scale(values, scaler.input, scaler.fill), scaler) }
}
