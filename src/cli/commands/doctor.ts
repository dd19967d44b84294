import { accessSync, constants } from 'node:fs'
import { availableParallelism, freemem, totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import { wrapLines } from '../../base/wrap.js'
import { command, exitCodes } from '../command.js'
import { names } from '../names.js'
import { json } from '../options.js'

interface Finding {
  readonly what: string
  readonly ok: boolean
  /** Whether Sentei works without it. */
  readonly optional?: boolean
  readonly found: string
}

export const doctor = command({
  usage: 'doctor',
  description: 'check whether this machine has what Sentei needs',
  options: { json },
  async run(args, { print, columns }) {
    const findings = [
      nodeVersion(),
      ...(await backends()),
      await simd(),
      await recording(),
      memory(),
      writeAccess(),
    ]
    const ready = findings.every(({ ok, optional }) => ok || optional)
    if (args.json) print(JSON.stringify({ ready, findings }))
    else {
      const verdict = ready
        ? 'Sentei can run here.'
        : 'Sentei cannot run here before what is MISSING is there.'
      print(wrapLines([...findings.map(line), verdict].join('\n'), columns))
    }
    return ready ? 0 : exitCodes.failed
  },
})

function line({ what, ok, optional, found }: Finding): string {
  return `${ok ? 'ok      ' : optional ? 'absent  ' : 'MISSING '}${what}: ${!ok && optional ? 'optional; ' : ''}${found}`
}

function nodeVersion(): Finding {
  const [major, minor] = process.versions.node.split('.').map(Number) as [number, number]
  const ok = major > 20 || (major === 20 && minor >= 19)
  return { what: 'node', ok, found: ok ? process.version : `${process.version}; install 20.19 or later` }
}

async function backends(): Promise<Finding[]> {
  const { useBackend } = await import('../../backend/index.js')
  const findings: Finding[] = []
  // wasm comes last, because the backend that is started last stays current.
  for (const name of [...names.backends].reverse()) {
    const optional = name !== 'wasm' && name !== 'cpu'
    try {
      await useBackend(name)
      findings.unshift({ what: `backend ${name}`, ok: true, optional, found: 'works' })
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      const found = message.replace(/^backend \w+: /, '').replace(/ \(.*\)$/s, '')
      findings.unshift({ what: `backend ${name}`, ok: false, optional, found })
    }
  }
  return findings
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
  const { currentDevice } = await import('../../backend/wasm/index.js')
  const what = 'recorded steps'
  const device = currentDevice()
  if (!device) return { what, ok: false, optional: true, found: 'they need backend wasm' }
  const x = tf.tensor1d([1, 2])
  const work = () => tf.square(x)
  const { result: first, rehearsed } = device.rehearse(work)
  const { result, tape } = device.record(rehearsed, work)
  device.numbers(x).set([3, 4])
  tape.replay()
  const ok = result.dataSync().join() === '9,16'
  tf.dispose([first, result, x])
  device.erase(tape)
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
  const ok = totalmem() > 2 * 2 ** 30
  const found = `${gigabytes(freemem())} free of ${gigabytes(totalmem())}, heap limit ${gigabytes(heap)}, ${availableParallelism()} cores`
  return {
    what: 'memory',
    ok,
    optional: true,
    found: ok ? found : `${found}; take a smaller supernet or batch`,
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
