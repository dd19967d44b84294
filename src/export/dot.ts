import { instance } from '@viz-js/viz'
import type { Graph } from '../nn/graph.js'
import type { Architecture, ArchitectureGroup } from '../supernet/types.js'

/** One picture of a part of an architecture: a cell, or the chain of its other layers. */
export interface ArchitectureDrawing {
  readonly title: string
  readonly svg: string
}

/** Groups that are drawn together: the edges of one cell, or boxes in a chain. */
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
 * DOT text of a discrete architecture: a cluster a cell, with its operations and gate values on the edges;
 * groups of units (and of operations on no edge) as boxes in a chain, in order.
 */
export function architectureDot(architecture: Architecture): string {
  return digraph(
    partsOf(architecture.groups).flatMap((part, i) => (part.cell ? cluster(part, i) : chain(part))),
  )
}

/** DOT text of a network, a box a primitive and a cluster a layer. */
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

/** Draws every cell and chain of an architecture on its own, for a report. */
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

/** Lays DOT text out as an SVG element whose ink is `currentColor`; throws where the text is not DOT. */
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

/** Neighbouring groups of the same cell (edges), or neighbouring groups that are in no cell (boxes). */
function partsOf(groups: readonly ArchitectureGroup[]): Part[] {
  const parts: Part[] = []
  for (const group of groups) {
    const cell = group.kept.some(({ member }) => edgeOf(member) !== null)
    const title = cell ? cellOf(group) : 'layers'
    const known = parts.find((part) => part.cell === cell && part.title === title)
    if (known) known.groups.push(group)
    else parts.push({ title, cell, groups: [group] })
  }
  return parts
}

/** The cell of a group: `cell0` of `cell0/node2`. */
function cellOf({ name, layer }: ArchitectureGroup): string {
  return name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : layer
}

/** Takes `0→2/sep-conv-3x3` apart; null for a member that stands on no edge. */
function edgeOf(member: string): { from: string; to: string; operation: string } | null {
  const match = /^(.+?)→(.+?)\/(.+)$/s.exec(member)
  return match ? { from: match[1]!, to: match[2]!, operation: match[3]! } : null
}

function cluster(part: Part, index: number): string[] {
  const label = `label=${quote(part.title)}; color="gray60"; style=rounded;`
  return [`subgraph ${quote(`cluster ${index}`)} {`, label, ...edges(part, index), '}']
}

/** The nodes and edges of a cell; what no edge enters is an input. Ids are prefixed, as cells share names. */
function edges(part: Part, index: number): string[] {
  const kept = part.groups.flatMap((group) => group.kept)
  const found = kept.flatMap(({ member, gate }) => {
    const edge = edgeOf(member)
    return edge ? [{ ...edge, gate }] : []
  })
  const entered = new Set(found.map((edge) => edge.to))
  const nodes = [...new Set(found.flatMap((edge) => [edge.from, edge.to]))].sort(byNumber)
  const id = (node: string) => quote(`${index}/${node}`)
  const inputs = nodes.filter((node) => !entered.has(node))
  return [
    `{ rank=same; ${inputs.map((node) => `${id(node)};`).join(' ')} }`,
    ...nodes.map((node) =>
      entered.has(node)
        ? `${id(node)} [label=${quote(node)}];`
        : `${id(node)} [label=${quote(`input ${node}`)}, style="rounded,dashed"];`,
    ),
    ...found.map(
      ({ from, to, operation, gate }) =>
        `${id(from)} -> ${id(to)} [label=${quote(`${operation} (${round(gate)})`)}];`,
    ),
  ]
}

function chain(part: Part): string[] {
  const boxes = part.groups.map((group) => `${quote(group.name)} [label=${quote(boxLabel(group))}];`)
  const links = part.groups.slice(1).map(({ name }, i) => `${quote(part.groups[i]!.name)} -> ${quote(name)};`)
  return [...boxes, ...links]
}

/** `encoder/dense0: 23 of 64 units`, or the operations of a group that is on no edge. */
function boxLabel({ name, kind, kept, of }: ArchitectureGroup): string {
  if (kind === 'units') return `${name}: ${kept.length} of ${of} units`
  if (kept.length === 0) return `${name}: nothing`
  return `${name}: ${kept.map(({ member, gate }) => `${member} (${round(gate)})`).join(', ')}`
}

function digraph(lines: readonly string[], direction: 'LR' | 'TB' = 'LR'): string {
  return `digraph {\n${[`rankdir=${direction};`, ...header, ...lines].map((line) => `  ${line}`).join('\n')}\n}\n`
}

/** A quoted DOT string that reads back as the text: quotes, backslashes, line feeds and entities. */
function quote(text: string): string {
  const plain = text.replaceAll('&', '&amp;').replaceAll('\\', '\\\\').replaceAll('"', '\\"')
  return `"${plain.replaceAll('\n', '\\n').replaceAll('\0', '')}"`
}

function round(gate: number | null): string {
  return gate === null ? '–' : String(Number(gate.toPrecision(2)))
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}
