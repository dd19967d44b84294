import { describe, expect, it } from 'vitest'
import type { Choices } from '../../src/supernet/notation.js'
import { genotypeNotation } from '../../src/supernet/notations/genotype.js'
import { nasBench201Notation } from '../../src/supernet/notations/nas-bench-201.js'
import { macroNotation } from '../../src/supernet/notations/nas-bench-macro.js'

const operations = ['none', 'skip_connect', 'nor_conv_1x1', 'nor_conv_3x3', 'avg_pool_3x3']

/** A cell by the operations of 0→1, 0→2, 1→2, 0→3, 1→3, 2→3. */
const cellOf = ([a, b, c, d, e, f]: readonly string[]) => `|${a}~0|+|${b}~0|${c}~1|+|${d}~0|${e}~1|${f}~2|`

const short: Record<string, string> = {
  '-': 'none',
  s: 'skip_connect',
  1: 'nor_conv_1x1',
  3: 'nor_conv_3x3',
  p: 'avg_pool_3x3',
}
/** The canonical form of a cell given by one letter an edge. */
const canonical = (letters: string) =>
  nasBench201Notation.canonical!(nasBench201Notation.read(cellOf([...letters].map((l) => short[l]!))))

describe('NAS-Bench-201', () => {
  const all = Array.from({ length: 5 ** 6 }, (_, index) =>
    Array.from({ length: 6 }, (_, edge) => operations[Math.floor(index / 5 ** edge) % 5]!),
  )

  it('reads and writes its syntax', () => {
    const text = '|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_3x3~0|none~1|skip_connect~2|'
    const choices = nasBench201Notation.read(text)
    expect(choices).toEqual({
      'cell/0→1': ['avg-pool-3x3'],
      'cell/0→2': ['conv-1x1'],
      'cell/1→2': ['skip'],
      'cell/0→3': ['conv-3x3'],
      'cell/1→3': ['none'],
      'cell/2→3': ['skip'],
    })
    expect(nasBench201Notation.write(choices)).toBe(text)
  })

  it('reads all 15,625 cells back as they were written', () => {
    const lost = all
      .map(cellOf)
      .filter((cell) => nasBench201Notation.write(nasBench201Notation.read(cell)) !== cell)
    expect(lost).toEqual([])
  })

  it('writes an edge of which nothing is left as none', () => {
    expect(nasBench201Notation.write({ 'cell/0→3': ['skip'] })).toBe(
      cellOf(['none', 'none', 'none', 'skip_connect', 'none', 'none']),
    )
  })

  it.each([
    ['', 'expected a cell like |nor_conv_3x3~0|+'],
    ['|none~0|+|none~0|none~1|', 'expected a cell like'],
    [
      cellOf(['none', 'none', 'none', 'none', 'none', 'nor_conv_5x5']),
      'unknown operation nor_conv_5x5; did you mean "nor_conv_1x1"',
    ],
    ['|none~0|+|none~0|none~0|+|none~0|none~1|none~2|', 'expected op~1 on the edge 1→2, got none~0'],
  ])('refuses %j', (text, message) => {
    expect(() => nasBench201Notation.read(text)).toThrow(message)
  })

  it.each([
    ['skips hand their input on', 's----3' /* nothing reaches node 2 */, '------'],
    ['sums commute, nodes are reordered', '31-3-s', '13-3s-'],
    ['an operation that leads nowhere is left out', '3--1--', '---1--'],
    ['a path over skips is a direct edge', 's-3--s', '---3--'],
    ['equal pools of one input are one', 'pp--ss', 'p-s-ss'],
  ])('%s', (_, a, b) => {
    expect(canonical(a)).toBe(canonical(b))
  })

  it('tells apart what is not the same network', () => {
    // One convolution read twice has the weights of one; two convolutions of one input have two.
    expect(canonical('3-s-ss')).not.toBe(canonical('3--3s-'))
    expect(canonical('3--1s-')).not.toBe(canonical('1--1s-'))
    // x + x is not x.
    expect(canonical('s--ss-')).not.toBe(canonical('---s--'))
  })

  it('leaves 5,260 of the 15,625 cells', () => {
    const forms = new Map<string, number>()
    for (const cell of all) {
      const form = nasBench201Notation.canonical!(nasBench201Notation.read(cellOf(cell)))
      forms.set(form, (forms.get(form) ?? 0) + 1)
    }
    // The count of a brute force over all numberings of a cell's operations, written apart from this code.
    expect(forms.size).toBe(5260)
    expect(forms.get(canonical('------'))).toBe(341)
  })

  it('the benchmark’s own count of 6,466 comes from expressions that keep zeros as terms', () => {
    const expression = (cell: readonly string[]): string => {
      const nodes = ['0']
      for (let to = 1, edge = 0; to < 4; to++) {
        const terms = Array.from({ length: to }, (_, from) => {
          const operation = cell[edge++]!
          if (operation === 'none' || nodes[from] === '#') return '#'
          return operation === 'skip_connect' ? nodes[from]! : `(${nodes[from]})@${operation}`
        })
        nodes.push(terms.sort().join('+'))
      }
      return nodes[3]!
    }
    expect(new Set(all.map(expression)).size).toBe(6466)
  })
})

describe('NAS-Bench-Macro', () => {
  const notation = macroNotation()

  it('reads and writes a digit a layer', () => {
    const choices = notation.read('02012100')
    expect(choices.layer0).toEqual(['skip'])
    expect(choices.layer1).toEqual(['mb-conv-5x5-e6'])
    expect(choices.layer3).toEqual(['mb-conv-3x3-e3'])
    expect(Object.keys(choices)).toHaveLength(8)
    expect(notation.write(choices)).toBe('02012100')
  })

  it('knows 3,969 networks among 6,561 chains', () => {
    const chains = Array.from({ length: 3 ** 8 }, (_, i) => i.toString(3).padStart(8, '0'))
    const forms = chains.map((chain) => notation.canonical!(notation.read(chain)))
    expect(new Set(forms).size).toBe(3969)
    expect(notation.canonical!(notation.read('02001001'))).toBe('02010010')
  })

  it.each(['0201210', '020121000', '02012103', 'x'])('refuses %j', (text) => {
    expect(() => notation.read(text)).toThrow(`architecture: expected 8 digits from 0 to 2, got ${text}`)
  })

  it('takes other members and stages', () => {
    const small = macroNotation({ members: ['a', 'b'], stages: [1, 2] })
    expect(small.read('011')).toEqual({ layer0: ['a'], layer1: ['b'], layer2: ['b'] })
    expect(() => small.write({ layer0: ['c'], layer1: ['a'], layer2: ['a'] })).toThrow(
      'architecture: layer0: expected one of a, b, got c',
    )
  })
})

describe('the genotype of DARTS', () => {
  const notation = genotypeNotation()
  /** The second-order cell of the paper, as its code prints it. */
  const dartsV2 =
    "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)], normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)], reduce_concat=[2, 3, 4, 5])"

  it('reads edges and the inputs that a node keeps', () => {
    const choices = notation.read(dartsV2)
    const normal = Object.entries(choices).filter(([group]) => group.startsWith('normal/'))
    expect(Object.fromEntries(normal)).toEqual({
      'normal/0→2': ['sep-conv-3x3'],
      'normal/1→2': ['sep-conv-3x3'],
      'normal/0→3': ['sep-conv-3x3'],
      'normal/1→3': ['sep-conv-3x3'],
      'normal/node3': ['0→3', '1→3'],
      'normal/0→4': ['skip'],
      'normal/1→4': ['sep-conv-3x3'],
      'normal/node4': ['0→4', '1→4'],
      'normal/0→5': ['skip'],
      'normal/2→5': ['dil-conv-3x3'],
      'normal/node5': ['0→5', '2→5'],
    })
    expect(choices['reduce/node4']).toEqual(['0→4', '2→4'])
  })

  it('writes what it reads, edges ascending, in whichever form nodes are joined', () => {
    const text = notation.write(notation.read(dartsV2))
    expect(text).toContain(
      "('skip_connect', 0), ('sep_conv_3x3', 1), ('skip_connect', 0), ('dil_conv_3x3', 2)], normal_concat=range(2, 6)",
    )
    expect(notation.read(text)).toEqual(notation.read(dartsV2))
    const other = dartsV2.replaceAll('[2, 3, 4, 5]', 'list(range(2, 6))').replaceAll("'", '"')
    expect(notation.write(notation.read(other))).toBe(text)
  })

  it('writes a cell type that a shallow network lacks as empty', () => {
    const small = genotypeNotation({ nodes: 1 })
    const choices: Choices = { 'normal/0→2': ['skip'], 'normal/1→2': ['sep-conv-5x5'] }
    const text =
      "Genotype(normal=[('skip_connect', 0), ('sep_conv_5x5', 1)], normal_concat=range(2, 3), reduce=[], reduce_concat=range(2, 3))"
    expect(small.write(choices)).toBe(text)
    expect(small.read(text)).toEqual(choices)
  })

  it('leaves out the group of an edge with one operation', () => {
    const small = genotypeNotation({
      nodes: 1,
      fixed: (group) => (group === 'normal/0→2' ? 'skip' : undefined),
    })
    const text =
      "Genotype(normal=[('skip_connect', 0), ('sep_conv_5x5', 1)], normal_concat=range(2, 3), reduce=[], reduce_concat=range(2, 3))"
    expect(small.read(text)).toEqual({ 'normal/1→2': ['sep-conv-5x5'] })
    expect(small.write(small.read(text))).toBe(text)
    expect(() => small.read(text.replace('skip_connect', 'none'))).toThrow(
      'normal/0→2: expected skip_connect, got none',
    )
  })

  it.each<[string, string, string]>([
    ['no genotype', 'sep_conv_3x3', 'expected Genotype(normal='],
    [
      'an edge missing',
      dartsV2.replace("('dil_conv_3x3', 2)", ''),
      'normal: expected 8 edges, 2 a node, got 7',
    ],
    [
      'one state twice',
      dartsV2.replace("('sep_conv_3x3', 1)", "('sep_conv_3x3', 0)"),
      'as inputs of node 2, got 0, 0',
    ],
    [
      'a later state',
      dartsV2.replace("('sep_conv_3x3', 1)", "('sep_conv_3x3', 2)"),
      'expected different states below 2',
    ],
    [
      'other nodes joined',
      dartsV2.replace('[2, 3, 4, 5]', '[4, 5]'),
      'normal_concat: expected all nodes, 2, 3, 4, 5, got 4, 5',
    ],
    [
      'something else in a list',
      dartsV2.replace("('sep_conv_3x3', 0)", 'sep'),
      "expected pairs ('operation', state), got sep",
    ],
  ])('refuses %s', (_, text, message) => {
    expect(() => notation.read(text)).toThrow(message)
  })
})
