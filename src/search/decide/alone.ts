import * as tf from '@tensorflow/tfjs-core'
import { gather } from '../../data/batches.js'
import { run } from '../../nn/run.js'
import { isWidth } from '../../supernet/types.js'
import { mixturesOf } from '../../train/network.js'
import { pathNetwork } from '../modes/single-paths.js'
import { someRows } from '../removal/ablation.js'
import type { Pruning } from '../state.js'

/**
 * The most rows on which a member is measured: enough for differences between members to stand out from the
 * noise.
 */
const mostRows = 1024
/** The approximate share of a search's passes that measuring all choices may take. */
const share = 0.1

/**
 * Measures the current supernet with one member of a group alone in its place: its task loss, batch by batch,
 * on the same rows each time. These are the rows that train gates if there are any, else validation rows.
 * Batch norms use the batches' own statistics, since the moving averages are those of the mixture. Undefined
 * without rows.
 */
export function measureAlone(
  { model, data, context }: Pick<Pruning, 'model' | 'data' | 'context'>,
  group: string,
  member: string,
  t: number,
): number[] | undefined {
  const { options, schedule, loss } = context
  const choices = model.origin.groups.filter((each) => !isWidth(each)).length
  const affordable = Math.floor((share * schedule.steps) / choices) * options.batch
  const { arch, validation } = data.splits
  const rows = someRows(
    arch.length > 0 ? arch : validation,
    Math.max(options.batch, Math.min(mostRows, affordable)),
  )
  if (rows.length === 0) return undefined
  const { shape, task } = data.dataset
  const length = shape.reduce((product, n) => product * n, 1)
  const width = task.kind === 'classification' ? 1 : task.outputs.length
  const network = pathNetwork(model, new Map([[group, new Set([member])]]), t)
  const mixtures = mixturesOf(network)
  const losses: number[] = []
  for (let from = 0; from < rows.length; from += options.batch) {
    const batch = rows.subarray(from, from + options.batch)
    const input = tf.tensor(gather(data.inputs, length, batch), [batch.length, ...shape])
    const statistics: Parameters<typeof run>[2]['statistics'] = new Map()
    const { task: output } = run(network.graph, ['task'], {
      input,
      training: true,
      parameter: (name) => network.weights.get(name),
      mixture: mixtures.of,
      statistics,
      random: (what, node) => context.random.stream(`alone ${what}`, node, from),
    })
    losses.push(
      tf.tidy(
        () => loss(output as tf.Tensor2D, tf.tensor(gather(data.targets, width, batch))).dataSync()[0]!,
      ),
    )
    tf.dispose([input, output, ...[...statistics.values()].flatMap((each) => [each.mean, each.variance])])
  }
  mixtures.dispose()
  return losses
}
