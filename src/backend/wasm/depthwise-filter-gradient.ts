import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core'
import { eachRun, windowInfo, type HeapBackend, type Kernel, type Run } from './heap.js'

/** ∂/∂W of a depthwise convolution; TensorFlow.js's wasm backend has none (tensorflow/tfjs#8474). */
export const depthwiseFilterGradient: Kernel = {
  kernelName: 'DepthwiseConv2dNativeBackpropFilter',
  kernelFunc({ inputs, attrs, backend }) {
    const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo }
    const { strides, dilations, pad, filterShape } = attrs as unknown as {
      strides: [number, number]
      dilations: [number, number]
      pad: 'same'
      filterShape: [number, number, number, number]
    }
    const shape = x.shape as [number, number, number, number]
    const info = windowInfo(
      backend_util.computeConv2DInfo(shape, filterShape, strides, dilations, pad, 'floor', true),
    )
    const heap = backend as HeapBackend
    const out = heap.makeOutput(filterShape, 'float32')
    // Views come after the output: making it can grow the heap and detach them.
    const [input, upstream, gradient] = [x, dy, out].map((t) => heap.typedArrayFromHeap(t)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ]
    gradient.fill(0)
    eachRun(info, (run) => accumulate(gradient, input, upstream, info.channels, run))
    return out
  },
}

/** Adds Σ over a run's positions of x ⊙ dy; four channels at once keep four independent sums in flight. */
function accumulate(
  gradient: Float32Array,
  input: Float32Array,
  upstream: Float32Array,
  channels: number,
  { input: from, inputStep, output: to, positions, tap }: Run,
): void {
  const at = tap * channels
  let c = 0
  for (; c + 4 <= channels; c += 4) {
    let s0 = 0
    let s1 = 0
    let s2 = 0
    let s3 = 0
    for (let p = 0, x = from + c, y = to + c; p < positions; p++, x += inputStep, y += channels) {
      s0 += input[x]! * upstream[y]!
      s1 += input[x + 1]! * upstream[y + 1]!
      s2 += input[x + 2]! * upstream[y + 2]!
      s3 += input[x + 3]! * upstream[y + 3]!
    }
    gradient[at + c]! += s0
    gradient[at + c + 1]! += s1
    gradient[at + c + 2]! += s2
    gradient[at + c + 3]! += s3
  }
  for (; c < channels; c++) {
    let sum = 0
    for (let p = 0; p < positions; p++)
      sum += input[from + p * inputStep + c]! * upstream[to + p * channels + c]!
    gradient[at + c]! += sum
  }
}
