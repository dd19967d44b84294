import { describe, expect, it } from 'vitest'
import { supernetBuilder, type SupernetBuilder } from '../../src/supernet/builder.js'
import type { Supernet } from '../../src/supernet/types.js'
import { wellBuilt } from '../../src/supernet/well-built.js'

const about = { space: 'own', options: {}, outputs: 2 }

/** Four units of a layer `a` on three inputs, and what `more` makes of them. */
function built(
  more: (s: SupernetBuilder, units: string) => void,
  what: Partial<typeof about> = {},
): Supernet {
  const s = supernetBuilder([3], 'stem')
  const a = s.layer('a')
  more(s, s.units(a, a.dense(a.input, 4), { name: 'a/units', layer: 'a', min: 1 }))
  return s.finish({ ...about, ...what })
}
const task = (s: SupernetBuilder, x: string) => {
  s.root.output('task', s.root.dense(x, 2))
}
const none = undefined as never

describe('what a space built', () => {
  it.each<[string, Supernet | undefined, string]>([
    ['nothing', undefined, 'build: expected the supernet that finish gives, got nothing; return it'],
    ['another space', built(task, { space: 'other' }), 'finish: expected space own, got other'],
    [
      'no options',
      built(task, { options: none }),
      'finish: expected the options that build was given, got nothing',
    ],
    ['no outputs', built(task, { outputs: none }), 'finish: expected 2 outputs, got nothing'],
    ['no task', built(() => undefined), 'expected an output task, got none'],
    ['a misspelt output', built((s, x) => s.root.output('tsak', x)), 'expected an output task, got tsak'],
    [
      'a task of another size',
      built((s, x) => s.root.output('task', x)),
      'output task: expected shape [2], got [4]',
    ],
    [
      'a reconstruction of another size',
      built((s, x) => {
        task(s, x)
        s.root.output('reconstruction', x)
      }),
      'output reconstruction: expected the 3 values of the input, got [4]',
    ],
    [
      'gates that nobody reads',
      built((s) => task(s, s.root.input)),
      'group a/units: no output reads what it gates',
    ],
  ])('is refused where it is %s', (_, supernet, message) => {
    expect(() => wellBuilt('own', supernet, [3], 2)).toThrow(`space own: ${message}`)
  })

  it('passes where it is what was asked for', () => {
    const supernet = built(task)
    expect(wellBuilt('own', supernet, [3], 2)).toBe(supernet)
  })
})
