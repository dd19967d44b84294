import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { prepareData } from '../../src/data/prepare.js'
import type { PreparedData } from '../../src/data/types.js'
import type { PlainNetwork } from '../../src/export/fold.js'
import { graphBuilder, type GraphBuilder } from '../../src/nn/builder.js'
import { parametersOf } from '../../src/nn/cost.js'
import { sizeOf } from '../../src/nn/primitives/types.js'

/** A temporary folder that goes when the file's tests are over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sentei-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A bundled data set, split and scaled. */
export function bundled(source: string): Promise<PreparedData> {
  return prepareData(resolveConfig({ data: { source }, supernet: { space: 'any' } }), '.')
}

/** A network for a data set, every parameter (moving averages too) drawn at random. */
export function randomNetwork(
  { dataset }: PreparedData,
  build: (b: GraphBuilder) => string,
  attrs: (id: string) => PlainNetwork['graph']['nodes'][number]['attrs'] | undefined = () => undefined,
): PlainNetwork {
  const b = graphBuilder(dataset.shape, 'layer')
  b.output('task', build(b))
  const nodes = b.graph().nodes.map((node) => ({ ...node, attrs: attrs(node.id) ?? node.attrs }))
  return drawn({ ...b.graph(), nodes })
}

/** A graph with every parameter drawn at random. */
export function drawn(graph: PlainNetwork['graph']): PlainNetwork {
  const random = randomSource(5)
  const values = parametersOf(graph).map(({ name, shape }): [string, Float32Array] => {
    const stream = random.stream('value', name)
    const draw = () => (name.endsWith(':variance') ? 0.5 + stream.uniform() : 0.5 * stream.normal())
    return [name, Float32Array.from({ length: sizeOf(shape) }, draw)]
  })
  return { graph, values: new Map(values) }
}
