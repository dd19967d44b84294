import { describe, expect, test } from 'vitest'
import { architectureDot, dotToSvg, drawArchitecture, graphDot } from '../../src/export/dot.js'
import type { Graph } from '../../src/nn/graph.js'
import type { Architecture } from '../../src/supernet/types.js'
import { syntheticArchitecture, syntheticEvents } from './helper.js'

const architecture = syntheticArchitecture(syntheticEvents())
const only = (groups: Architecture['groups']): Architecture => ({ ...architecture, groups })

describe('architectureDot', () => {
  test('a cell is a cluster of inputs, nodes, and edges with operation and gate', async () => {
    const operation = (name: string, member: string) =>
      ({
        name: `cell0/${name}`,
        layer: 'cell0',
        kind: 'operations',
        kept: [{ member, gate: 1 }],
        of: 5,
      }) as const
    const inputs = [
      { member: '0→3', gate: 1.375 },
      { member: '2→3', gate: 0.625 },
    ]
    const dot = architectureDot(
      only([
        operation('0→2', 'sep-conv-3x3'),
        operation('1→2', 'skip'),
        operation('0→3', 'max-pool-3x3'),
        { name: 'cell0/node3', layer: 'cell0', kind: 'inputs', kept: inputs, of: 3 },
      ]),
    )
    expect(dot).toContain('"0/0" -> "0/2" [label="sep-conv-3x3"]')
    expect(dot).toContain('"0/0" -> "0/3" [label="max-pool-3x3 (1.4)"]')
    expect(dot).toContain('"0/2" -> "0/3" [label="(0.63)"]')
    expect(dot.match(/ -> /g)).toHaveLength(4)
    expect(dot).toContain('label="input 0"')
    expect(dot).not.toContain('label="input 2"')
    expect(dot.match(/subgraph/g)).toHaveLength(1)
    expect(await dotToSvg(dot)).toContain('max&#45;pool&#45;3x3 (1.4)')
  })

  test('units and choices are boxes in a chain', () => {
    const units = [0, 5, 9].map((unit) => ({ member: String(unit), gate: 1 }))
    const dot = architectureDot(
      only([
        { name: 'encoder/dense0', layer: 'encoder/dense0', kind: 'units', kept: units, of: 64 },
        {
          name: 'encoder/act0',
          layer: 'encoder/act0',
          kind: 'operations',
          kept: [{ member: 'relu', gate: 1 }],
          of: 3,
        },
        { name: 'encoder/dense1', layer: 'encoder/dense1', kind: 'operations', kept: [], of: 2 },
      ]),
    )
    expect(dot).toContain('label="encoder/dense0: 3 of 64 units"')
    expect(dot).toContain('label="encoder/act0: relu (1)"')
    expect(dot).toContain('label="encoder/dense1: nothing"')
    expect(dot).toContain('"encoder/dense0" -> "encoder/act0"')
    expect(dot).not.toContain('subgraph')
  })

  test('cells that share node names stay apart', () => {
    const dot = architectureDot(architecture)
    expect(dot.match(/subgraph/g)).toHaveLength(2)
    expect(dot).toContain('"1/0"')
    expect(dot).toContain('"2/0"')
  })

  test('an architecture without groups is an empty drawing', async () => {
    expect(await dotToSvg(architectureDot(only([])))).toMatch(/^<svg /)
  })
})

test('drawArchitecture draws the chain and every cell', async () => {
  const drawings = await drawArchitecture(architecture)
  expect(drawings.map((drawing) => drawing.title)).toEqual(['layers', 'cell0', 'cell1'])
  for (const { svg } of drawings) expect(svg).toMatch(/^<svg [^]*<\/svg>$/)
  expect(drawings[0]!.svg).toMatch(/encoder\/dense0: \d+ of 64 units/)
})

const names = ['a"b', 'a\\', 'a\\"b', '→', 'x -> y; }', '<b>&amp;</b>', 'two\nlines', '\\N', '']

describe('names of any form', () => {
  test.each(names)('%j as group, node and operation', async (name) => {
    const kept = [{ member: name || 'op', gate: 1 }]
    const edge = `${name.replaceAll('/', '') || 'x'}→2`
    const groups = [
      { name: `${name}/${edge}`, layer: name, kind: 'operations' as const, kept, of: 2 },
      {
        name: `${name}/node2`,
        layer: name,
        kind: 'inputs' as const,
        kept: [{ member: edge, gate: 2 }],
        of: 2,
      },
      { name, layer: name, kind: 'units' as const, kept: [{ member: '0', gate: 1 }], of: 2 },
    ]
    const svg = await dotToSvg(architectureDot(only(groups)))
    expect(svg).toContain('1 of 2 units')
    expect(svg).not.toContain('<b>')
  })

  test('an entity in a name is shown as it was written', async () => {
    const graph: Graph = {
      nodes: [{ id: 'x', kind: '&lt;', inputs: [], attrs: {}, shape: [1], layer: 'l' }],
      outputs: {},
    }
    expect(await dotToSvg(graphDot(graph))).toContain('&amp;lt;')
  })
})

describe('graphDot', () => {
  const node = (id: string, kind: string, inputs: string[], layer: string) => ({
    id,
    kind,
    inputs,
    attrs: {},
    shape: [8, 8, 16],
    layer,
  })
  const graph: Graph = {
    nodes: [
      node('input', 'input', [], 'stem'),
      node('cell0/0→2/"conv"', 'conv', ['input'], 'cell0'),
      node('cell0/2', 'mix', ['cell0/0→2/"conv"', 'input'], 'cell0'),
    ],
    outputs: { task: 'cell0/2' },
  }

  test('has a box a primitive, a cluster a layer, an edge an input, and the outputs', async () => {
    const dot = graphDot(graph)
    expect(dot.match(/subgraph/g)).toHaveLength(2)
    expect(dot.match(/ -> /g)).toHaveLength(4)
    const svg = await dotToSvg(dot)
    expect(svg.match(/class="node"/g)).toHaveLength(4)
    expect(svg.match(/class="edge"/g)).toHaveLength(4)
    expect(svg).toContain('8×8×16')
  })
})

describe('dotToSvg', () => {
  test('gives an element without prolog, comments, ids or black ink', async () => {
    const svg = await dotToSvg(architectureDot(architecture))
    expect(svg).toMatch(/^<svg fill="currentColor" width="\d/)
    expect(svg).not.toMatch(/<\?xml|<!DOCTYPE|<!--| id="|"black"/)
    expect(svg).toContain('stroke="currentColor"')
  })

  test('refuses what is not DOT', async () => {
    await expect(dotToSvg('digraph {')).rejects.toThrow(/syntax error/)
  })
})
