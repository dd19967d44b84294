import { primitiveOf, readsOf } from './primitives/index.js'
import { sizeOf } from './primitives/types.js'
import type { Instruction } from './program.js'

/** Receives each instruction of a pass over `rows` examples and how long it took. */
export type PassObserver = (instruction: Instruction, rows: number, milliseconds: number) => void

/** The time that one kind of operation took, summed over all observed passes. */
export interface OperationTime {
  /**
   * The node's kind, and whether it was computed, computed again for its gradient, or its gradient was
   * computed.
   */
  readonly kind: string
  readonly run: Instruction['run']
  readonly count: number
  readonly milliseconds: number
  /**
   * The least number of bytes read and written: inputs and output; for gradients, the values they read and
   * the gradients that are wanted.
   */
  readonly bytes: number
  /** Multiplications and additions of convolutions and products. */
  readonly flop: number
}

/** Adds up where passes spend their time, by operation kind. */
export function passProfile(): {
  readonly observe: PassObserver
  /** The times, longest first. */
  read(): OperationTime[]
  clear(): void
} {
  const sums = new Map<string, OperationTime>()
  return {
    observe(instruction, rows, milliseconds) {
      const { run, node } = instruction
      const key = `${run} ${node.kind}`
      const sum = sums.get(key) ?? { kind: node.kind, run, count: 0, milliseconds: 0, bytes: 0, flop: 0 }
      sums.set(key, {
        ...sum,
        count: sum.count + 1,
        milliseconds: sum.milliseconds + milliseconds,
        bytes: sum.bytes + floatBytes * rows * floatsOf(instruction),
        flop: sum.flop + rows * flopOf(instruction),
      })
    },
    read: () => [...sums.values()].sort((a, b) => b.milliseconds - a.milliseconds),
    clear: () => {
      sums.clear()
    },
  }
}

const floatBytes = 4
const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0)

/** The numbers that an instruction reads and writes for one example. */
function floatsOf({ run, node, shapes, wanted }: Instruction): number {
  const sizes = shapes.map(sizeOf)
  const output = sizeOf(node.shape)
  if (run !== 'backward') return sumOf(sizes) + output
  const reads = readsOf(node)
  const readsInputs = reads.inputs === 'always' || (reads.inputs === 'own' && wanted.trained)
  const written = sumOf(sizes.filter((_, i) => wanted.inputs[i]))
  return output + (reads.output ? output : 0) + (readsInputs ? sumOf(sizes) : 0) + written
}

/**
 * Floating-point operations for one example. The gradient of the inputs costs as much as the operation
 * itself, and that of the weights as much again.
 */
function flopOf({ run, node, shapes, wanted }: Instruction): number {
  const once = 2 * (primitiveOf(node.kind).flops?.(shapes, node.shape, node.attrs) ?? 0)
  if (run !== 'backward') return once
  return once * ((wanted.inputs.some(Boolean) ? 1 : 0) + (wanted.trained ? 1 : 0))
}
