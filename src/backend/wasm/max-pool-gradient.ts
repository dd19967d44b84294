import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core'
import { eachRun, windowInfo, type HeapBackend, type Kernel } from './heap.js'

/**
 * ∂/∂x of max pooling: each output's gradient goes to the first position that holds its maximum. Replaces
 * TensorFlow.js 4.22's own, which loses the gradient of windows whose maximum is negative.
 */
export const maxPoolGradient: Kernel = {
  kernelName: 'MaxPoolGrad',
  kernelFunc({ inputs, attrs, backend }) {
    const { dy, input, output } = inputs as Record<'dy' | 'input' | 'output', TensorInfo>
    const { filterSize, strides, pad } = attrs as unknown as {
      filterSize: [number, number] | number
      strides: [number, number] | number
      pad: 'same' | 'valid' | number
    }
    const shape = input.shape as [number, number, number, number]
    const info = windowInfo(backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad))
    const heap = backend as HeapBackend
    const out = heap.makeOutput(input.shape, 'float32')
    const [values, highest, upstream, gradient] = [input, output, dy, out].map((t) =>
      heap.typedArrayFromHeap(t),
    ) as [Float32Array, Float32Array, Float32Array, Float32Array]
    gradient.fill(0)
    const { channels } = info
    const taken = new Uint8Array(highest.length)
    eachRun(info, ({ input: from, inputStep, output: to, positions }) => {
      for (let p = 0; p < positions; p++)
        for (let c = 0; c < channels; c++) {
          const at = to + p * channels + c
          const source = from + p * inputStep + c
          if (values[source] !== highest[at] || taken[at]) continue
          taken[at] = 1
          gradient[source]! += upstream[at]!
        }
    })
    return out
  },
}
