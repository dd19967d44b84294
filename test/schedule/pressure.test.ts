import { describe, expect, it } from 'vitest'
import { pressureOf, type GateMotion } from '../../src/schedule/pressure.js'
import { motionOf } from '../../src/search/gates/gate-time.js'
import { compile } from './context.js'

const segment = (from: number, to: number, lambda: number) => ({ from, to, lambda })

describe('the pressure that λ makes', () => {
  const motion: GateMotion = {
    travel: 2,
    moving: [
      [20, 60],
      [70, 80],
    ],
  }

  it('is the travel times the mean of λ over the iterations in which gates move', () => {
    expect(pressureOf([segment(0, 100, 3)], motion)).toBeCloseTo(6, 12)
    expect(pressureOf([segment(20, 45, 1)], motion)).toBeCloseTo(1, 12)
    expect(pressureOf([segment(20, 45, 1), segment(45, 60, 4), segment(70, 80, 2)], motion)).toBeCloseTo(
      (2 * (25 + 60 + 20)) / 50,
      12,
    )
  })

  it('is none where gates are held, nor where they never move', () => {
    expect(pressureOf([segment(0, 20, 9), segment(60, 70, 9), segment(80, 100, 9)], motion)).toBe(0)
    expect(pressureOf([segment(0, 20, 9)], { travel: 2, moving: [] })).toBe(0)
  })

  it('counts a schedule’s phases until the last choice, and only where λ steps gates itself', () => {
    const document = {
      phases: [
        { name: 'warm-up', until: 0.2, gates: 'hold' },
        { name: 'press', until: 0.9 },
        { name: 'relax', until: 1, gates: 'hold' },
      ],
      prune: { from: 0.2, until: 0.8 },
    }
    const schedule = compile(document, { steps: 100 })
    expect(motionOf(schedule, { step: 'proximal', travel: 2 })).toEqual({ travel: 2, moving: [[20, 80]] })
    expect(motionOf(schedule, { step: 'proximal', travel: 2 }, 5)!.travel).toBe(5)
    expect(motionOf(schedule, { step: 'adam', travel: 6 })).toBeUndefined()
  })
})
