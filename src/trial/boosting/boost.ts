import { binned } from './bins.js'
import type { BoostingLoss } from './losses.js'
import { addTree, growTree, type Growth, type Tree } from './tree.js'

/** Rows to learn from, or to judge by: inputs are rows × features, targets as the loss has them. */
export interface Sample {
  readonly inputs: Float32Array
  readonly targets: ArrayLike<number>
}

/** How trees are boosted. */
export interface Boosting extends Growth {
  /** The most rounds, with one tree for each output. */
  readonly rounds: number
  /** After how many rounds without a better loss on the judging rows it ends. */
  readonly patience: number
}

/** Trees whose values are added up, and what they are added to. */
export interface Boosted {
  readonly features: number
  readonly start: Float64Array
  /** Round by round, one tree for each output. */
  readonly trees: readonly (readonly Tree[])[]
}

/**
 * Boosts trees by the gradients of a loss, one round after the other, and keeps the rounds up to the least
 * loss on the rows of `judge` (all of them if it has none). The result has no random part. `pause` is called
 * after each round; if it throws, so does this.
 */
export async function boost(
  learn: Sample,
  judge: Sample,
  { features, width, loss }: { features: number; width: number; loss: BoostingLoss },
  options: Boosting,
  pause: () => Promise<void>,
): Promise<Boosted> {
  const data = binned(learn.inputs, features)
  const start = loss.start(learn.targets, width)
  const outputs = repeated(start, data.rows)
  const judged = repeated(start, judge.inputs.length / features)
  const [first, second] = [new Float64Array(data.rows), new Float64Array(data.rows)]
  const trees: Tree[][] = []
  let best = { rounds: 0, loss: judged.length > 0 ? loss.mean(judged, judge.targets, width) : 0 }
  for (let round = 1; round <= options.rounds && round - best.rounds <= options.patience; round++) {
    // All positions of a round see the same outputs.
    const at = { outputs: outputs.slice(), targets: learn.targets, width }
    const grown = Array.from({ length: width }, (_, offset) => {
      loss.derivatives(at, offset, first, second)
      const { leaf } = loss
      const leafOf = leaf && ((rows: Uint32Array) => leaf(at, offset, rows))
      return growTree(data, first, second, options, { values: outputs, stride: width, offset }, leafOf)
    })
    grown.forEach((tree, offset) => {
      addTree(tree, judge.inputs, features, { values: judged, stride: width, offset })
    })
    trees.push(grown)
    const now = judged.length > 0 ? loss.mean(judged, judge.targets, width) : -round
    if (now < best.loss) best = { rounds: round, loss: now }
    await pause()
  }
  return { features, start, trees: trees.slice(0, best.rounds) }
}

/** The outputs of boosted trees for rows, rows × outputs. */
export function predictBoosted({ features, start, trees }: Boosted, inputs: Float32Array): Float64Array {
  const values = repeated(start, inputs.length / features)
  for (const round of trees)
    round.forEach((tree, offset) => {
      addTree(tree, inputs, features, { values, stride: start.length, offset })
    })
  return values
}

/** How many nodes boosted trees have, leaves included. */
export const nodesOf = ({ trees }: Boosted): number =>
  trees.flat().reduce((sum, { feature }) => sum + feature.length, 0)

const repeated = (values: Float64Array, rows: number): Float64Array =>
  Float64Array.from({ length: rows * values.length }, (_, i) => values[i % values.length]!)
