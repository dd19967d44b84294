import { describe, it } from 'vitest'
import { Crop, CropGradient } from '../../../src/kernels/crop.js'
import { draw, zeros } from '../reference/operand.js'
import { conforms, runKernel } from '../support/conforms.js'
import { hasOurs, type Subject } from '../support/subject.js'

/** An image without its first rows and columns, and the gradient of that. */
export function cropSuite(subject: Subject): void {
  const cases = [1, 3, 4, 13, 16].flatMap((channels) =>
    [
      [1, 1],
      [0, 2],
      [3, 0],
    ].map(([top, left]) => ({ channels, top: top!, left: left! })),
  )
  describe.runIf(hasOurs(subject)).each(cases)('crop of $channels channels by $top, $left', (one) => {
    const { channels, top, left } = one
    const [n, h, w] = [2, 7, 5]
    const x = draw('x', [n, h, w, channels])
    const dy = draw('dy', [n, h - top, w - left, channels])
    const y = zeros(dy.shape)
    const dx = zeros(x.shape)
    dy.values.forEach((value, at) => {
      const c = at % channels
      const column = Math.floor(at / channels) % (w - left)
      const row = Math.floor(at / channels / (w - left)) % (h - top)
      const image = Math.floor(at / channels / (w - left) / (h - top))
      const from = ((image * h + row + top) * w + column + left) * channels + c
      y.values[at] = x.values[from]!
      dx.values[from] = value
    })
    it('conforms', () =>
      conforms({
        inputs: { x, dy },
        want: { y, dx },
        run: (tensors) => ({
          y: runKernel(Crop, { x: tensors.x }, { top, left }),
          dx: runKernel(CropGradient, { dy: tensors.dy }, { top, left, inputShape: [...x.shape] }),
        }),
      }))
  })
}
