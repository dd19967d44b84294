import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { InputError } from '../../src/base/errors.js'
import { readRun } from '../../src/runs/read-run.js'
import { syntheticEvents, syntheticFiles, toLines, writeRun, type RunFiles } from '../report/helper.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sentei-run-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

const read = (files: RunFiles) => readRun(writeRun(folder, files))
const events = syntheticEvents({ epochs: 2 })

describe('readRun', () => {
  test('reads all files of a finished run', () => {
    const files = syntheticFiles()
    const run = read(files)
    expect(run.config.name).toBe('synthetic')
    expect(toLines(run.events)).toBe(files['events.jsonl'])
    expect(run.schedule[0]).toEqual({ from: 0, to: 200, layer: '*', term: 'reconstruction', lambda: 1 })
    expect(run.schedule.some((segment) => segment.term === 'l1/gates' && segment.lambda > 0)).toBe(true)
    expect(run.architecture).toEqual(files['architecture.json'])
    expect(run.metrics?.test?.final).toBe(0.9634)
    expect(run.timings?.searchSeconds).toBe(412.3)
  })

  test('leaves null what an unfinished run has not written', () => {
    const run = read({ 'config.json': {}, 'events.jsonl': toLines(events) })
    expect(run).toMatchObject({ schedule: [], architecture: null, metrics: null, timings: null })
  })

  test('leaves out a half-written last line', () => {
    const run = read({ 'config.json': {}, 'events.jsonl': `${toLines(events)}{"type":"epo` })
    expect(run.events).toEqual(events)
  })

  test('keeps a whole last line that has no line feed yet', () => {
    const run = read({ 'config.json': {}, 'events.jsonl': toLines(events).trimEnd() })
    expect(run.events).toEqual(events)
  })

  test.each<[string, RunFiles, RegExp]>([
    ['no config', { 'events.jsonl': '' }, /config\.json: no such file/],
    ['no events', { 'config.json': {} }, /events\.jsonl: no such file/],
    ['a broken config', { 'config.json': '{', 'events.jsonl': '' }, /config\.json: expected a JSON document/],
    [
      'a broken line between events',
      { 'config.json': {}, 'events.jsonl': '{"type":\n{"type":"phase","step":1,"name":"a"}\n' },
      /events\.jsonl:1: expected a JSON object/,
    ],
    [
      'a schedule with a word for a number',
      {
        'config.json': {},
        'events.jsonl': '',
        'schedule.csv': 'from,to,layer,term,lambda\n0,ten,*,task,1\n',
      },
      /schedule\.csv:2:to: expected a number, got "ten"/,
    ],
    [
      'a schedule with a value missing',
      { 'config.json': {}, 'events.jsonl': '', 'schedule.csv': 'from,to,layer,term,lambda\n0,10,*\n' },
      /schedule\.csv: /,
    ],
  ])('refuses %s', (_, files, message) => {
    expect(() => read(files)).toThrow(InputError)
    expect(() => read(files)).toThrow(message)
  })
})
