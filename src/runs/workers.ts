import { InputError } from '../base/errors.js'
import { packagePath } from '../base/files.js'
import type { Config } from '../config/config-schema.js'
import { losses } from '../objective/losses.js'
import { terms } from '../registry.js'
import type { ResolvedConfig } from '../train/training.js'
import { WorkerPool } from '../train/workers/pool.js'
import type { RunHooks } from './hooks.js'

/** What a pool needs from a configuration. */
type WorkerSettings = Pick<Config, 'backend' | 'relaxedSimd'>

/** Backends that compute in the calling thread, so that more threads compute more. */
const oneThread: readonly Config['backend'][] = ['wasm', 'cpu']

/**
 * Starts workers on a backend, which must be the current one. The caller disposes the pool. `onOperations` is
 * called with a reason if some steps cannot be recorded and run by operations.
 */
export function startWorkers(
  { backend, relaxedSimd }: WorkerSettings,
  workers: number,
  onOperations?: (reason: string) => void,
): Promise<WorkerPool> {
  if (workers > 1 && !oneThread.includes(backend))
    throw new InputError(
      `--workers: expected 1 on backend ${backend}, which has threads of its own, got ${workers}`,
    )
  const entry = packagePath('dist/src/runs/shard-thread.js')
  const known = { losses, terms }
  return WorkerPool.start({ workers, backend, relaxed: relaxedSimd, entry, known, onOperations })
}

/**
 * Starts as many workers as the stages of a run have shards for, calls `use` with them, and ends them
 * afterwards. Tells `onNotice` of stages that have fewer shards than there are workers.
 */
export async function withWorkers<T>(
  settings: WorkerSettings,
  { workers = 1, onNotice }: RunHooks,
  stages: Readonly<Record<string, { readonly shards: number }>>,
  use: (pool: WorkerPool) => Promise<T>,
): Promise<T> {
  for (const [stage, { shards }] of Object.entries(stages))
    if (shards < workers)
      onNotice?.(
        `${workers} workers, but config.${stage}.shards is ${shards}: that stage keeps ${shards} of them busy; more shards change the result`,
      )
  const most = Math.max(...Object.values(stages).map(({ shards }) => shards))
  const told = new Set<string>()
  const pool = await startWorkers(settings, Math.min(workers, most), (reason) => {
    if (!told.has(reason))
      onNotice?.(`some steps are not replayed but run by operations, which takes longer: ${reason}`)
    told.add(reason)
  })
  try {
    return await use(pool)
  } finally {
    await pool.dispose()
  }
}

/** The stages of a configuration that split batches into shards: its searches and its retraining. */
export function stageShards({
  search,
  retrain,
  stages = [],
}: ResolvedConfig): Record<string, { readonly shards: number }> {
  const earlier = stages.map((stage, i): [string, { shards: number }] => [
    `stages.${i}.search`,
    { shards: Number(stage.search?.shards ?? search.shards) },
  ])
  return { ...Object.fromEntries(earlier), search, retrain }
}
