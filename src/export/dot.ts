import { instance } from '@viz-js/viz'
import type { Graph } from '../nn/graph.js'
import type { Architecture, ArchitectureGroup } from '../supernet/types.js'

/** A picture of a part of an architecture: a cell, or the chain of its other layers. */
export interface ArchitectureDrawing {
  readonly title: string
  readonly svg: string
}

/** Groups that are drawn together: the edges of one cell, or the boxes of a chain. */
interface Part {
  readonly title: string
  readonly cell: boolean
  readonly groups: ArchitectureGroup[]
}

const font = 'fontname="Helvetica", fontsize=11'
const header = [
  'bgcolor="transparent"; nodesep=0.25; ranksep=0.35;',
  `graph [${font}];`,
  `node [${font}, shape=box, style=rounded, height=0.35, margin="0.12,0.05"];`,
  `edge [${font}, arrowsize=0.6];`,
]

/**
 * The DOT text of a discrete architecture: a cluster for each cell, with operations and gate values on its
 * edges. Groups of units, and of operations that are not on an edge, are boxes in a chain, in order.
 */
export function architectureDot(architecture: Architecture): string {
  return digraph(
    partsOf(architecture.groups).flatMap((part, i) => (part.cell ? cluster(part, i) : chain(part))),
  )
}

/** The DOT text of a network, with a box for each primitive and a cluster for each layer. */
export function graphDot(graph: Graph): string {
  const layers = [...new Set(graph.nodes.map((node) => node.layer))]
  const clusters = layers.flatMap((layer, i) => [
    `subgraph ${quote(`cluster ${i}`)} {`,
    `label=${quote(layer)}; color="gray60";`,
    ...graph.nodes
      .filter((node) => node.layer === layer)
      .map(
        ({ id, kind, shape }) =>
          `${quote(id)} [label=${quote(`${kind}\n${shape.join('×')}`)}, tooltip=${quote(id)}];`,
      ),
    '}',
  ])
  const edges = graph.nodes.flatMap(({ id, inputs }) =>
    inputs.map((input) => `${quote(input)} -> ${quote(id)};`),
  )
  const outputs = Object.entries(graph.outputs).flatMap(([role, id]) => [
    `${quote(`output ${role}`)} [label=${quote(role)}, shape=ellipse, style=solid];`,
    `${quote(id)} -> ${quote(`output ${role}`)};`,
  ])
  return digraph([...clusters, ...edges, ...outputs])
}

/** Draws every cell and chain of an architecture as a separate picture, for a report. */
export async function drawArchitecture(architecture: Architecture): Promise<ArchitectureDrawing[]> {
  const parts = partsOf(architecture.groups)
  return Promise.all(
    parts.map(async (part) => ({
      title: part.title,
      svg: await dotToSvg(
        part.cell ? digraph(edges(part, 0)) : digraph(chain(part), part.groups.length > 4 ? 'TB' : 'LR'),
      ),
    })),
  )
}

/** Lays DOT text out as an SVG element that draws in `currentColor`. Throws if the text is not DOT. */
export async function dotToSvg(dot: string): Promise<string> {
  const svg = (await instance()).renderString(dot, { format: 'svg' })
  return svg
    .slice(svg.indexOf('<svg'))
    .replace(/<!--.*?-->\n?/gs, '')
    .replace(/<(?:g|a|svg|polygon|path|text|ellipse|polyline)\b[^>]*>/g, (tag) =>
      tag.replace(/ id="[^"]*"/, '').replace(/"(?:black|#000000)"/g, '"currentColor"'),
    )
    .replace(/<svg width="([\d.]+)pt" height="([\d.]+)pt"/, '<svg fill="currentColor" width="$1" height="$2"')
    .trim()
}

/** Collects the groups of each cell (edges), and all groups that are in no cell (boxes). */
function partsOf(groups: readonly ArchitectureGroup[]): Part[] {
  const parts: Part[] = []
  for (const group of groups) {
    const cell = edgesOf(group).length > 0
    const title = cell ? cellOf(group) : 'layers'
    const known = parts.find((part) => part.cell === cell && part.title === title)
    if (known) known.groups.push(group)
    else parts.push({ title, cell, groups: [group] })
  }
  return parts
}

/** The cell of a group: `cell0` of `cell0/node3` and of `cell0/0→2`. */
function cellOf({ name, layer }: ArchitectureGroup): string {
  return name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : layer
}

/** An arrow of a cell: its operation, and its weight among the inputs of its node. */
interface Edge {
  readonly from: string
  readonly to: string
  readonly operation?: string
  readonly gate?: number
}

/** The edges that a group describes: the edge of its operations, or the inputs that a node keeps. */
function edgesOf({ name, kind, kept }: ArchitectureGroup): Edge[] {
  const ends = (edge: string) => {
    const match = /^(.+?)→(.+)$/s.exec(edge)
    return match ? [{ from: match[1]!, to: match[2]! }] : []
  }
  if (kind === 'units') return []
  if (kind === 'inputs')
    return kept.flatMap(({ member, gate }) => ends(member).map((edge) => ({ ...edge, gate })))
  const operation = kept.map(({ member, gate }) => (kept.length > 1 ? `${member} (${round(gate)})` : member))
  return ends(name.slice(name.lastIndexOf('/') + 1)).map((edge) => ({
    ...edge,
    operation: operation.join(', '),
  }))
}

/** The edges of a cell. What two groups say about the same edge is merged. */
function joinEdges(groups: readonly ArchitectureGroup[]): Edge[] {
  const joined = new Map<string, Edge>()
  for (const edge of groups.flatMap(edgesOf)) {
    const key = `${edge.from}→${edge.to}`
    joined.set(key, { ...joined.get(key), ...edge })
  }
  return [...joined.values()]
}

/**
 * `sep-conv-3x3 (0.81)`. An edge with a single candidate shows no operation, an input without rivals no
 * weight.
 */
function edgeLabel({ operation, gate }: Edge): string {
  return [operation ?? '', gate === undefined ? '' : `(${round(gate)})`].filter(Boolean).join(' ')
}

function cluster(part: Part, index: number): string[] {
  const label = `label=${quote(part.title)}; color="gray60"; style=rounded;`
  return [`subgraph ${quote(`cluster ${index}`)} {`, label, ...edges(part, index), '}']
}

/**
 * The nodes and edges of a cell; nodes that no edge enters are inputs. Ids get a prefix, because cells share
 * names.
 */
function edges(part: Part, index: number): string[] {
  const joinedEdges = joinEdges(part.groups)
  const entered = new Set(joinedEdges.map((edge) => edge.to))
  const nodes = [...new Set(joinedEdges.flatMap((edge) => [edge.from, edge.to]))].sort(byNumber)
  const id = (node: string) => quote(`${index}/${node}`)
  const inputs = nodes.filter((node) => !entered.has(node))
  return [
    `{ rank=same; ${inputs.map((node) => `${id(node)};`).join(' ')} }`,
    ...nodes.map((node) =>
      entered.has(node)
        ? `${id(node)} [label=${quote(node)}];`
        : `${id(node)} [label=${quote(`input ${node}`)}, style="rounded,dashed"];`,
    ),
    ...joinedEdges.map((edge) => `${id(edge.from)} -> ${id(edge.to)} [label=${quote(edgeLabel(edge))}];`),
  ]
}

function chain(part: Part): string[] {
  const boxes = part.groups.map((group) => `${quote(group.name)} [label=${quote(boxLabel(group))}];`)
  const links = part.groups.slice(1).map(({ name }, i) => `${quote(part.groups[i]!.name)} -> ${quote(name)};`)
  return [...boxes, ...links]
}

/** `encoder/dense0: 23 of 64 units`, or the operations of a group that is not on an edge. */
function boxLabel({ name, kind, kept, of }: ArchitectureGroup): string {
  if (kind === 'units') return `${name}: ${kept.length} of ${of} units`
  if (kept.length === 0) return `${name}: nothing`
  return `${name}: ${kept.map(({ member, gate }) => `${member} (${round(gate)})`).join(', ')}`
}

function digraph(lines: readonly string[], direction: 'LR' | 'TB' = 'LR'): string {
  return `digraph {\n${[`rankdir=${direction};`, ...header, ...lines].map((line) => `  ${line}`).join('\n')}\n}\n`
}

/**
 * A quoted DOT string that reads back as the text, with quotes, backslashes, line feeds and entities escaped.
 */
function quote(text: string): string {
  const plain = text.replaceAll('&', '&amp;').replaceAll('\\', '\\\\').replaceAll('"', '\\"')
  return `"${plain.replaceAll('\n', '\\n').replaceAll('\0', '')}"`
}

function round(gate: number): string {
  return String(Number(gate.toPrecision(2)))
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}
