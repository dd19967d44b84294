import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packagePath } from '../../src/base/files.js'
import { gather } from '../../src/data/batches.js'
import { onnxModel, onnxPreprocess } from '../../src/export/onnx/model.js'
import { preciseModel } from '../../src/export/onnx/precise.js'
import { modelBytes } from '../../src/export/onnx/proto.js'
import { rawFeedsOf, rawInputs } from '../../src/export/onnx/raw-inputs.js'
import { onnxSession } from '../../src/export/onnx/runtime.js'
import { onnxPredictions } from '../../src/export/onnx/in-session.js'
import { precisions } from '../../src/runs/formats.js'
import type { TrainedNetwork } from '../../src/export/trained.js'
import { agreement } from '../../src/export/agreement.js'
import { temporaryFolder } from './helper.js'
import { preciseNetworks } from './precise-networks.js'
import { pythonWith } from '../helpers/python.js'

const folder = temporaryFolder()
const python = pythonWith(folder, ['onnx', 'onnxruntime', 'numpy'])

/**
 * What runtimes may differ by: sums in another order, and a step of 255 here and there where activations are
 * rounded. Python's onnxruntime rounds those of products by 8-bit kernels, too.
 */
const differences = { float32: 1e-4, float16: 1e-4, uint8: 0.02, 'int8-qdq': 0.02 } as const

test.skipIf(!python)(
  'Python’s checker takes models of every precision, and its onnxruntime agrees',
  async () => {
    const wanted = new Map<
      string,
      { trained: TrainedNetwork; rows: Uint32Array; outputs: Float64Array; most: number }
    >()
    for (const trained of await preciseNetworks())
      for (const precision of precisions) {
        const { dataset, splits } = trained.data
        const bytes = modelBytes(
          await preciseModel(onnxModel(trained, { foldNorms: true }), precision, trained),
        )
        const rows = splits.test.slice(0, 60)
        const session = await onnxSession(bytes, 'tests')
        const preprocess = onnxPreprocess(trained)
        const { outputs } = await onnxPredictions(session, preprocess, dataset.inputs, rows)
        await session.release()
        const size = dataset.shape.reduce((product, n) => product * n, 1)
        const feeds = rawFeedsOf(
          rawInputs(preprocess),
          gather(dataset.inputs, size, rows),
          dataset.shape.at(-1)!,
        )
        const name = `${trained.name}-${precision}`
        writeFileSync(join(folder, `${name}.onnx`), bytes)
        writeFileSync(
          join(folder, `${name}.json`),
          JSON.stringify({ feeds: feeds.map(({ values, ...feed }) => ({ ...feed, values: [...values] })) }),
        )
        wanted.set(name, { trained, rows, outputs, most: differences[precision] })
      }
    const script = packagePath('test', 'export', 'check_onnx.py')
    const found = JSON.parse(execFileSync(python!, [script, folder], { encoding: 'utf8' })) as Record<
      string,
      { outputs: number[] }
    >
    expect(Object.keys(found).sort()).toEqual([...wanted.keys()].sort())
    for (const [name, { trained, rows, outputs, most }] of wanted) {
      const got = Float64Array.from(found[name]!.outputs)
      const { relativeError } = agreement(outputs, got, rows.length, trained.data)
      expect(relativeError, name).toBeLessThan(most)
    }
  },
  600_000,
)
