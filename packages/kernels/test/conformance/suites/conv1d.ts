import * as tf from '@tensorflow/tfjs-core'
import { describe } from 'vitest'
import * as reference from '../reference/conv.js'
import { draw, type Operand } from '../reference/operand.js'
import type { Window } from '../reference/window.js'
import { conforms } from '../support/conforms.js'
import { itEach, share, type Subject } from '../support/subject.js'

/** `tf.conv1d` on [N, W, C]: forward, and the gradients of input and filter. */
export function conv1dSuite(subject: Subject): void {
  describe('conv1d', () => {
    itEach(subject, share(subject, cases), ({ dilation }) => (dilation > 1 ? refusal : undefined), check)
  })
}

const refusal = 'TensorFlow.js has no gradients of convolutions with dilation'

const cases = [1, 2, 3, 5, 7].flatMap((kernel) =>
  [
    { stride: 1, dilation: 1 },
    { stride: 2, dilation: 1 },
    { stride: 3, dilation: 1 },
    { stride: 1, dilation: 2 },
    { stride: 1, dilation: 3 },
  ].flatMap(({ stride, dilation }) =>
    (['same', 'valid'] as const).flatMap((pad) =>
      [
        { shape: [3, 19, 5], outputs: 4 },
        { shape: [1, 21, 1], outputs: 8 },
        { shape: [3, 23, 16], outputs: 3 },
      ].map(({ shape, outputs }) => {
        const window = `kernel ${kernel}, stride ${stride}, dilation ${dilation}, pad ${pad}`
        return {
          kernel,
          stride,
          dilation,
          pad,
          shape,
          outputs,
          title: `${window}, on [${shape.join(', ')}] → ${outputs}`,
        }
      }),
    ),
  ),
)

async function check({
  kernel,
  stride,
  dilation,
  pad,
  shape,
  outputs,
  title,
}: (typeof cases)[number]): Promise<void> {
  const [n, w, c] = shape as [number, number, number]
  const x = draw(`x ${title}`, [n, 1, w, c])
  const filter = draw(`filter ${title}`, [1, kernel, c, outputs])
  const window: Window = { kernel: [1, kernel], stride: [1, stride], dilation: [1, dilation], pad }
  const y = reference.conv2d(x, filter, window)
  const dy = draw(`dy ${title}`, y.shape)
  const { dx, dFilter } = reference.conv2dGradients(x, filter, dy, window)
  await conforms({
    inputs: { x: flat(x, 1), filter: flat(filter, 0), dy: flat(dy, 1) },
    want: { y: flat(y, 1), dx: flat(dx, 1), dFilter: flat(dFilter, 0) },
    run({ x, filter, dy }) {
      const { value, grads } = tf.valueAndGrads<tf.Tensor>((...[input, taps]: tf.Tensor[]) =>
        tf.conv1d(input as tf.Tensor3D, taps as tf.Tensor3D, stride, pad, 'NWC', dilation),
      )([x, filter], dy)
      return { y: value, dx: grads[0]!, dFilter: grads[1]! }
    },
  })
}

/** The same numbers without an axis of size 1. */
const flat = ({ values, shape }: Operand, axis: number): Operand => ({
  values,
  shape: shape.filter((_, i) => i !== axis),
})
