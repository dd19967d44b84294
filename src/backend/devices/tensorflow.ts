import type { Device } from '../device.js'
import type { KernelName, WindowAttributes } from '../kernel-table.js'
import { plainDevice } from './plain.js'

/** Gradients of convolutions. TensorFlow's kernels ignore a dilation without a word. */
const gradients: ReadonlySet<KernelName> = new Set<KernelName>([
  'Conv2DBackpropInput',
  'Conv2DBackpropFilter',
  'DepthwiseConv2dNativeBackpropInput',
  'DepthwiseConv2dNativeBackpropFilter',
])

/** TensorFlow's own library: it has the gradients of convolutions without dilation. */
export const tensorflowDevice: Device = {
  ...plainDevice('tensorflow'),
  has: (kernel, attrs) =>
    gradients.has(kernel) && Math.max(...((attrs as WindowAttributes | undefined)?.dilations ?? [1])) === 1,
}
