import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core'
import type { Device } from './device.js'

/** The arguments of a kernel. Inputs and attributes have the names of tfjs-core for kernels that it knows. */
export interface KernelCall<Inputs extends string, Attributes> {
  readonly inputs: Readonly<Record<Inputs, TensorInfo>>
  readonly attrs: Attributes
  readonly device: Device
}

/** One kernel for the wasm backend: a new one, or one that replaces TensorFlow.js's own. */
export interface WasmKernel {
  readonly name: string
  readonly run: (
    inputs: NamedTensorInfoMap,
    attrs: NamedAttrMap | undefined,
    device: Device,
  ) => TensorInfo | TensorInfo[]
  /**
   * Whether this kernel applies to the given inputs; if not, TensorFlow.js's own kernel runs. By default it
   * always applies.
   */
  readonly applies?: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap | undefined) => boolean
}

/** Declares a kernel with typed inputs and attributes. */
export const wasmKernel = <Inputs extends string, Attributes = Record<never, never>>(
  name: string,
  run: (call: KernelCall<Inputs, Attributes>) => TensorInfo | TensorInfo[],
  applies?: (call: Omit<KernelCall<Inputs, Attributes>, 'device'>) => boolean,
): WasmKernel => ({
  name,
  run: (inputs, attrs, device) =>
    run({ inputs: inputs as Record<Inputs, TensorInfo>, attrs: attrs as Attributes, device }),
  ...(applies && {
    applies: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap | undefined) =>
      applies({ inputs: inputs as Record<Inputs, TensorInfo>, attrs: attrs as Attributes }),
  }),
})

export type Four = [number, number, number, number]
export const isFloat = (tensor: TensorInfo): boolean => tensor.dtype === 'float32'
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1)
