import { describe, expect, it } from 'vitest'
import { runTraining, type Training } from '../../src/train/loop.js'

/** A training that keeps what happens to it. */
function kept(changed: Partial<Training> = {}) {
  const log: string[] = []
  const training: Training = {
    steps: 3,
    ended: () => false,
    step(t) {
      log.push(`step ${t}`)
      return undefined
    },
    fault: () => undefined,
    goBack({ step, why }) {
      log.push(`back from ${step}: ${why}`)
      return 1
    },
    ...changed,
  }
  return { log, training }
}

describe('the loop of a training', () => {
  it('takes its steps from where it begins', async () => {
    const { log, training } = kept()
    expect(await runTraining(training, 1)).toEqual({ step: 3, interrupted: false })
    expect(log).toEqual(['step 1', 'step 2'])
  })

  it('goes back where a step diverges, and on from there', async () => {
    const { log, training } = kept()
    let bad = true
    const step = (t: number) => {
      training.step(t)
      if (t !== 2 || !bad) return undefined
      bad = false
      return { step: 3, why: 'it explodes' }
    }
    expect(await runTraining({ ...training, step }, 0)).toEqual({ step: 3, interrupted: false })
    expect(log).toEqual(['step 0', 'step 1', 'step 2', 'back from 3: it explodes', 'step 1', 'step 2'])
  })

  it('goes back where its end turns out to be none, as often as that is so', async () => {
    const faults = ['no number', 'none again']
    const { log, training } = kept({
      fault: (step) => (faults.length > 0 ? { step, why: faults.shift()! } : undefined),
    })
    await runTraining(training, 2)
    expect(log).toEqual([
      'step 2',
      'back from 3: no number',
      'step 1',
      'step 2',
      'back from 3: none again',
      'step 1',
      'step 2',
    ])
  })

  it('ends early where the training says so, and asks it for a fault first', async () => {
    const asked: number[] = []
    const { log, training } = kept({
      ended: (step) => step === 2,
      fault(step) {
        asked.push(step)
        return undefined
      },
    })
    expect(await runTraining(training, 0)).toEqual({ step: 2, interrupted: false })
    expect([log, asked]).toEqual([['step 0', 'step 1'], [2]])
  })

  it('stops before the next step where a signal says so, also one that comes from elsewhere', async () => {
    const stop = new AbortController()
    const { log, training } = kept({ steps: 1000, signal: stop.signal })
    setImmediate(() => {
      stop.abort()
    })
    const { step, interrupted } = await runTraining(training, 0)
    expect([interrupted, step < 1000, log.length]).toEqual([true, true, step])
  })

  it('leaves a failure to whoever started it', async () => {
    const { training } = kept({
      step: (t) => ({ step: t + 1, why: 'it explodes' }),
      goBack() {
        throw new Error('nothing helps')
      },
    })
    await expect(runTraining(training, 0)).rejects.toThrow('nothing helps')
  })
})
