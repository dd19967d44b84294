import type * as tf from '@tensorflow/tfjs-core'
import type { Call, Device, Place } from 'sentei-kernels'
import { NotCompilable, type CompiledVectors, type Operand, type Vectors } from '../vectors.js'

/** A vector of a program: `count` float32 numbers at an address. */
interface Compiled {
  readonly at: number | Place
  readonly count: number
  /** For a tensor's numbers: the number of calls before it was taken. */
  readonly since?: number
}

const refuse = (reason: string): never => {
  throw new NotCompilable(reason)
}

/** The codes of `combine` in assembly/arithmetic.ts. */
const codes = { add: 0, sub: 1, mul: 2, div: 3, minimum: 4, maximum: 5 } as const

/** What a program computes on: its own memory, constants and live numbers in it, and tensors. */
function operands(device: Device) {
  const constants: (readonly [Place, Float32Array | Int32Array])[] = []
  const live: (readonly [Place, () => number])[] = []
  const tensors = new Map<tf.Tensor, number>()
  /** The number of calls before a tensor was overwritten, by its address. */
  const overwritten = new Map<number, number>()
  const single = new Map<number, Compiled>()
  let bytes = 0
  const room = (count: number): Compiled & { at: Place } => {
    const offset = bytes
    bytes += Math.ceil(count / 4) * 16
    return { at: { offset }, count }
  }
  const constant = (numbers: Float32Array | Int32Array): Compiled => {
    const slot = room(numbers.length)
    constants.push([slot.at, numbers])
    return slot
  }
  return {
    constants,
    live,
    tensors,
    overwritten,
    room,
    constant,
    bytes: () => bytes,
    addressOf: (tensor: tf.Tensor): number => {
      const address = device.pointer(tensor)
      tensors.set(tensor, address)
      return address
    },
    of: (operand: Operand<Compiled>): Compiled => {
      if (typeof operand === 'number') {
        const known = single.get(operand) ?? constant(Float32Array.of(operand))
        single.set(operand, known)
        return known
      }
      if (typeof operand === 'function') {
        const slot = room(1)
        live.push([slot.at, operand])
        return slot
      }
      const { at, since } = operand
      if (since !== undefined && overwritten.get(at as number)! >= since)
        refuse('a vector that is read after its tensor was overwritten')
      return operand
    },
  }
}

/**
 * Compiles arithmetic on vectors to calls of our kernels: `act` is called once, and each run computes what it
 * would compute then, on what its tensors and live numbers hold at that time. The results equal those of
 * `numberVectors` bit for bit. Throws NotCompilable if a result is wanted as a new tensor, or if a vector is
 * read after its tensor was overwritten.
 */
export function compileVectors(device: Device, act: <V>(v: Vectors<V>) => void): CompiledVectors {
  const calls: Call[] = []
  const { constants, live, tensors, overwritten, room, constant, bytes, addressOf, of } = operands(device)
  const call = (kernel: Call['kernel'], ...args: Call['args']): void => void calls.push({ kernel, args })
  /** Two operands, the room for their result, and by how much each moves from one number to the next. */
  const paired = (first: Operand<Compiled>, second: Operand<Compiled>) => {
    const [a, b] = [of(first), of(second)]
    const y = room(Math.max(a.count, b.count))
    const stepOf = ({ count }: Compiled) => Number(count === y.count && count > 1)
    return { a, b, y, aStep: stepOf(a), bStep: stepOf(b) }
  }
  const combined =
    (code: number) =>
    (first: Operand<Compiled>, second: Operand<Compiled>): Compiled => {
      const { a, b, y, aStep, bStep } = paired(first, second)
      call('combine', code, a.at, 0, aStep, b.at, 0, bStep, y.at, 1, y.count)
      return y
    }

  act<Compiled>({
    from: (tensor) => ({ at: addressOf(tensor), count: tensor.size, since: calls.length }),
    to: () => refuse('a new tensor'),
    put(into, vector) {
      if (!into || !device.owns(into)) return refuse('a new tensor')
      const address = addressOf(into)
      call('copyRows', of(vector).at, address, 1, vector.count * 4, 0, 0)
      overwritten.set(address, calls.length - 1)
      return into
    },
    of: (values) => constant(Float32Array.from(values)),
    add: combined(codes.add),
    sub: combined(codes.sub),
    mul: combined(codes.mul),
    div: combined(codes.div),
    minimum: combined(codes.minimum),
    maximum: combined(codes.maximum),
    atLeast(first, second) {
      const { a, b, y, aStep, bStep } = paired(first, second)
      call('atLeast', a.at, aStep, b.at, bStep, y.at, y.count)
      return y
    },
    sum(vector) {
      const y = room(1)
      call('sumMiddle', of(vector).at, y.at, 1, vector.count, 1, 1, 0)
      return y
    },
    largest(vector, n, places) {
      const y = room(1)
      const indices = constant(Int32Array.from(places))
      call('largest', of(vector).at, indices.at, places.length, n, room(n).at, y.at)
      return y
    },
  })
  const program = device.program({ calls, bytes: bytes(), constants, live })
  return {
    ...program,
    isInPlace: () =>
      [...tensors].every(([tensor, address]) => !tensor.isDisposed && device.pointer(tensor) === address),
  }
}
