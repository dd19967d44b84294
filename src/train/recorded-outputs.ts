import * as tf from '@tensorflow/tfjs-core'
import type { Device } from '../backend/wasm/device.js'
import { NotRecordable } from '../backend/wasm/recorder.js'
import { recordingBytes, type Tape } from '../backend/wasm/recording.js'
import type { Rehearsed } from '../backend/wasm/rehearsal.js'
import { currentDevice } from '../backend/wasm/training-kernels.js'
import type { Graph } from '../nn/graph.js'
import type { ParameterStore } from '../nn/parameter-store.js'
import { run } from '../nn/run.js'
import { mixturesOf, mixturesRead, type PassNetwork } from './network.js'

/** A recorded forward pass. It holds no tensors, because all its numbers lie in the tape's memory. */
interface RecordedForward {
  readonly device: Device
  readonly tape: Tape
  readonly input: number
  readonly mixtures: ReadonlyMap<string, number>
  readonly output: { readonly address: number; readonly size: number }
}

/** A network that was evaluated before, with this number of rows. */
interface Known {
  readonly graph: Graph
  readonly rows: number
  /** The addresses of its parameters. A network with other addresses counts as another network. */
  readonly parameters: readonly (readonly [name: string, address: number])[]
  /** Undefined if the network cannot be recorded. */
  readonly rehearsed: Rehearsed | undefined
  recorded: RecordedForward | undefined
}

/**
 * The networks that were evaluated last, most recent first. There are few, because each has memory of its
 * own.
 */
let known: Known[] = []
const mostKnown = 4

/**
 * The most bytes of a recording. Larger passes spend most of their time in kernels anyway, and their memory
 * is needed elsewhere.
 */
const mostBytes = 1 << 26

/**
 * The task outputs of a network for inputs [rows, …shape], as numbers [rows · outputs]. On wasm the second
 * evaluation is recorded, and from then on it is replayed.
 */
export function recordedOutputs(
  network: PassNetwork,
  inputs: Float32Array,
  rows: number,
  shape: readonly number[],
): Float32Array {
  const device = currentDevice()
  if (!device || device.records) return outputsOf(network, inputs, [rows, ...shape])
  const found = known.find((each) => isOf(each, device, network, rows))
  if (!found) return firstOutputs(device, network, inputs, [rows, ...shape])
  known = [found, ...known.filter((each) => each !== found)]
  if (!found.rehearsed || isTooLarge(found.rehearsed)) return outputsOf(network, inputs, [rows, ...shape])
  found.recorded ??= record(device, found.rehearsed, network, inputs, [rows, ...shape])
  return replayed(found.recorded, network, inputs)
}

function isTooLarge(rehearsed: Rehearsed): boolean {
  const { own, shared } = recordingBytes(rehearsed)
  return own + shared > mostBytes
}

/** Computes the output by operations, from given tensors. The caller owns the result. */
const outputOf = (
  graph: Graph,
  weights: Pick<ParameterStore, 'get'>,
  input: tf.Tensor,
  mixture: (group: string) => tf.Tensor1D,
): tf.Tensor =>
  run(graph, ['task'], {
    input,
    training: false,
    parameter: (name) => weights.get(name),
    mixture,
    statistics: new Map(),
  }).task

/** The outputs, computed by operations and without a rehearsal. */
function outputsOf(network: PassNetwork, inputs: Float32Array, shape: number[]): Float32Array {
  const mixtures = mixturesOf(network)
  const input = tf.tensor(inputs, shape)
  const output = outputOf(network.graph, network.weights, input, mixtures.of)
  mixtures.dispose()
  const values = output.dataSync<'float32'>().slice()
  tf.dispose([input, output])
  return values
}

/** The mixture weights of all groups that a network reads. */
const mixtureNumbers = (network: PassNetwork): Map<string, Float32Array> =>
  new Map(
    mixturesRead(network.graph).map((group) => [
      group,
      tf.tidy(() => network.mixture(group).dataSync<'float32'>().slice()),
    ]),
  )

/**
 * The work that is rehearsed and recorded. It turns inputs and mixture weights into tensors whose numbers may
 * change before each replay, and notes the parameters that it reads.
 */
function work(network: PassNetwork, inputs: Float32Array, shape: number[]) {
  const numbers = mixtureNumbers(network)
  const parameters = new Map<string, tf.Tensor>()
  const weights = {
    get(name: string) {
      const tensor = network.weights.get(name)
      parameters.set(name, tensor)
      return tensor
    },
  }
  const compute = () => {
    const input = tf.tensor(inputs, shape)
    const mixtures = new Map([...numbers].map(([group, values]) => [group, tf.tensor1d(values)]))
    for (const tensor of [input, ...mixtures.values()]) currentDevice()!.vary(tensor)
    try {
      const output = outputOf(network.graph, weights, input, (group) => mixtures.get(group)!)
      return { input, mixtures, output }
    } catch (error) {
      tf.dispose([input, ...mixtures.values()])
      throw error
    }
  }
  return { compute, parameters }
}

type Tensors = ReturnType<ReturnType<typeof work>['compute']>

const dispose = ({ input, mixtures, output }: Tensors): void =>
  tf.dispose([input, output, ...mixtures.values()])

/** The first evaluation runs by operations, and is the rehearsal for a recording. */
function firstOutputs(
  device: Device,
  network: PassNetwork,
  inputs: Float32Array,
  shape: number[],
): Float32Array {
  const { compute, parameters } = work(network, inputs, shape)
  try {
    const { result, rehearsed } = device.rehearse(compute)
    const values = result.output.dataSync<'float32'>().slice()
    dispose(result)
    const places = [...parameters].map(([name, tensor]) => [name, device.pointer(tensor)] as const)
    const own = { graph: network.graph, rows: shape[0]!, parameters: places, rehearsed, recorded: undefined }
    remember(device, own)
    return values
  } catch (error) {
    if (!(error instanceof NotRecordable)) throw error
    remember(device, {
      graph: network.graph,
      rows: shape[0]!,
      parameters: [],
      rehearsed: undefined,
      recorded: undefined,
    })
    return outputsOf(network, inputs, shape)
  }
}

function remember(device: Device, own: Known): void {
  const all = [own, ...known]
  known = all.slice(0, mostKnown).filter(({ recorded }) => !recorded || recorded.device === device)
  for (const { recorded } of all)
    if (recorded && !known.some((each) => each.recorded === recorded)) erase(recorded)
}

const erase = ({ device, tape }: RecordedForward): void => {
  device.erase(tape)
}

function record(
  device: Device,
  rehearsed: Rehearsed,
  network: PassNetwork,
  inputs: Float32Array,
  shape: number[],
): RecordedForward {
  const { result, tape } = device.record(rehearsed, work(network, inputs, shape).compute)
  const { input, mixtures, output } = result
  const recorded = {
    device,
    tape,
    input: device.pointer(input),
    mixtures: new Map([...mixtures].map(([group, tensor]) => [group, device.pointer(tensor)])),
    output: { address: device.pointer(output), size: output.size },
  }
  // Only the tensors are disposed. Their memory belongs to the tape and stays valid.
  dispose(result)
  return recorded
}

const isOf = (
  { graph, rows, parameters, recorded }: Known,
  device: Device,
  network: PassNetwork,
  wanted: number,
): boolean =>
  graph === network.graph &&
  rows === wanted &&
  // Another variant of the kernels has other bits.
  (!recorded || recorded.device === device) &&
  parameters.every(([name, address]) => device.pointer(network.weights.get(name)) === address)

function replayed(
  { device, tape, input, mixtures, output }: RecordedForward,
  network: PassNetwork,
  inputs: Float32Array,
): Float32Array {
  device.view(input, inputs.length).set(inputs)
  const numbers = mixtureNumbers(network)
  for (const [group, address] of mixtures) {
    const values = numbers.get(group)!
    device.view(address, values.length).set(values)
  }
  tape.replay()
  return device.view(output.address, output.size).slice()
}
