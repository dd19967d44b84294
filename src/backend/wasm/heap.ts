import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core'

/** What our kernels use of TensorFlow.js's wasm backend: tensors as views of its heap. */
export interface HeapBackend {
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo
  typedArrayFromHeap(tensor: TensorInfo): Float32Array
}

/** A window over [N, H, W, C], as its kernels need it. */
export interface WindowInfo {
  readonly batch: number
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly outHeight: number
  readonly outWidth: number
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
  readonly dilation: readonly [number, number]
  /** Padding above and on the left. */
  readonly pad: readonly [number, number]
}

/** The shape of tfjs-core's own description of a convolution or pooling. */
export interface ConvInfo {
  batchSize: number
  inHeight: number
  inWidth: number
  inChannels: number
  outHeight: number
  outWidth: number
  filterHeight: number
  filterWidth: number
  strideHeight: number
  strideWidth: number
  dilationHeight: number
  dilationWidth: number
  padInfo: { top: number; left: number }
}

/** Takes over what a kernel needs of tfjs-core's description. */
export const windowInfo = (info: ConvInfo): WindowInfo => ({
  batch: info.batchSize,
  height: info.inHeight,
  width: info.inWidth,
  channels: info.inChannels,
  outHeight: info.outHeight,
  outWidth: info.outWidth,
  kernel: [info.filterHeight, info.filterWidth],
  stride: [info.strideHeight, info.strideWidth],
  dilation: [info.dilationHeight, info.dilationWidth],
  pad: [info.padInfo.top, info.padInfo.left],
})

/** One kernel tap along one row of outputs: where input and output begin, and how many positions follow. */
export interface Run {
  /** Offset of the first input position's first channel, and how far the next position's is. */
  input: number
  inputStep: number
  /** Offset of the first output position's first channel; the next position follows at once. */
  output: number
  positions: number
  tap: number
}

/** Calls back for each tap and output row with the positions that lie inside the image; reuses one `Run`. */
export function eachRun(info: WindowInfo, visit: (run: Run) => void): void {
  const { batch, height, width, channels, outHeight, outWidth, pad, stride, dilation } = info
  const run: Run = { input: 0, inputStep: stride[1] * channels, output: 0, positions: 0, tap: 0 }
  for (let n = 0; n < batch; n++)
    for (let row = 0; row < outHeight; row++)
      for (let i = 0; i < info.kernel[0]; i++) {
        const y = row * stride[0] + i * dilation[0] - pad[0]
        if (y < 0 || y >= height) continue
        for (let j = 0; j < info.kernel[1]; j++) {
          const offset = j * dilation[1] - pad[1]
          const first = Math.max(0, Math.ceil(-offset / stride[1]))
          const last = Math.min(outWidth - 1, Math.floor((width - 1 - offset) / stride[1]))
          if (last < first) continue
          run.input = ((n * height + y) * width + first * stride[1] + offset) * channels
          run.output = ((n * outHeight + row) * outWidth + first) * channels
          run.positions = last - first + 1
          run.tap = i * info.kernel[1] + j
          visit(run)
        }
      }
}

export type Kernel = Omit<KernelConfig, 'backendName'>
