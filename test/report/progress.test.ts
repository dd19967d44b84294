import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { Event } from '../../src/events/types.js'
import { progressBar, type ProgressOptions } from '../../src/report/progress.js'
import { syntheticEvents } from './helper.js'

/** What is written when all events have come; the clock goes on by a second at every look. */
function written(events: readonly Event[], options: Partial<ProgressOptions> = {}): string {
  const { isTTY = false } = options
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 200 })
  let seconds = 0
  const progress = progressBar({ stream, isTTY, now: () => (seconds += 1) * 1000, ...options })
  for (const event of events) progress.onEvent(event)
  progress.stop()
  return String(stream.read() ?? '')
}

const events = syntheticEvents({ epochs: 5, gateEvents: 20 })
const evaluations = events.filter((event) => event.type === 'evaluation')

describe('plain lines', () => {
  const lines = written(events).trimEnd().split('\n')

  test('one for each tenth of a stage, with metric, parameters, time left and loss', () => {
    const told = lines.filter((line) => /^(search|baseline|retrain) \d/.test(line))
    // The five evaluations of the search are more than a tenth apart; retraining has more than ten.
    expect(told.filter((line) => line.startsWith('search'))).toHaveLength(5)
    const retrained = told.filter((line) => line.startsWith('retrain'))
    expect(retrained.length).toBeGreaterThanOrEqual(10)
    expect(retrained.length).toBeLessThanOrEqual(11)
    expect(evaluations.filter(({ stage }) => stage === 'retrain').length).toBeGreaterThan(20)
    expect(told[0]).toMatch(
      /^search 40\/200 {2}accuracy [\d.]+ {2}[\d,]+ parameters {2}.* left {2}loss [\d.]+/,
    )
    expect(told.at(-1)).toMatch(/^retrain 1600\/1600 .* 0 s left {2}loss [\d.]+$/)
  })

  test('removals are summed up in the evaluation’s line', () => {
    const removed = events.flatMap((event) => (event.type === 'removal' ? event.members : []))
    const told = lines.flatMap((line) => /removed (\d+) members?: /.exec(line)?.[1] ?? [])
    expect(told.length).toBeGreaterThan(1)
    expect(told.reduce((sum, count) => sum + Number(count), 0)).toBe(removed.length)
  })

  test('alarms and early ends have a line of their own', () => {
    expect(lines).toContain('alarm at step 300: skip-share in cell0: skip holds 62 % of the gates')
    expect(lines).toContain('retrain stopped at step 1,600: it no longer improved')
    expect(written([{ type: 'done', stage: 'retrain', reason: 'time', step: 640 }])).toBe(
      'retrain stopped at step 640: its time was over\n',
    )
    const alarm = {
      type: 'alarm',
      step: 2,
      alarm: 'stuck',
      layer: null,
      message: 'm',
      safeguard: 'stop',
    } as const
    expect(written([alarm])).toBe('alarm at step 2: stuck: m; safeguard: stop\n')
  })

  test('the last evaluation of a stage that ends early is told as well', () => {
    const of = (step: number) => ({ ...evaluations.at(-1)!, stage: 'retrain' as const, step })
    const done = { type: 'done', stage: 'retrain', reason: 'early-stop', step: 60 } as const
    const start = { ...events[0]!, retrainSteps: 1000 } as Event
    const told = written([start, of(20), of(40), of(60), done])
      .trimEnd()
      .split('\n')
    expect(told.map((line) => line.slice(0, 16))).toEqual(['retrain 60/1000 ', 'retrain stopped '])
  })

  test('changes of the pace are told once, when the search is over', () => {
    const paced = (step: number, to: number) =>
      ({ type: 'intervention', stage: 'search', step, what: 'pace', from: 1, to, by: 'time' }) as const
    const done = { type: 'done', stage: 'search', reason: 'finished', step: 200 } as const
    expect(written([paced(10, 3.5), paced(50, 12.5), paced(90, 1), done])).toBe(
      'to end in time, the search left out iterations; a step went up to 12.5 forward\n',
    )
  })

  test('hold no control characters, whatever the names', () => {
    const evil = '\u001b[2Jx\r\u0007y'
    const told = written([
      { type: 'alarm', step: 1, alarm: evil, layer: evil, message: 'a\nb' },
      {
        type: 'removal',
        step: 1,
        layer: evil,
        group: 'g',
        members: ['0'],
        lambda: {},
        by: 'zero',
        before: null,
        after: null,
      },
      evaluations[0]!,
    ])
    expect(told).not.toMatch(/[^\P{Cc}\n]/u)
    expect(told.trimEnd().split('\n')).toHaveLength(2)
  })

  test('losses that are not finite are a dash', () => {
    const broken = {
      ...evaluations[0]!,
      loss: { total: NaN, task: null, reconstruction: null },
      validation: null,
    }
    expect(written([broken])).toContain('metric –')
  })

  test('a resumed run counts its pace from where it began', () => {
    const start = { ...events[0]!, from: 120 }
    const resumed = evaluations.filter((event) => event.stage === 'search').slice(3, 4)
    expect(written([start, ...resumed])).toMatch(/^search 160\/200 .* 1 s left/)
  })

  test('nothing is written where nothing happens', () => {
    expect(written([])).toBe('')
  })
})

describe('a bar on a terminal', () => {
  const text = written(events, { isTTY: true })

  test('shows stage, steps, loss, metric and parameters', () => {
    expect(text).toMatch(
      /search +█+ 200\/200 {2}accuracy [\d.]+ {2}[\d,]+ parameters {2}.* left {2}loss [\d.]+/,
    )
    expect(text).toContain('1600/1600')
  })

  test('gives cursor and line wrapping back', () => {
    expect(text.lastIndexOf('\u001b[?25h')).toBeGreaterThan(text.lastIndexOf('\u001b[?25l'))
    expect(text.lastIndexOf('\u001b[?7h')).toBeGreaterThan(text.lastIndexOf('\u001b[?7l'))
  })

  test('tells alarms and removals once, above the bar', () => {
    expect(text.split('alarm at step 300').length).toBe(2)
    expect(text).toMatch(/removed \d+ members: [^\n]*\n/)
  })
})
