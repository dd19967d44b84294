import { readFileSync, readdirSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { packagePath } from '../../src/base/files.js'
import { jsonSchema, schemaKinds } from '../../src/config/json-schema.js'
import { resolveConfig } from '../../src/config/load-config.js'

const read = (...path: string[]) => readFileSync(packagePath(...path), 'utf8')

/** As an editor checks: what stands on the disk, and no default is filled in. */
const checkers = Object.fromEntries(
  schemaKinds.map((kind) => {
    const check = new Ajv({ strict: false, allErrors: true }).compile(
      JSON.parse(read('schemas', `${kind}.json`)) as object,
    )
    return [
      kind,
      (value: unknown) => (check(value) ? [] : check.errors!.map((e) => `${e.instancePath} ${e.message}`)),
    ]
  }),
)
const config = checkers.config!
const schedule = checkers.schedule!

const presets = readdirSync(packagePath('schedules'))

describe('the schemas that editors read', () => {
  it.each(schemaKinds)('schemas/%s.json is what the code says', (kind) => {
    expect(JSON.parse(read('schemas', `${kind}.json`))).toEqual(jsonSchema(kind))
  })

  it.each(schemaKinds)('%s: another project finds it by the name of the package', (kind) => {
    const { exports, files } = JSON.parse(read('package.json')) as {
      exports: Record<string, unknown>
      files: string[]
    }
    expect(exports[`./schemas/${kind}.json`]).toBe(`./schemas/${kind}.json`)
    expect(files).toContain('schemas')
  })

  it('take what the program takes: nothing with a default need be there', () => {
    const smallest = { data: { source: 'concrete' }, supernet: { space: 'autoencoder-mlp' } }
    expect(config(smallest)).toEqual([])
    expect(config({ $schema: 'x', ...smallest })).toEqual([])
    expect(resolveConfig({ $schema: 'x', ...smallest }).name).toBe('search')
    expect(config(parse(read('scripts', 'demo.yaml')))).toEqual([])
  })

  it.each(presets)('take the preset %s', (file) => {
    expect(schedule(JSON.parse(read('schedules', file)))).toEqual([])
  })

  it('refuse unknown keys, other types and what is missing', () => {
    const given = { data: { source: 'concrete' }, supernet: { space: 'mlp-cell' } }
    expect(config({ ...given, serch: {} })).toEqual([' must NOT have additional properties'])
    expect(config({ ...given, search: { epoch: 3 } })).toEqual([
      '/search must NOT have additional properties',
    ])
    expect(config({ ...given, seed: 'one' })).toEqual(['/seed must be integer'])
    expect(config({ data: given.data })).toEqual([" must have required property 'supernet'"])
    expect(config({ ...given, criteria: [{ atLeast: 1 }] })).toEqual([
      "/criteria/0 must have required property 'metric'",
    ])
    const phases = [{ name: 'all', until: 1 }]
    expect(schedule({ name: 'mine', phases })).toEqual([])
    expect(schedule({ name: 'mine', phases, fases: 1 })).toContain(' must NOT have additional properties')
    expect(schedule({ name: 'mine', planner: 'genetic' })).toContain(" must have required property 'base'")
  })
})
