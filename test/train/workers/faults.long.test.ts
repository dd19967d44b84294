import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, describe, expect, it } from 'vitest'
import { packagePath } from '../../../src/base/files.js'
import { losses } from '../../../src/objective/losses.js'
import { terms } from '../../../src/registry.js'
import { disposeGradients } from '../../../src/train/gradient-memory.js'
import { batchGradients } from '../../../src/train/gradients.js'
import { modelNetwork } from '../../../src/train/network.js'
import { WorkerPool, type PoolOptions } from '../../../src/train/workers/pool.js'
import { imageData, modelOf, tinyCells, trialOf } from '../../helpers/trials.js'
import { tensorCounter } from '../../setup/tensors.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-'))
const dist = (file: string) => pathToFileURL(packagePath('dist/src', file)).href
const entry = packagePath('dist/src/runs/shard-thread.js')

afterAll(() => rmSync(folder, { recursive: true }))

/** A thread's program that, told of a batch, takes a shard as threads do, and then does something else. */
function sabotaged(name: string, instead: string): string {
  const file = join(folder, `${name}.mjs`)
  writeFileSync(
    file,
    `import { workerData } from 'node:worker_threads'
    import { takeShard, threadControl } from '${dist('train/workers/control.js')}'
    const { port, control, thread } = workerData
    port.on('message', (message) => {
      if (message.kind !== 'batch') return
      threadControl(control, thread).busy()
      takeShard(control, message.tickets)
      ${instead}
    })
    await import('${dist('runs/shard-thread.js')}')`,
  )
  return file
}

const startPool = (more: Partial<PoolOptions> = {}) =>
  WorkerPool.start({
    workers: 2,
    backend: 'wasm',
    relaxed: false,
    entry,
    known: { losses, terms },
    ...more,
  })

/** Gradients of a batch of 12 shards, so that a thread gets one of them. */
function compute(pool: WorkerPool, loss = losses['cross-entropy']): void {
  const trial = trialOf(imageData({ train: 96, validation: 0 }), tinyCells())
  const model = modelOf(trial)
  const { inputs, targets } = trial.data
  const shards = Array.from({ length: 12 }, (_, i) => ({
    inputs: inputs.slice(i * 8 * 36, (i + 1) * 8 * 36),
    targets: targets.slice(i * 8, (i + 1) * 8),
    rows: 8,
  }))
  const wanted = {
    weights: model.weights.specs.filter(({ role }) => role === 'weight').map(({ name }) => name),
    alphas: trial.supernet.groups.map(({ name }) => name),
  }
  try {
    const lossWeights = { task: 1, reconstruction: 0, loss }
    disposeGradients(
      batchGradients(modelNetwork(model), [6, 6, 1], shards, lossWeights, wanted, { execute: pool.execute }),
    )
  } finally {
    model.dispose()
  }
}

describe('a thread that is lost', () => {
  it.each([
    ['by process.exit', 'process.exit(3)', /^worker 2 ended in a batch of 12 shards; use fewer workers/],
    ['without a word', 'process.reallyExit(5)', /^worker 2 ended in a batch of 12 shards/],
    ['in an error', 'throw new Error("lost")', /^worker 2 ended in a batch of 12 shards/],
    ['in a loop', 'for (;;);', /^worker 2 gave no sign of life for 2 seconds in a batch of 12 shards/],
  ])('%s ends the batch with an error, and those behind it', async (name, instead, message) => {
    const newTensors = tensorCounter()
    const pool = await startPool({ entry: sabotaged(name, instead), silentSeconds: 2 })
    expect(() => compute(pool)).toThrow(message)
    expect(() => compute(pool)).toThrow(message)
    await pool.dispose()
    expect(newTensors()).toBe(0)
  })

  it('between batches ends the next one', async () => {
    const file = join(folder, 'later.mjs')
    writeFileSync(
      file,
      `import { workerData } from 'node:worker_threads'
      workerData.port.on('message', ({ kind }) => kind === 'batch' && setTimeout(() => process.exit(7), 1000))
      await import('${dist('runs/shard-thread.js')}')`,
    )
    const pool = await startPool({ entry: file })
    compute(pool)
    await new Promise((resolve) => setTimeout(resolve, 3000))
    // With its code, where the event has come by now.
    expect(() => compute(pool)).toThrow('worker 2 ended')
    await pool.dispose()
  })
})

describe('a shard that fails', () => {
  const broken = () => {
    throw new Error('no loss today')
  }
  const entryWith = (loss: string) => {
    const file = join(folder, 'failing.mjs')
    writeFileSync(
      file,
      `import { losses } from '${dist('objective/losses.js')}'
      import { serveShards } from '${dist('train/workers/serve.js')}'
      await serveShards({ losses: { ...losses, mse: () => { throw new Error('${loss}') } }, terms: [] })`,
    )
    return file
  }

  it('in a thread: the batch fails by its message, the pool goes on', async () => {
    const newTensors = tensorCounter()
    const own = (outputs: tf.Tensor2D) => tf.mean<tf.Scalar>(outputs)
    const pool = await startPool({
      entry: entryWith('no loss there'),
      known: { losses: { ...losses, mse: own }, terms },
    })
    expect(() => compute(pool, own)).toThrow(/^worker 2, shard \d+: no loss there$/)
    compute(pool)
    await pool.dispose()
    expect(newTensors()).toBe(0)
  })

  it('in this thread: the others finish first, and nothing is left of them', async () => {
    const newTensors = tensorCounter()
    const pool = await startPool({ known: { losses: { ...losses, mse: broken }, terms } })
    expect(() => compute(pool, broken)).toThrow(/^no loss today$/)
    compute(pool)
    expect(pool.figures.batches).toBe(1)
    await pool.dispose()
    expect(newTensors()).toBe(0)
  })
})

describe('threads', () => {
  it('are refused with a remedy where they are not built', async () => {
    const missing = join(folder, 'missing.js')
    await expect(startPool({ entry: missing })).rejects.toThrow(
      `workers: ${missing} is missing, and threads run compiled code; run "npm run build"`,
    )
  })

  it('that cannot start say why', async () => {
    const file = join(folder, 'early.mjs')
    writeFileSync(file, `throw new Error('not today')`)
    await expect(startPool({ entry: file })).rejects.toThrow('worker 2 did not start: not today')
    writeFileSync(file, `process.exit(4)`)
    await expect(startPool({ entry: file })).rejects.toThrow('worker 2 did not start: it ended with code 4')
  })

  it('are gone behind dispose, and compute nothing any more', async () => {
    const threads = () => process.getActiveResourcesInfo().filter((name) => name === 'Worker').length
    const before = threads()
    const pool = await startPool({ workers: 3 })
    expect(pool.workers).toBe(3)
    compute(pool)
    await pool.dispose()
    await nextTurn()
    expect(threads()).toBe(before)
    expect(() => compute(pool)).toThrow('workers: the pool was disposed')
  })

  it('do not keep a process alive', () => {
    const file = join(folder, 'forgets.mjs')
    writeFileSync(
      file,
      `import { useBackend } from '${dist('backend/index.js')}'
      import { startWorkers } from '${dist('runs/workers.js')}'
      await useBackend('wasm')
      const pool = await startWorkers({ backend: 'wasm', relaxedSimd: false }, 2)
      console.log(pool.workers)`,
    )
    const { status, stdout } = spawnSync(process.execPath, [file], { encoding: 'utf8', timeout: 30_000 })
    expect({ status, stdout }).toEqual({ status: 0, stdout: '2\n' })
  })
})
