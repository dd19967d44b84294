import { accessSync, constants } from 'node:fs'
import { availableParallelism, freemem } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import { wrapLines } from '../../base/wrap.js'
import { InputError } from '../../base/errors.js'
import { machineMemory } from '../../base/machine-memory.js'
import { didYouMean } from '../../base/suggest.js'
import { backendFindings, defaultBackend, type Finding } from '../backend-findings.js'
import { command, exitCodes, type CommandContext } from '../command.js'
import { json, text } from '../options.js'

const installable = ['tensorflow', 'tensorflow-gpu'] as const

export const doctor = command({
  usage: 'doctor',
  description: 'check whether this machine has what Sentei needs',
  options: {
    install: {
      type: 'string',
      requiresArg: true,
      suggest: installable,
      describe:
        'first install an optional backend from npm and Python packages: tensorflow or tensorflow-gpu',
    },
    json,
  },
  async run(args, { print, say, columns }) {
    const wanted = text(args, 'install')
    if (wanted !== undefined) await install(wanted, say)
    const findings = [
      nodeVersion(),
      ...(await backendFindings()),
      await simd(),
      await recording(),
      memory(),
      writeAccess(),
    ]
    const ready = findings.every(({ ok, optional }) => ok || optional)
    if (args.json) print(JSON.stringify({ ready, backend: defaultBackend, findings }))
    else {
      const verdict = ready
        ? 'Sentei can run here.'
        : 'Sentei cannot run here until what is MISSING is provided.'
      print(wrapLines([...findings.map(line), verdict].join('\n'), columns))
    }
    return ready ? 0 : exitCodes.failed
  },
})

async function install(wanted: string, say: CommandContext['say']): Promise<void> {
  const name = installable.find((each) => each === wanted)
  if (!name)
    throw new InputError(
      `--install: expected one of ${installable.join(', ')}, got "${wanted}"${didYouMean(wanted, installable)}`,
    )
  const { installTensorflow } = await import('../../backend/tensorflow/install.js')
  say(`installed: ${installTensorflow(name, say)}`)
}

function line({ what, ok, optional, found: detail, command: paste }: Finding): string {
  const mark = ok ? 'ok      ' : optional ? 'absent  ' : 'MISSING '
  return `${mark}${what}: ${!ok && optional ? 'optional; ' : ''}${detail}${paste ? `\n          ${paste}` : ''}`
}

function nodeVersion(): Finding {
  const [major, minor] = process.versions.node.split('.').map(Number) as [number, number]
  const ok = major > 20 || (major === 20 && minor >= 19)
  return { what: 'node', ok, found: ok ? process.version : `${process.version}; install 20.19 or later` }
}

async function simd(): Promise<Finding> {
  const tf = await import('@tensorflow/tfjs-core')
  const ok = Boolean(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))
  return {
    what: 'wasm SIMD',
    ok,
    optional: true,
    found: ok ? 'available' : 'not available; searches take several times longer',
  }
}

/** Records some work on the wasm backend, which is the current one, and replays it on other numbers. */
async function recording(): Promise<Finding> {
  const tf = await import('@tensorflow/tfjs-core')
  const { currentDevice } = await import('../../backend/devices/index.js')
  const what = 'recorded steps'
  const { recorder } = currentDevice()
  if (!recorder) return { what, ok: false, optional: true, found: 'they need backend wasm' }
  const x = tf.tensor1d([1, 2])
  const work = () => tf.square(x)
  const { result: first, rehearsed } = recorder.rehearse(work)
  const { result, tape } = recorder.record(rehearsed, work)
  recorder.view(recorder.placeOf(x), 2).set([3, 4])
  tape.replay()
  const ok = result.dataSync().join() === '9,16'
  tf.dispose([first, result, x])
  recorder.erase(tape)
  const exceptions =
    'losses and terms of your own that read or draw numbers, and operations that only TensorFlow.js has'
  return {
    what,
    ok,
    optional: true,
    found: ok
      ? `replayed on backend wasm; these run by operations instead: ${exceptions}`
      : 'a replay gave other numbers; searches take several times longer',
  }
}

function memory(): Finding {
  const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GB`
  const heap = getHeapStatistics().heap_size_limit
  const ok = machineMemory() > 2 * 2 ** 30
  const resources = `${gigabytes(Math.min(freemem(), machineMemory()))} free of ${gigabytes(machineMemory())}, heap limit ${gigabytes(heap)}, ${availableParallelism()} cores`
  return {
    what: 'memory',
    ok,
    optional: true,
    found: ok ? resources : `${resources}; take a smaller supernet or batch`,
  }
}

function writeAccess(): Finding {
  try {
    accessSync('.', constants.W_OK)
    return { what: 'write access', ok: true, found: process.cwd() }
  } catch {
    return {
      what: 'write access',
      ok: false,
      found: `none to ${process.cwd()}; choose another folder with --out`,
    }
  }
}
