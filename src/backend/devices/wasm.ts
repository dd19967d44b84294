import {
  adamInPlace,
  blendInPlace,
  currentDevice as currentKernels,
  kernels,
  livingBytes,
  NotRecordable as RefusedByKernels,
  recordingBytes,
  sgdInPlace,
  squaredNorm,
  type Device as Kernels,
  type Rehearsed as RehearsedCalls,
  type Tape,
  type Workspaces,
} from 'sentei-kernels'
import type { Device, Steps } from '../device.js'
import { NotRecordable, type Recorder, type Rehearsed } from '../recorder.js'
import { runRegistered } from './plain.js'
import { compileVectors } from './wasm-vectors.js'

const names: ReadonlySet<string> = new Set(kernels.map(({ name }) => name))

const devices = new WeakMap<Kernels, Device>()

/** The device of the current backend, wasm; undefined while it has not our kernels. */
export function currentWasmDevice(): Device | undefined {
  const wasmKernels = currentKernels()
  if (!wasmKernels) return undefined
  const known = devices.get(wasmKernels)
  if (known) return known
  const device = wasmDevice(wasmKernels)
  devices.set(wasmKernels, device)
  return device
}

/** The wasm backend with our kernels: they have everything. */
const wasmDevice = (wasmKernels: Kernels): Device => ({
  backend: 'wasm',
  has: (kernel) => names.has(kernel),
  run: runRegistered,
  owns: (tensor) => wasmKernels.owns(tensor),
  addTo(total, x) {
    if (!wasmKernels.owns(total)) return false
    wasmKernels.kernels.addInto(wasmKernels.pointer(total), wasmKernels.pointer(x), total.size)
    return true
  },
  scale(x, factor) {
    if (!wasmKernels.owns(x)) return false
    wasmKernels.kernels.scaleTo(wasmKernels.pointer(x), factor, wasmKernels.pointer(x), x.size)
    return true
  },
  numbers: (tensor) => wasmKernels.numbers(tensor),
  copiesArrays: true,
  steps: stepsOf(wasmKernels),
  compile: (act) => compileVectors(wasmKernels, act),
  recorder: recorderOf(wasmKernels),
  memory: {
    taken: () => wasmKernels.memory.buffer.byteLength,
    // 32-bit addresses. What passes leave is for kernels' scratch areas and for what the allocator loses
    // between blocks.
    limit: 2 ** 32,
    forPasses: 3.6 * 2 ** 30,
  },
})

const stepsOf = (wasmKernels: Kernels): Steps => ({
  sgd: (rows, options) => sgdInPlace(wasmKernels, rows, options),
  adam: (rows, options) => adamInPlace(wasmKernels, rows, options),
  blend: (pairs, share) => blendInPlace(wasmKernels, pairs, share),
  squaredNorm: (tensors) => squaredNorm(wasmKernels, tensors),
})

/** What only this file knows of a rehearsal. */
interface WasmRehearsal extends Rehearsed {
  readonly calls: RehearsedCalls
}

const recorderOf = (wasmKernels: Kernels): Recorder => ({
  get active() {
    return wasmKernels.records
  },
  rehearse(work) {
    const { result, rehearsed: calls } = refusing(() => wasmKernels.rehearse(work))
    const rehearsed: WasmRehearsal = {
      calls,
      bytes: () => recordingBytes(calls),
      leastBytes: () => livingBytes(calls.lifetimes),
    }
    return { result, rehearsed }
  },
  record: (rehearsed, work, spaces) =>
    refusing(() =>
      wasmKernels.record((rehearsed as WasmRehearsal).calls, work, spaces as Workspaces | undefined),
    ),
  erase: (tape) => wasmKernels.erase(tape as Tape),
  workspaces: () => wasmKernels.workspaces(),
  vary: (tensor) => wasmKernels.vary(tensor),
  refill: (tensor, draw) => wasmKernels.refill(tensor, draw),
  placeOf: (tensor) => wasmKernels.pointer(tensor),
  view: (place, count) => wasmKernels.view(place, count),
})

/** Runs `work`, and says in the seam's own words what cannot be recorded. */
function refusing<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof RefusedByKernels ? new NotRecordable(error.reason) : error
  }
}
