import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core'
import type { Device } from './device.js'

/** What a kernel gets; the names of inputs and attributes are tfjs-core's where it knows the kernel. */
export interface KernelCall<Inputs extends string, Attributes> {
  readonly inputs: Readonly<Record<Inputs, TensorInfo>>
  readonly attrs: Attributes
  readonly device: Device
}

/** One kernel for the wasm backend, ours or in place of TensorFlow.js's own. */
export interface WasmKernel {
  readonly name: string
  readonly run: (
    inputs: NamedTensorInfoMap,
    attrs: NamedAttrMap | undefined,
    device: Device,
  ) => TensorInfo | TensorInfo[]
  /** May TensorFlow.js's own kernel be asked where this one does not apply? */
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
