import type { ActivationName } from '../../nn/primitives/elementwise.js'
import type { OnnxBuilder } from './builder.js'

type ActivationWriter = (to: OnnxBuilder, name: string, x: string) => string

const number = (to: OnnxBuilder, name: string, value: number): string =>
  to.constant(name, 'float', [], [value])

/** The operators of each activation function; a new function needs a line here, or this does not compile. */
export const activationWriters: Readonly<Record<ActivationName, ActivationWriter>> = {
  relu: (to, name, x) => to.op('Relu', name, [x]),
  relu6: (to, name, x) =>
    to.op('Clip', name, [x, number(to, `${name}/least`, 0), number(to, `${name}/most`, 6)]),
  tanh: (to, name, x) => to.op('Tanh', name, [x]),
  sigmoid: (to, name, x) => to.op('Sigmoid', name, [x]),
  elu: (to, name, x) => to.op('Elu', name, [x]),
  swish: (to, name, x) => to.op('Mul', name, [x, to.op('Sigmoid', `${name}/gate`, [x])]),
  // x · Φ(x), as Gelu is an operator only from version 20 on.
  gelu: (to, name, x) => {
    const scaled = to.op('Mul', `${name}/scaled`, [x, number(to, `${name}/root`, Math.SQRT1_2)])
    const error = to.op('Erf', `${name}/erf`, [scaled])
    const shifted = to.op('Add', `${name}/shifted`, [error, number(to, `${name}/one`, 1)])
    const share = to.op('Mul', `${name}/share`, [shifted, number(to, `${name}/half`, 0.5)])
    return to.op('Mul', name, [x, share])
  },
  // The operator's defaults are the constants rounded to float32.
  selu: (to, name, x) => to.op('Selu', name, [x]),
  // x · tanh(ln(1 + eˣ)), as Mish is an operator only from version 18 on.
  mish: (to, name, x) => {
    const soft = to.op('Softplus', `${name}/soft`, [x])
    return to.op('Mul', name, [x, to.op('Tanh', `${name}/share`, [soft])])
  },
}
