import { useBackend } from '../backend/index.js'
import { InputError } from '../base/errors.js'
import { machineMemory } from '../base/machine-memory.js'
import type { Config } from '../config/config-schema.js'
import { prepareData } from '../data/prepare.js'
import type { LatencyTable } from '../setup/latency.js'
import { requirePlugins } from '../setup/plugins/needs.js'
import type { Extensions } from '../setup/setup-trial.js'
import { buildSupernet } from '../setup/supernet-of.js'
import { memberTimes } from './member-times.js'
import type { RuntimeName } from './runtimes.js'

export interface BenchOperationsOptions extends Pick<Extensions, 'spaces' | 'readers' | 'plugins'> {
  /** The configuration whose data, supernet and backend are measured. */
  readonly config: Config
  /** The folder to which paths in the configuration are relative. */
  readonly folder: string
  /**
   * What runs the operations: by default `sentei`, on the search's backend; `tfjs` and ONNX run on
   * WebAssembly.
   */
  readonly runtime?: RuntimeName
  /**
   * The number of timed runs of each operation; 30 by default. The shortest counts, because load only adds
   * time.
   */
  readonly runs?: number
  /** The milliseconds for which the runtime warms up before, 2,000 by default. */
  readonly warmUpMs?: number
}

/**
 * Measures every operation of a configuration's supernet for one example in a runtime, and returns the table
 * that `config.objective.latency` reads, with what else a network takes (`rest`). Operations that compute the
 * same are measured once.
 */
export async function benchOperations({
  config,
  folder,
  runtime = 'sentei',
  runs = 30,
  warmUpMs,
  spaces = [],
  readers = [],
  plugins,
}: BenchOperationsOptions): Promise<LatencyTable> {
  requirePlugins('config.plugins', config.plugins, plugins)
  await (runtime === 'sentei'
    ? useBackend(config.backend, { relaxed: config.relaxedSimd })
    : useBackend('wasm', { plain: true }))
  const supernet = buildSupernet(config, await prepareData(config, folder, readers), spaces, machineMemory())
  const times = memberTimes(supernet, runtime, { runs, warmUpMs })
  const operations: LatencyTable['operations'] = []
  for (const { name, kind, members } of supernet.groups)
    if (kind === 'operations')
      for (const member of members)
        operations.push({ group: name, member: member.name, ms: rounded(await times.of(name, member.name)) })
  if (operations.length === 0)
    throw new InputError(
      `config.supernet.space: ${supernet.space} chooses no operations, so there is nothing to time`,
    )
  const about = {
    space: supernet.space,
    input: [...supernet.input],
    runtime,
    backend: runtime === 'sentei' ? config.backend : 'wasm',
    node: process.version,
  }
  return { format: 'sentei-latency/1', about, operations, rest: rounded(await times.rest()) }
}

const rounded = (ms: number): number => Number(ms.toPrecision(4))
