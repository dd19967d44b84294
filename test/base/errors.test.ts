import { expect, it } from 'vitest'
import { expected, Failure, InputError, quote, shortened } from '../../src/base/errors.js'
import { didYouMean } from '../../src/base/suggest.js'
import { parseSetting } from '../../src/config/settings.js'
import { processorClock } from '../helpers/processor.js'

const long = 'x"y\n'.repeat(1_000_000)

it('quotes the beginning of a long text', () => {
  expect(quote('a "b"')).toBe('"a \\"b\\""')
  expect(quote(long)).toMatch(/^"x.{80,120}…" \(4000000 characters\)$/)
})

it.each([InputError, Failure])('no line of a message is long, and its remedy stays: %o', (Kind) => {
  const { message } = new Kind(`a.csv: expected b, got ${'z'.repeat(1e7)}; drop it\nsecond line`)
  expect(message.length).toBeLessThan(1100)
  expect(message).toMatch(/^a\.csv: expected b, got z+ … z+; drop it\nsecond line$/)
})

it('leaves messages of many short lines', () => {
  const lines = Array.from({ length: 100 }, (_, i) => `config.key${i}: expected number, got "x"`).join('\n')
  expect(shortened(lines)).toBe(lines)
  expect(expected('config.name', 'text', [1, 2]).message).toBe('config.name: expected text, got [1,2]')
})

it('looks for no known word near a text of megabytes', () => {
  const seconds = processorClock()
  expect(didYouMean('w'.repeat(1e7), ['wasm', 'cpu'])).toBe('')
  expect(seconds()).toBeLessThan(0.1)
})

it('cuts what --set quotes', () => {
  expect(() => parseSetting('y'.repeat(1e6))).toThrow(/^.{0,1100}$/)
})
