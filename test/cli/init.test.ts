import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Ajv } from 'ajv'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { packagePath } from '../../src/base/files.js'
import { schemaFor } from '../../src/cli/editor-schema.js'
import { templates } from '../../src/cli/templates.js'
import { sentei } from './helper.js'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sentei-init-')))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const schema = realpathSync(packagePath('schemas', 'config.json'))

/** The file that an editor finds by the first line of a YAML file. */
function schemaOf(text: string, of: string): string {
  const [, found] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text)!
  return fileURLToPath(new URL(found!, pathToFileURL(`${of}/`)))
}

describe.each(Object.entries(templates))('template %s', (name, { edit }) => {
  const file = join(folder, `${name}.yaml`)

  test('names a schema that is there, that it keeps to, and that tells unknown keys', async () => {
    expect(await sentei(folder, ['init', '--template', name, '--out', file])).toMatchObject({ code: 0 })
    const text = readFileSync(file, 'utf8')
    expect(schemaOf(text, folder)).toBe(schema)
    const check = new Ajv({ strict: false }).compile(
      JSON.parse(readFileSync(schemaOf(text, folder), 'utf8')) as object,
    )
    const value = parse(text) as { data: object }
    check(value)
    expect(check.errors).toBeNull()
    expect(check({ ...value, data: { ...value.data, tarket: 'y' } })).toBe(false)
  })

  test('what is to be edited is in it, and is told before the search', async () => {
    const { stdout, stderr } = await sentei(folder, ['init', '--template', name, '--out', file, '--force'])
    expect(stdout).toBe(`${file}\n`)
    const value = parse(readFileSync(file, 'utf8')) as Record<string, Record<string, unknown>>
    for (const key of edit) expect(value[key.split('.')[0]!]).toHaveProperty(key.split('.')[1]!)
    const own = 'file' in value.data!
    expect(edit.length > 0).toBe(own)
    if (own) {
      expect(stderr).toMatch(
        /^next {5}edit data\.file.* in .*; then run "sentei check-data .*" and "sentei search .*"\n$/,
      )
      expect(readFileSync(file, 'utf8')).toMatch(/^(#.*\n)+# Edit data\.file|^(#.*\n)#.* Edit data\.file/)
    } else expect(stderr).toBe(`next     sentei search ${file}\n`)
  })
})

describe('where the schema is', () => {
  test('relative to a folder that has the package, or stands in one that has it', () => {
    const project = join(folder, 'my project')
    mkdirSync(join(project, 'node_modules'), { recursive: true })
    mkdirSync(join(project, 'trials'))
    symlinkSync(packagePath(), join(project, 'node_modules', 'sentei'), 'dir')
    expect(schemaFor(project)).toBe('./node_modules/sentei/schemas/config.json')
    expect(schemaFor(join(project, 'trials'))).toBe('../node_modules/sentei/schemas/config.json')
    for (const at of [project, join(project, 'trials')])
      expect(realpathSync(join(at, schemaFor(at)))).toBe(schema)
  })

  test('relative to a folder of the checkout', () => {
    expect(schemaFor(packagePath())).toBe('./schemas/config.json')
    expect(schemaFor(packagePath('scripts'))).toBe('../schemas/config.json')
  })

  test('elsewhere the address of the package’s own, which has no spaces', () => {
    const found = schemaFor(folder)
    expect(found).toMatch(/^file:\/\/\/\S+$/)
    expect(existsSync(new URL(found))).toBe(true)
  })
})
