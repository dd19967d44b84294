import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packagePath } from '../src/base/files.js'
import type { PreparedData } from '../src/index.js'

/** Test errors (1 − accuracy, RMSE) that scikit-learn's MLP and boosting reach on the same rows, by a python that has it. */
export function sklearnErrors(
  { dataset, splits }: PreparedData,
  seed: number,
  python: string,
): Readonly<Record<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'sentei-bench-'))
  const written = (name: string, values: ArrayLike<number>): string => {
    writeFileSync(join(folder, name), new Uint8Array(Float64Array.from(values).buffer))
    return join(folder, name)
  }
  const rows = (name: 'train' | 'validation' | 'test') => [...splits[name]]
  const input = JSON.stringify({
    task: dataset.task.kind,
    features: dataset.inputs.length / dataset.rows,
    inputs: written('inputs', dataset.inputs),
    targets: written('targets', dataset.targets),
    splits: { train: [...rows('train'), ...splits.arch], validation: rows('validation'), test: rows('test') },
    seed,
  })
  try {
    const script = packagePath('bench/peers/sklearn_tables.py')
    const env = { ...process.env, OMP_NUM_THREADS: '1' }
    return JSON.parse(execFileSync(python, [script], { input, encoding: 'utf8', env })) as Record<
      string,
      number
    >
  } finally {
    rmSync(folder, { recursive: true })
  }
}
