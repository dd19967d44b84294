import { gather } from '../data/batches.js'
import { bent, scale } from '../data/scale.js'
import type { PreparedData } from '../data/types.js'
import { costOf } from '../nn/cost.js'
import { taskCost } from '../supernet/cost.js'
import { predictRows } from '../train/evaluate.js'
import type { Candidate, Disturb } from './criteria/types.js'
import { withNetwork } from './with-network.js'
import type { Exported, ExportedNetwork, Trial } from './types.js'

/**
 * A retrained network as criteria see it, for as long as `use` takes: it is exported once if one of them asks,
 * and freed afterwards.
 */
export async function withCandidate<T>(
  trial: Trial,
  network: ExportedNetwork,
  use: (candidate: Candidate) => Promise<T>,
): Promise<T> {
  const { data, supernet, metric, random } = trial
  let made: Promise<Exported | null> | undefined
  try {
    return await use({
      cost: costOf(network.graph),
      supernetParameters: taskCost(supernet).parameters,
      ...{ data, metric, random },
      outputs(rows, disturb) {
        const shown = disturb ? disturbed(data, rows, disturb) : data
        const places = disturb ? Uint32Array.from(rows, (_, i) => i) : rows
        return withNetwork(network.graph, network.values, (loaded) => predictRows(loaded, shown, places))
      },
      exported: () => (made ??= trial.exported?.(network) ?? Promise.resolve(null)),
    })
  } finally {
    ;(await made)?.dispose()
  }
}

/** Data with the inputs of some rows alone, changed in original units and scaled again. */
function disturbed(data: PreparedData, rows: Uint32Array, disturb: Disturb): PreparedData {
  const { dataset, scaler } = data
  const values = Float64Array.from(gather(dataset.inputs, dataset.inputs.length / dataset.rows, rows))
  disturb(values)
  return { ...data, inputs: bent(scale(values, scaler.input, scaler.fill), scaler) }
}
