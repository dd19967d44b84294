import { resolve } from 'node:path'
import type { BackendName } from '../../backend/start.js'
import { InputError } from '../../base/errors.js'
import { didYouMean } from '../../base/suggest.js'
import type { ModelRuntime } from '../../runs/bench-latency.js'
import type { StepFigures } from '../../runs/bench-step.js'
import type { ReplayFigures } from '../../runs/replay-watch.js'
import type { RuntimeName } from '../../runs/runtimes.js'
import type { Extensions } from '../../setup/setup-trial.js'
import { command, files, type Arguments, type CommandContext } from '../command.js'
import { names } from '../names.js'
import {
  backend,
  integer,
  json,
  out,
  path,
  set,
  settings,
  text,
  workers,
  runPluginOptions,
} from '../options.js'
import { force, outputOf } from '../output.js'
import { textTable } from '../table.js'

export const bench = command({
  usage: 'bench <what> [config]',
  description: 'time a training step of a supernet, the operations of one, or a model',
  positionals: {
    what: {
      type: 'string',
      suggest: ['step', 'operations', 'latency'],
      describe: 'step, on random inputs, operations, or latency of a model',
    },
    config: path(
      'for operations: a YAML or JSON file; for latency: a run, a model’s folder, or an ONNX file',
    ),
  },

  options: {
    supernet: {
      type: 'string',
      requiresArg: true,
      suggest: names.spaces,
      describe: 'the search space; darts by default',
    },
    channels: { type: 'string', requiresArg: true, describe: 'the space’s option; its default otherwise' },
    cells: { type: 'string', requiresArg: true, describe: 'the space’s option; its default otherwise' },
    batch: { type: 'string', requiresArg: true, describe: 'examples a step; 64 by default' },
    image: { type: 'string', requiresArg: true, describe: 'images: height and width; 32 by default' },
    length: { type: 'string', requiresArg: true, describe: 'series: time steps; 128 by default' },
    features: {
      type: 'string',
      requiresArg: true,
      describe: 'tables: columns, series: channels; 8 by default',
    },
    steps: {
      type: 'string',
      requiresArg: true,
      describe:
        'timed steps, after three untimed ones; 5 by default. For latency: timed runs; 100 by default',
    },
    shards: {
      type: 'string',
      requiresArg: true,
      describe: 'parts of the batch; as many as workers by default',
    },
    relaxed: { type: 'boolean', default: false, describe: 'the relaxed-SIMD kernels of the wasm backend' },
    profile: {
      type: 'boolean',
      default: false,
      describe: 'for step: where its time goes, by operation kind',
    },
    trace: {
      type: 'string',
      requiresArg: true,
      describe: 'for step: a file for a trace of three steps, kernel by kernel, for Chromium’s viewer',
    },
    runtime: {
      type: 'string',
      requiresArg: true,
      suggest: names.runtimes,
      describe: 'for operations and latency: the runtime',
    },
    table: {
      type: 'string',
      requiresArg: true,
      suggest: [files],
      describe: 'for latency: a table of operations, to predict by; otherwise they are measured',
    },
    workers,
    ...runPluginOptions,
    set,
    out: out('for operations: the table to write, for config.objective.latency'),
    force,
    backend,
    json,
  },
  async run(args, { print, say }) {
    const what = text(args, 'what')
    if (what === 'operations') return print(await operations(args, say))
    if (what === 'latency') return print(await latency(args, say))
    if (what !== 'step') throw new InputError(`bench: expected step, operations or latency, got "${what}"`)
    const count = (name: string, otherwise: number) => integer(args, name, 1) ?? otherwise
    const threads = count('workers', 1)
    const target = text(args, 'trace') === undefined ? undefined : outputOf({ ...args, out: args.trace }, {})
    const { benchStep } = await import('../../runs/bench-step.js')
    const { trace, ...figures } = await benchStep({
      supernet: text(args, 'supernet') ?? 'darts',
      options: { ...given(args, 'channels'), ...given(args, 'cells') },
      spaces: (await pluginsIn(args, say)).spaces,
      batch: count('batch', 64),
      image: integer(args, 'image', 1),
      length: integer(args, 'length', 1),
      features: integer(args, 'features', 1),
      steps: count('steps', 5),
      shards: count('shards', threads),
      workers: threads,
      backend: backendOf(args),
      relaxed: Boolean(args.relaxed),
      set: settings(args),
      profile: Boolean(args.profile),
      trace: target !== undefined,
    })
    if (target !== undefined) {
      if (!trace)
        throw new InputError(
          '--trace: these steps are not replayed; expected backend wasm, --workers 1 and no --profile',
        )
      ;(await import('../../base/files.js')).writeJson(target, { traceEvents: trace })
    }
    if (args.json) return print(JSON.stringify(figures))
    print(describe(figures))
    if (!figures.profile) return
    const { profileText } = await import('../profile-text.js')
    print(profileText(figures.profile))
  },
})

/** Measures the operations of a configuration, and writes the table to `--out` if that is given. */
async function operations(args: Arguments, say: CommandContext['say']): Promise<string> {
  const file = text(args, 'config')
  if (file === undefined) throw new InputError('bench operations: expected a configuration, got nothing')
  const name = text(args, 'backend')
  const given = name === undefined ? {} : { backend: name }
  const { loadConfigured } = await import('../plugins.js')
  const { extensions, ...loaded } = await loadConfigured(file, given, args, { say })
  const { data, objective } = loaded.config
  const read = [data.file, objective.latency].flatMap((path) =>
    typeof path === 'string' ? [resolve(loaded.folder, path)] : [],
  )
  const target = outputOf(args, { inputs: [file, ...read] })
  const { benchOperations } = await import('../../runs/bench-operations.js')
  const runtime = chosen(args, 'runtime', names.runtimes)
  const table = await benchOperations({
    ...loaded,
    ...extensions,
    ...(runtime && { runtime: runtime as RuntimeName }),
  })
  if (target !== undefined) (await import('../../base/files.js')).writeJson(target, table)
  if (args.json) return JSON.stringify(table)
  return textTable([
    ['group', 'member', 'ms'],
    ...table.operations.map(({ group, member, ms }) => [group, member, String(ms)]),
  ])
}

/** The parts of the plugins that `--plugin` names. */
async function pluginsIn(args: Arguments, say: CommandContext['say']): Promise<Extensions> {
  const plugins = await import('../plugins.js')
  return plugins.pluginsIn(args, { say })
}

function given(args: Arguments, name: string): Record<string, number> {
  const value = integer(args, name, 1)
  return value === undefined ? {} : { [name]: value }
}

const backendOf = (args: Arguments): BackendName =>
  (chosen(args, 'backend', names.backends) ?? 'wasm') as BackendName

/** One of a list of names that an option gives; undefined if it is not given. */
function chosen(args: Arguments, option: string, known: readonly string[]): string | undefined {
  const name = text(args, option)
  if (name === undefined || known.includes(name)) return name
  throw new InputError(
    `--${option}: expected one of ${known.join(', ')}, got "${name}"${didYouMean(name, known)}`,
  )
}

/** Measures how long a model takes, and what is predicted. */
async function latency(args: Arguments, say: CommandContext['say']): Promise<string> {
  const model = text(args, 'config')
  if (model === undefined)
    throw new InputError('bench latency: expected a run, the folder of a model or an ONNX file, got nothing')
  const runtime = chosen(
    args,
    'runtime',
    names.runtimes.filter((name) => name !== 'sentei'),
  )
  const [table, runs] = [text(args, 'table'), integer(args, 'steps', 1)]
  const { benchLatency } = await import('../../runs/bench-latency.js')
  const latencies = await benchLatency({
    ...(await pluginsIn(args, say)),
    model,
    ...(runtime !== undefined && { runtime: runtime as ModelRuntime }),
    table,
    runs,
  })
  if (args.json) return JSON.stringify(latencies)
  const ms = (value: number) => value.toPrecision(3)
  return textTable([
    ['one example, ms', 'p50', 'p95', 'least', 'predicted', 'by'],
    ...latencies.map(({ runtime: name, p50, p95, least, predicted, by }) => [
      ...[name, ms(p50), ms(p95), ms(least)],
      ...(predicted === null ? ['–', '–'] : [ms(predicted), by === 'table' ? 'table' : 'operations']),
    ]),
  ])
}

function describe({
  medianMs,
  minMs,
  heapMB,
  backend: name,
  examplesPerSecond,
  workers: threads,
  shards,
  exchange,
  parameters,
  replay,
}: StepFigures): string {
  const heap = heapMB === null ? '' : `, heap ${heapMB} MB`
  const times = `step: median ${medianMs} ms, least ${minMs} ms, ${examplesPerSecond} examples/s${heap}`
  const what = `${parameters.toLocaleString('en-US')} parameters, ${name}, ${plural(threads, 'worker')}, ${plural(shards, 'shard')}`
  if (!exchange) return [`${times}; ${what}`, ...(replay ? [describeReplay(replay)] : [])].join('\n')
  const { startMs, copyMs, waitMs } = exchange
  return `${times}; ${what}\nworkers: started in ${startMs} ms; a step copies for ${copyMs} ms and waits for ${waitMs} ms`
}

function describeReplay({
  calls,
  memoryMB,
  tensorsMB,
  kernelsMs,
  interpreterMs,
  javascriptMs,
}: ReplayFigures): string {
  return `replayed: kernels ${kernelsMs} ms, reading their ${calls.toLocaleString('en-US')} calls ${interpreterMs} ms, JavaScript ${javascriptMs} ms; ${memoryMB} MB, ${tensorsMB} of them tensors`
}

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
