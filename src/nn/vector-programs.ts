import * as tf from '@tensorflow/tfjs-core'
import type { Device } from '../backend/device.js'
import { currentDevice } from '../backend/devices/index.js'
import { NotCompilable, type CompiledVectors, type Vectors } from '../backend/vectors.js'
import { onVectors } from './vectors.js'

/** Work that was done before, by its key. */
interface Known {
  readonly key: readonly unknown[]
  readonly device: Device
  compiled: CompiledVectors | undefined
  /** How often its tensors had moved, so that it could not be run. */
  lost: number
}

/** The most programs that are kept. Beyond that, the one that ran longest ago is disposed. */
const mostKept = 8

/** If a program's tensors have moved more often than this, the work is not compiled any more. */
const mostLost = 3

/** Runs arithmetic on vectors that is much the same at every step. It owns programs; dispose it after use. */
export interface VectorPrograms {
  /**
   * Runs `act`. Where the device compiles, the second time with the same key compiles it, and later times run the program
   * without calling `act`. So `act` must depend on nothing but what the key holds, its tensors' numbers, and
   * live numbers, and it may change nothing but tensors, by `put`. The results are the same, bit for bit.
   */
  run(key: readonly unknown[], act: <V>(v: Vectors<V>) => void): void
  dispose(): void
}

/** Starts without programs. */
export function vectorPrograms(): VectorPrograms {
  let known: Known[] = []
  const dispose = ({ compiled }: Known): void => compiled?.dispose()
  return {
    run(key, act) {
      const device = currentDevice()
      if (!device.compile || device.recorder?.active) return directly(act)
      const program = known.find((each) => each.device === device && isSame(each.key, key))
      if (!program) {
        known = [{ key, device, compiled: undefined, lost: 0 }, ...known]
        known.splice(mostKept).forEach(dispose)
        return directly(act)
      }
      if (program !== known[0]) known = [program, ...known.filter((each) => each !== program)]
      if (program.compiled && !program.compiled.isInPlace()) {
        dispose(program)
        program.compiled = undefined
        program.lost += 1
      }
      if (!program.compiled && program.lost <= mostLost) compile(program, act)
      if (program.compiled) program.compiled.run()
      else directly(act)
    },
    dispose() {
      known.forEach(dispose)
      known = []
    },
  }
}

function compile(work: Known, act: <V>(v: Vectors<V>) => void): void {
  try {
    work.compiled = work.device.compile!(act)
  } catch (error) {
    if (!(error instanceof NotCompilable)) throw error
    work.lost = Infinity
  }
}

const directly = (act: <V>(v: Vectors<V>) => void): void => {
  tf.tidy(() => onVectors(act))
}

const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((each, i) => each === b[i])
