import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../backend/devices/index.js'
import type { Course } from './course.js'
import type { MeanLosses } from './course.js'
import type { Gradients } from './shard.js'

/**
 * The part of a training's state that is summed up between two evaluations, and the losses of its first
 * batches.
 */
export interface Summed {
  lossSums: { task: number; reconstruction: number; count: number }
  course: Course
}

/** Sums of losses and step times since the last evaluation. It owns two scalars; dispose it after use. */
export interface RunningSums {
  /** Marks the beginning of a step. */
  begin(): void
  /** Adds the losses and the duration of the step that began last. */
  add(losses: Gradients['losses']): void
  /** Returns the means since the last call: the losses, and the time of a step in ms. */
  drain(progress: Summed): { losses: MeanLosses; stepMs: number }
  /** Copies the running sums from the device into the progress. */
  drainInto(progress: Summed): void
  /** Whether the sums are finite. */
  areFinite(): boolean
  restore(progress: Summed): void
  dispose(): void
}

const names = ['task', 'reconstruction'] as const

/** Creates empty sums. They stay on the device, so that an interrupted search adds up the same numbers. */
export function runningSums(): RunningSums {
  const sums = { task: tf.scalar(0), reconstruction: tf.scalar(0) }
  let count = 0
  let began = performance.now()
  let timed = { steps: 0, milliseconds: 0 }
  let first: Course['first'] = {}
  const set = (name: keyof typeof sums, next: tf.Scalar): void => {
    sums[name].dispose()
    sums[name] = tf.keep(next)
  }
  /** Adds to a sum, in the sum's own memory if the device can. */
  const add = (name: keyof typeof sums, value: tf.Scalar): void => {
    if (!currentDevice().addTo(sums[name], value)) set(name, tf.add(sums[name], value))
  }
  return {
    begin() {
      began = performance.now()
    },
    add(losses) {
      for (const name of names) {
        const value = losses[name]
        if (!value) continue
        add(name, value)
        // The course is plain data, and JSON has no NaN.
        if (first[name] !== undefined) continue
        const [loss] = value.dataSync()
        first[name] = Number.isFinite(loss) ? loss! : 0
      }
      count += 1
      timed = { steps: timed.steps + 1, milliseconds: timed.milliseconds + performance.now() - began }
    },
    drainInto(progress) {
      for (const name of names) progress.lossSums[name] = sums[name].dataSync()[0]!
      progress.lossSums.count = count
      progress.course.first = { ...first }
    },
    drain(progress) {
      this.drainInto(progress)
      const { task, reconstruction, count: steps } = progress.lossSums
      const stepMs = timed.milliseconds / timed.steps
      progress.lossSums = { task: 0, reconstruction: 0, count: 0 }
      for (const name of names) set(name, tf.scalar(0))
      count = 0
      timed = { steps: 0, milliseconds: 0 }
      const seen = (total: number) => (total === 0 ? null : total / steps)
      return {
        losses: {
          total: (task + reconstruction) / steps,
          task: seen(task),
          reconstruction: seen(reconstruction),
        },
        stepMs,
      }
    },
    areFinite: () => names.every((name) => Number.isFinite(sums[name].dataSync()[0])),
    restore({ lossSums, course }) {
      first = { ...course.first }
      for (const name of names) set(name, tf.scalar(lossSums[name]))
      count = lossSums.count
    },
    dispose: () => tf.dispose([sums.task, sums.reconstruction]),
  }
}
