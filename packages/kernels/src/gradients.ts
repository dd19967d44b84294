import * as tf from '@tensorflow/tfjs-core'
import { around, Spread } from './kernels/reduce.js'

/**
 * Registers gradients that any tfjs program on the wasm backend gets with the kernels: those of convolutions
 * with dilation, and those of sums and means without a tensor of ones. Other backends keep TensorFlow.js's
 * own.
 */
export function registerGradients(): void {
  replace('Conv2D', (dy, [x, filter], attrs) => ({
    x: () => runKernel('Conv2DBackpropInput', { dy, filter: filter! }, { ...attrs, inputShape: x!.shape }),
    filter: () => runKernel('Conv2DBackpropFilter', { x: x!, dy }, { ...attrs, filterShape: filter!.shape }),
  }))
  replace('DepthwiseConv2dNative', (dy, [x, filter], attrs) => ({
    x: () =>
      runKernel(
        'DepthwiseConv2dNativeBackpropInput',
        { dy, filter: filter! },
        { ...attrs, inputShape: x!.shape },
      ),
    filter: () =>
      runKernel(
        'DepthwiseConv2dNativeBackpropFilter',
        { x: x!, dy },
        { ...attrs, filterShape: filter!.shape },
      ),
  }))
  for (const name of ['Sum', 'Mean'])
    replace(name, (dy, [x], attrs) => {
      const axes = tf.util.parseAxisParam(attrs.axis as number[], x!.shape)
      const sizes = around(x!.shape, axes)
      if (!sizes) return undefined
      const scale = name === 'Mean' ? 1 / sizes[1] : 1
      return { x: () => runKernel(Spread, { dy }, { shape: x!.shape, sizes, scale }) }
    })
}

type Pullback = Record<string, () => tf.Tensor>
type Attributes = Record<string, unknown>

const runKernel = (name: string, inputs: Record<string, tf.Tensor>, attrs: Attributes): tf.Tensor =>
  tf.engine().runKernel(name, inputs, attrs as unknown as tf.NamedAttrMap)

const replaced = new Set<string>()

/**
 * Replaces a gradient of TensorFlow.js, which is still used on other backends and where ours is undefined.
 */
function replace(
  kernelName: string,
  gradient: (dy: tf.Tensor, saved: tf.Tensor[], attrs: Attributes) => Pullback | undefined,
): void {
  if (replaced.has(kernelName)) return
  replaced.add(kernelName)
  const original = tf.getGradient(kernelName)
  tf.unregisterGradient(kernelName)
  tf.registerGradient({
    ...original,
    gradFunc: (dy, saved, attrs) => {
      const pullback = tf.getBackend() === 'wasm' ? gradient(dy as tf.Tensor, saved, attrs) : undefined
      return pullback ?? original.gradFunc(dy, saved, attrs)
    },
  })
}
