import type { Tensor1D } from '@tensorflow/tfjs-core'

/**
 * A vector, a number, or a live number: one that may differ at each step, so that a compiled program asks for
 * it again.
 */
export type Operand<V> = V | number | (() => number)

/**
 * Arithmetic on short vectors [M] and single numbers ([1], or a plain number), which are broadcast to every
 * member of a vector. Gates are such vectors: updating them takes a dozen operations on a few numbers each,
 * so that calling an operation costs far more than its work.
 */
export interface Vectors<V> {
  from(tensor: Tensor1D): V
  to(vector: V): Tensor1D
  /**
   * A vector as a tensor. `into` must be the caller's alone. If the device owns it, the vector is written
   * into it, and `into` is returned. Otherwise the result is another tensor: a new one where the numbers are
   * accessible, elsewhere the vector itself.
   */
  put(into: Tensor1D | undefined, vector: V): Tensor1D
  of(values: readonly number[]): V
  add(a: Operand<V>, b: Operand<V>): V
  sub(a: Operand<V>, b: Operand<V>): V
  mul(a: Operand<V>, b: Operand<V>): V
  div(a: Operand<V>, b: Operand<V>): V
  minimum(a: Operand<V>, b: Operand<V>): V
  maximum(a: Operand<V>, b: Operand<V>): V
  /** 1 where a ≥ b, else 0. */
  atLeast(a: Operand<V>, b: Operand<V>): V
  sum(a: V): V
  /** The n-th largest of the members at the given places, counted from n = 1. */
  largest(a: V, n: number, places: readonly number[]): V
}

/** Thrown by arithmetic that cannot be compiled. Run it as it is instead. */
export class NotCompilable extends Error {}

/** Compiled arithmetic. Each run computes on what its tensors and live numbers hold then. */
export interface CompiledVectors {
  run(): void
  /** Whether all its tensors are still where they were. */
  isInPlace(): boolean
  dispose(): void
}
