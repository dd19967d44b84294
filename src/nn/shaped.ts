import * as tf from '@tensorflow/tfjs-core'
import { InputError } from '../base/errors.js'

/**
 * Returns the result of a term's or a relaxation's function if it is a tensor of the expected shape;
 * otherwise throws an InputError. TensorFlow.js would broadcast another shape, or sum what should be a
 * scalar.
 */
export function shaped<T extends tf.Tensor>(value: T, shape: readonly number[], of: string): T {
  const found = (value as unknown) instanceof tf.Tensor ? value.shape : undefined
  if (found?.length === shape.length && shape.every((size, i) => found[i] === size)) return value
  const said = (of: readonly number[]) =>
    of.length === 0 ? 'a scalar tensor' : `a tensor of shape [${of.join(', ')}]`
  const got = found ? said(found) : value === undefined ? 'nothing' : typeof value
  throw new InputError(`${of}: expected ${said(shape)}, got ${got}`)
}
