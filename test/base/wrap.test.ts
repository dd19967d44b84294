import { expect, test } from 'vitest'
import { wrap, wrapLines } from '../../src/base/wrap.js'

test.each([
  ['a number and its percent sign stay together', 'about 12 %', 9, 'about\n  12 %'],
  ['a line that fits stays whole', 'one two', 7, 'one two'],
  ['without a width as well', 'one two', undefined, 'one two'],
  ['words stay whole, and further lines are indented', 'one two three', 8, 'one two\n  three'],
  ['under the text behind a label', 'time   one two three', 14, 'time   one two\n       three'],
  [
    'a label that takes half of the width indents no more than others',
    'time   one two',
    12,
    'time   one\n  two',
  ],
  ['an indented line keeps its indentation', '    one two three', 12, '    one two\n    three'],
  [
    'a word that is too long has a line of its own',
    'a /a/very/long/path b',
    8,
    'a\n  /a/very/long/path\n  b',
  ],
])('%s', (_, line, width, wrapped) => {
  expect(wrap(line, width)).toBe(wrapped)
})

test('every line of a text is wrapped for itself', () => {
  expect(wrapLines('one two\n\nthree four', 8)).toBe('one two\n\nthree\n  four')
})
