import * as tf from '@tensorflow/tfjs-core'
import { InputError } from '../base/errors.js'

/**
 * Returns the result of a term's or a relaxation's function if it is a tensor of the expected shape;
 * otherwise throws an InputError. TensorFlow.js would broadcast another shape, or sum what should be a
 * scalar.
 */
export function shaped<T extends tf.Tensor>(value: T, shape: readonly number[], of: string): T {
  const actualShape = (value as unknown) instanceof tf.Tensor ? value.shape : undefined
  if (actualShape?.length === shape.length && shape.every((size, i) => actualShape[i] === size)) return value
  const said = (of: readonly number[]) =>
    of.length === 0 ? 'a scalar tensor' : `a tensor of shape [${of.join(', ')}]`
  const got = actualShape ? said(actualShape) : value === undefined ? 'nothing' : typeof value
  throw new InputError(`${of}: expected ${said(shape)}, got ${got}`)
}
