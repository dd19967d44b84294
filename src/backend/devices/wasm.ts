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
  const own = currentKernels()
  if (!own) return undefined
  const known = devices.get(own)
  if (known) return known
  const device = wasmDevice(own)
  devices.set(own, device)
  return device
}

/** The wasm backend with our kernels: they have everything. */
const wasmDevice = (own: Kernels): Device => ({
  backend: 'wasm',
  has: (kernel) => names.has(kernel),
  run: runRegistered,
  owns: (tensor) => own.owns(tensor),
  addTo(total, x) {
    if (!own.owns(total)) return false
    own.kernels.addInto(own.pointer(total), own.pointer(x), total.size)
    return true
  },
  scale(x, factor) {
    if (!own.owns(x)) return false
    own.kernels.scaleTo(own.pointer(x), factor, own.pointer(x), x.size)
    return true
  },
  numbers: (tensor) => own.numbers(tensor),
  copiesArrays: true,
  steps: stepsOf(own),
  compile: (act) => compileVectors(own, act),
  recorder: recorderOf(own),
  memory: {
    taken: () => own.memory.buffer.byteLength,
    // 32-bit addresses. What passes leave is for kernels' scratch areas and for what the allocator loses
    // between blocks.
    limit: 2 ** 32,
    forPasses: 3.6 * 2 ** 30,
  },
})

const stepsOf = (own: Kernels): Steps => ({
  sgd: (rows, options) => sgdInPlace(own, rows, options),
  adam: (rows, options) => adamInPlace(own, rows, options),
  blend: (pairs, share) => blendInPlace(own, pairs, share),
  squaredNorm: (tensors) => squaredNorm(own, tensors),
})

/** What only this file knows of a rehearsal. */
interface Found extends Rehearsed {
  readonly calls: RehearsedCalls
}

const recorderOf = (own: Kernels): Recorder => ({
  get active() {
    return own.records
  },
  rehearse(work) {
    const { result, rehearsed: calls } = refusing(() => own.rehearse(work))
    const rehearsed: Found = {
      calls,
      bytes: () => recordingBytes(calls),
      leastBytes: () => livingBytes(calls.lifetimes),
    }
    return { result, rehearsed }
  },
  record: (rehearsed, work, spaces) =>
    refusing(() => own.record((rehearsed as Found).calls, work, spaces as Workspaces | undefined)),
  erase: (tape) => own.erase(tape as Tape),
  workspaces: () => own.workspaces(),
  vary: (tensor) => own.vary(tensor),
  refill: (tensor, draw) => own.refill(tensor, draw),
  placeOf: (tensor) => own.pointer(tensor),
  view: (place, count) => own.view(place, count),
})

/** Runs `work`, and says in the seam's own words what cannot be recorded. */
function refusing<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof RefusedByKernels ? new NotRecordable(error.reason) : error
  }
}
