import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { packagePath } from '../../src/base/files.js'

const host = mkdtempSync(join(tmpdir(), 'sentei-host-'))
afterAll(() => rmSync(host, { recursive: true }))

it('the installed package says its own version, not that of the project around it', () => {
  const modules = join(host, 'node_modules')
  const own = join(modules, 'sentei')
  mkdirSync(own, { recursive: true })
  // What npm install would do, without a registry.
  for (const name of readdirSync(packagePath('node_modules')))
    if (name !== 'sentei') symlinkSync(packagePath('node_modules', name), join(modules, name))
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', host], {
    cwd: packagePath(),
    encoding: 'utf8',
  })
  const archive = join(host, packed.trim().split('\n').at(-1)!)
  execFileSync('tar', ['-xzf', archive, '-C', own, '--strip-components', '1'])

  const { version } = JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as { version: string }
  const main = join(own, 'dist', 'src', 'cli', 'main.js')
  const said = () =>
    execFileSync(process.execPath, [main, '--version'], { cwd: host, encoding: 'utf8' }).trim()
  expect(said()).toBe(version)
  writeFileSync(join(host, 'package.json'), JSON.stringify({ name: 'host', version: '9.8.7' }))
  expect(said()).toBe(version)
})
