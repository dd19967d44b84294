import { isFloat, sizeOf, wasmKernel } from '../kernel.js'

/** tanh(x), four numbers at a time. The backend's own kernel takes one after another. */
export const tanh = wasmKernel<'x'>(
  'Tanh',
  ({ inputs: { x }, device }) => {
    const out = device.output(x.shape)
    device.kernels.tanh(device.pointer(x), device.pointer(out), sizeOf(x.shape))
    return out
  },
  ({ inputs: { x } }) => isFloat(x),
)
