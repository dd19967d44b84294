import { outputsOf } from '../../data/types.js'
import { graphBuilder, type GraphBuilder } from '../../nn/builder.js'
import type { Graph, Shape } from '../../nn/graph.js'
import { retrainStage } from '../../trial/retrain-stage.js'
import { networkFigures, secondsSince } from './outcome.js'
import { onlyFor } from './suits.js'
import type { Rival } from './types.js'

const stages = [16, 32, 64]
const blocksPerStage = 2

/**
 * A plain residual network for small images (He et al., arXiv:1512.03385): a 3 × 3 convolution of 16
 * channels, three stages of 16, 32 and 64 channels with two blocks each, of which the second and third halve
 * the image, a mean over it and a dense layer; about 175,000 parameters. It trains with the trial's settings
 * of `retrain`, augmentation included, without a teacher.
 */
export const resnet: Rival = {
  byDefault: true,
  refuses: onlyFor('images'),
  async run(trial, hooks) {
    const start = performance.now()
    const { shape, task } = trial.data.dataset
    const graph = residualNetwork(shape, outputsOf(task))
    const final = await retrainStage(trial, hooks, 'retrain', graph, new Map())
    return {
      ...networkFigures(trial, final),
      seconds: { search: 0, baseline: null, retrain: secondsSince(start) },
    }
  },
}

function residualNetwork(shape: Shape, outputs: number): Graph {
  const builder = graphBuilder(shape, 'resnet')
  const stem = builder.within('stem')
  let x = stem.activation(stem.batchNorm(stem.conv(stem.input, { kernel: 3, channels: stages[0]! })), 'relu')
  stages.forEach((channels, stage) => {
    for (let block = 0; block < blocksPerStage; block++)
      x = residual(
        builder.within(`stage${stage}-block${block}`),
        x,
        channels,
        stage > 0 && block === 0 ? 2 : 1,
      )
  })
  const head = builder.within('head')
  head.output('task', head.dense(head.globalAvgPool(x), outputs))
  return builder.graph()
}

/** relu(F(x) + x) with two convolutions in F; where the shape changes, x passes a convolution of 1 × 1. */
function residual(b: GraphBuilder, x: string, channels: number, stride: number): string {
  const first = b.activation(b.batchNorm(b.conv(x, { kernel: 3, channels, stride })), 'relu')
  const second = b.batchNorm(b.conv(first, { kernel: 3, channels }))
  const same = stride === 1 && b.shapeOf(x).at(-1) === channels
  const past = same ? x : b.batchNorm(b.conv(x, { kernel: 1, channels, stride }))
  return b.activation(b.add([second, past]), 'relu')
}
