import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Device } from '../device.js'
import { sizeOf, wasmKernel, type Four } from '../kernel.js'

export const Crop = 'SenteiCrop'
export const CropGradient = 'SenteiCropGradient'

interface CropAttributes {
  readonly top: number
  readonly left: number
}

/** x [N, H, W, C] without its first rows and columns. */
export const crop = wasmKernel<'x', CropAttributes>(Crop, ({ inputs: { x }, attrs, device }) => {
  const [n, h, w, c] = x.shape as Four
  const out = device.output([n, h - attrs.top, w - attrs.left, c])
  eachImage(device, x, out, attrs, (whole, part, rows, bytes, row) =>
    device.kernels.copyRows(whole, part, rows, bytes, row, bytes),
  )
  return out
})

/** The gradient of `Crop`: dy preceded by zeros, in the shape inputShape. */
export const cropGradient = wasmKernel<'dy', CropAttributes & { inputShape: Four }>(
  CropGradient,
  ({ inputs: { dy }, attrs, device }) => {
    const out = device.output(attrs.inputShape)
    device.kernels.clear(device.pointer(out), sizeOf(out.shape) * 4)
    eachImage(device, out, dy, attrs, (whole, part, rows, bytes, row) =>
      device.kernels.copyRows(part, whole, rows, bytes, bytes, row),
    )
    return out
  },
)

/**
 * Calls `copy` for each image, with the addresses of its part in the whole and in the part alone, and the
 * sizes of rows.
 */
function eachImage(
  device: Device,
  whole: TensorInfo,
  part: TensorInfo,
  { top, left }: CropAttributes,
  copy: (whole: number, part: number, rows: number, bytes: number, row: number) => void,
): void {
  const [n, h, w, c] = whole.shape as Four
  const [rows, row, bytes] = [h - top, w * c * 4, (w - left) * c * 4]
  for (let image = 0; image < n; image++)
    copy(
      device.pointer(whole) + (image * h + top) * row + left * c * 4,
      device.pointer(part) + image * rows * bytes,
      rows,
      bytes,
      row,
    )
}
