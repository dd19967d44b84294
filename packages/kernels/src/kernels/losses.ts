import { isFloat, sizeOf, wasmKernel } from '../kernel.js'

export const CrossEntropy = 'SenteiCrossEntropy'
export const DifferenceLoss = 'SenteiDifferenceLoss'

/** softmax(logits) over the last axis. */
export const softmax = wasmKernel<'logits', { dim: number }>(
  'Softmax',
  ({ inputs: { logits }, device }) => {
    const y = device.output(logits.shape)
    const classes = logits.shape.at(-1)!
    const rows = sizeOf(logits.shape) / classes
    device.kernels.softmaxRows(device.pointer(logits), device.pointer(y), rows, classes)
    return y
  },
  ({ inputs: { logits }, attrs }) =>
    isFloat(logits) && sizeOf(logits.shape) > 0 && [-1, logits.shape.length - 1].includes(attrs.dim),
)

/**
 * Outputs [N, C] and classes [N] or probabilities [N, C] → the mean cross-entropy, a scalar, and its gradient
 * [N, C]. If they are `weighted`, the probabilities of a row have the sum of its weight.
 */
export const crossEntropy = wasmKernel<'outputs' | 'targets', { weighted?: boolean }>(
  CrossEntropy,
  ({ inputs: { outputs, targets }, attrs, device }) => {
    const [rows, classes] = outputs.shape as [number, number]
    const [loss, gradient] = [device.output([]), device.output(outputs.shape)]
    const given = [
      device.pointer(outputs),
      device.pointer(targets),
      targets.shape.length === 2 ? (attrs.weighted ? 2 : 1) : 0,
    ] as const
    device.kernels.crossEntropy(...given, device.pointer(loss), device.pointer(gradient), rows, classes)
    return [loss, gradient]
  },
  ({ inputs: { outputs, targets } }) =>
    isFloat(targets) && [String(outputs.shape[0]), outputs.shape.join()].includes(targets.shape.join()),
)

/** Losses of a difference, in the order of their codes in `assembly/losses.ts`. */
const kinds = ['squared', 'absolute', 'huber'] as const
export type DifferenceKind = (typeof kinds)[number]

/**
 * Outputs and targets with the same number of values → the mean loss of their differences, a scalar, and its
 * gradient, in the shape of the outputs.
 */
export const differenceLoss = wasmKernel<'outputs' | 'targets', { kind: DifferenceKind }>(
  DifferenceLoss,
  ({ inputs: { outputs, targets }, attrs, device }) => {
    const [loss, gradient] = [device.output([]), device.output(outputs.shape)]
    const given = [kinds.indexOf(attrs.kind), device.pointer(outputs), device.pointer(targets)] as const
    device.kernels.differenceLoss(
      ...given,
      device.pointer(loss),
      device.pointer(gradient),
      sizeOf(outputs.shape),
    )
    return [loss, gradient]
  },
  ({ inputs: { outputs, targets } }) => isFloat(targets) && sizeOf(targets.shape) === sizeOf(outputs.shape),
)
