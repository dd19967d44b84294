import type { InputSize } from '../src/setup/random-data.js'

/** A training step of a supernet, which is timed. */
export interface Workload {
  readonly name: string
  readonly space: string
  /** Options of the space; its defaults otherwise. */
  readonly options?: Readonly<Record<string, number>>
  readonly input: InputSize
  readonly batch: number
  /** Timed in each round, unless told otherwise. */
  readonly steps: number
}

/** The supernets of bench/steps.ts, each with a peer in bench/peers/torch_*.py. */
export const workloads: readonly Workload[] = [
  { name: 'autoencoder-mlp', space: 'autoencoder-mlp', input: { features: 8 }, batch: 64, steps: 500 },
  { name: 'mlp-cell', space: 'mlp-cell', input: { features: 8 }, batch: 64, steps: 500 },
  {
    name: 'temporal-conv',
    space: 'temporal-conv',
    input: { length: 64, features: 6 },
    batch: 64,
    steps: 100,
  },
  { name: 'darts-cell', space: 'darts-cell', input: { image: 8 }, batch: 64, steps: 50 },
  {
    name: 'nas-bench-201',
    space: 'nas-bench-201',
    options: { channels: 16, cells: 5 },
    input: { image: 32 },
    batch: 64,
    steps: 7,
  },
  {
    name: 'darts-small',
    space: 'darts',
    options: { channels: 16, cells: 4 },
    input: { image: 32 },
    batch: 32,
    steps: 9,
  },
  {
    name: 'darts',
    space: 'darts',
    options: { channels: 16, cells: 8 },
    input: { image: 32 },
    batch: 64,
    steps: 5,
  },
]
