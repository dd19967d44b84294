import { ScheduleSchema } from '../../src/config/schedule-schema.js'
import { validate } from '../../src/config/validator.js'
import { terms } from '../../src/registry.js'
import { compileSchedule, type CompileContext } from '../../src/schedule/compile.js'
import type { Schedule } from '../../src/schedule/types.js'
import { relaxations } from '../../src/supernet/relaxations/index.js'
import type { GateGroup } from '../../src/supernet/types.js'

/** The layers of the made supernet; cells have gates. */
export const layers = ['stem', 'cell0', 'cell1', 'cell2', 'classifier']

const operations = ['skip', 'sep-conv-3x3', 'dil-conv-3x3']
const group = (
  name: string,
  layer: string,
  kind: GateGroup['kind'],
  members: readonly string[],
): GateGroup => ({
  name: `${layer}/${name}`,
  layer,
  kind,
  members: members.map((member) => ({ name: member })),
  total: 1,
  keep: { min: 1, max: 1 },
})

/** Two edges and a node in each cell. */
export const groups: readonly GateGroup[] = ['cell0', 'cell1', 'cell2'].flatMap((layer) => [
  group('0→2', layer, 'operations', operations),
  group('1→2', layer, 'operations', operations),
  group('node2', layer, 'inputs', ['0→2', '1→2']),
])

export const context: CompileContext = {
  steps: 10,
  layers,
  activeLayers: layers,
  latency: true,
  groups: groups.map((each) => ({ ...each, width: false, members: each.members.map(({ name }) => name) })),
  parameters: layers.flatMap((layer) => [
    { name: `${layer}/a/depthwise:kernel`, layer },
    { name: `${layer}/b/pointwise:kernel`, layer },
  ]),
  relaxation: relaxations.gates,
  decoder: true,
  terms,
  costs: (metric) => (metric === 'latency' ? undefined : { whole: 1000, least: 51.5 }),
}

/** Validates and compiles a document for the made supernet and ten iterations. */
export const compile = (document: object, changed: Partial<CompileContext> = {}): Schedule =>
  compileSchedule(validate(ScheduleSchema, { name: 'test', ...document }, 'schedule'), {
    ...context,
    ...changed,
  })

/** A document of one phase. */
export const one = (entries: object[], more: object = {}): object => ({
  phases: [{ name: 'all', until: 1, terms: entries, ...more }],
})

/** An entry of l1 on gates. */
export const l1 = (more: object): object => ({ term: 'l1', part: 'gates', ...more })
