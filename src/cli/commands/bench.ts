import { resolve } from 'node:path'
import { backendNames, type BackendName } from '../../backend/index.js'
import { InputError } from '../../base/errors.js'
import { didYouMean } from '../../base/suggest.js'
import { writeJson } from '../../base/files.js'
import { loadConfig } from '../../config/load-config.js'
import { benchOperations } from '../../runs/bench-operations.js'
import { benchStep, type StepFigures } from '../../runs/bench-step.js'
import { command, type Arguments } from '../command.js'
import { backend, integer, json, out, path, set, settings, text, workers } from '../options.js'
import { force, outputOf } from '../output.js'
import { profileText } from '../profile-text.js'
import { textTable } from '../table.js'

export const bench = command({
  usage: 'bench <what> [config]',
  description: 'time a training step of a supernet, or the operations of a configuration’s',
  positionals: {
    what: { type: 'string', describe: 'step, on random inputs, or operations' },
    config: path('for operations: a YAML or JSON file'),
  },

  options: {
    supernet: { type: 'string', requiresArg: true, describe: 'the search space; darts by default' },
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
      describe: 'timed steps, behind one that is not; 5 by default',
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
    workers,
    set,
    out: out('for operations: the table to write, for config.objective.latency'),
    force,
    backend,
    json,
  },
  async run(args, { print }) {
    const what = text(args, 'what')
    if (what === 'operations') return print(await operations(args))
    if (what !== 'step') throw new InputError(`bench: expected step or operations, got "${what}"`)
    const count = (name: string, otherwise: number) => integer(args, name, 1) ?? otherwise
    const threads = count('workers', 1)
    const figures = await benchStep({
      supernet: text(args, 'supernet') ?? 'darts',
      options: { ...given(args, 'channels'), ...given(args, 'cells') },
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
    })
    if (args.json) return print(JSON.stringify(figures))
    print(describe(figures))
    if (figures.profile) print(profileText(figures.profile))
  },
})

/** Measures a configuration's operations, and writes the table where it is wanted. */
async function operations(args: Arguments): Promise<string> {
  const file = text(args, 'config')
  if (file === undefined) throw new InputError('bench operations: expected a configuration, got nothing')
  const name = text(args, 'backend')
  const loaded = loadConfig(file, name === undefined ? {} : { backend: name })
  const { data, objective } = loaded.config
  const read = [data.file, objective.latency].flatMap((path) =>
    typeof path === 'string' ? [resolve(loaded.folder, path)] : [],
  )
  const target = outputOf(args, { inputs: [file, ...read] })
  const table = await benchOperations(loaded)
  if (target !== undefined) writeJson(target, table)
  if (args.json) return JSON.stringify(table)
  return textTable([
    ['group', 'member', 'ms'],
    ...table.operations.map(({ group, member, ms }) => [group, member, String(ms)]),
  ])
}

function given(args: Arguments, name: string): Record<string, number> {
  const value = integer(args, name, 1)
  return value === undefined ? {} : { [name]: value }
}

function backendOf(args: Arguments): BackendName {
  const name = text(args, 'backend') ?? 'wasm'
  const found = backendNames.find((each) => each === name)
  if (!found)
    throw new InputError(
      `--backend: expected one of ${backendNames.join(', ')}, got "${name}"${didYouMean(name, backendNames)}`,
    )
  return found
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
}: StepFigures): string {
  const heap = heapMB === null ? '' : `, heap ${heapMB} MB`
  const times = `step: median ${medianMs} ms, least ${minMs} ms, ${examplesPerSecond} examples/s${heap}`
  const what = `${parameters.toLocaleString('en-US')} parameters, ${name}, ${plural(threads, 'worker')}, ${plural(shards, 'shard')}`
  if (!exchange) return `${times}; ${what}`
  const { startMs, copyMs, waitMs } = exchange
  return `${times}; ${what}\nworkers: started in ${startMs} ms; a step copies for ${copyMs} ms and waits for ${waitMs} ms`
}

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
