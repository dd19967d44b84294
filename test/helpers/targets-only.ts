import type { PreparedData, Task } from '../../src/data/types.js'

/** Data of one feature, 0 everywhere, with these targets: the first rows are in `train`, the others in `test`. */
export function targetsOnly(task: Task, targets: readonly number[], train: number): PreparedData {
  const all = Uint32Array.from(targets, (_, row) => row)
  const none = new Uint32Array(0)
  const scale = { mean: [], std: [] }
  return {
    dataset: {
      name: 'made',
      rows: all.length,
      shape: [1],
      features: ['x'],
      task,
      hash: 'h',
      inputs: new Float64Array(all.length),
      targets: Float64Array.from(targets),
      encoding: { kind: 'table', columns: [{ name: 'x' }], missing: 'refuse' },
    },
    splits: { train: all.slice(0, train), arch: none, validation: none, test: all.slice(train) },
    scaler: { input: scale, target: scale, fill: [0] },
    inputs: new Float32Array(all.length),
    targets: Float32Array.from(targets),
  }
}
