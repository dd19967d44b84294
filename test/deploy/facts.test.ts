import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packagePath } from '../../src/base/files.js'
import type { Command } from '../../src/cli/command.js'
import { compare } from '../../src/cli/commands/compare.js'
import { worker } from '../../src/cli/commands/worker.js'
import { common } from '../../src/cli/options.js'
import { calls, context, instructions, pod, services, stages, textOf } from './files.js'

const commands: Readonly<Record<string, Command>> = { compare, worker }

/** Why a call would be refused before it does anything, or undefined. */
function fault([name, ...rest]: readonly string[]): string | undefined {
  const command = commands[name!]
  if (!command) return `no command ${name}`
  const { positionals = {}, options = {} } = command
  const given = rest.filter((word) => word.startsWith('--')).map((word) => word.slice(2))
  const unknown = given.filter((option) => !(option in options || option in common))
  if (unknown.length > 0) return `${name} has no --${unknown.join(', --')}`
  const missing = Object.keys(options).filter((each) => options[each]!.demandOption && !given.includes(each))
  if (missing.length > 0) return `${name} lacks --${missing.join(', --')}`
  let values = 0
  for (let i = 0; i < rest.length; i++) {
    const option = rest[i]!.startsWith('--') && options[rest[i]!.slice(2)]
    if (!option) values += 1
    else if (option.type === 'string' && (rest[++i] ?? '--').startsWith('--'))
      return `${rest[i - 1]} lacks its value`
  }
  const expected = Object.keys(positionals).length
  return values === expected ? undefined : `${name} takes ${expected} values, got ${values}`
}

describe('calls of the program', () => {
  test('are in every file, and a wrong one would be found', () => {
    const files = calls().map(({ file, words }) => `${file} ${words[0]}`)
    expect(files).toEqual([
      'compose.yaml compare',
      'compose.yaml worker',
      'kubernetes.yaml compare',
      'kubernetes.yaml worker',
      'slurm.sh worker',
      'README.md compare',
    ])
    expect(fault(['wroker'])).toBe('no command wroker')
    expect(fault(['worker', '--redis', 'a', '--sharde', 'b'])).toBe('worker has no --sharde')
    expect(fault(['worker', '--shared', 'b'])).toBe('worker lacks --redis')
    expect(fault(['worker', '--redis', '--shared', 'b'])).toBe('--redis lacks its value')
    expect(fault(['compare', '--out', 'a'])).toBe('compare takes 1 values, got 0')
  })

  test.each(calls())('$file: $words', ({ words }) => expect(fault(words)).toBeUndefined())

  test('give all workers a folder of checkpoints, where drains end soon', () => {
    for (const { words } of calls().filter(({ words: [name] }) => name === 'worker'))
      expect(words).toContain('--shared')
  })
})

test('a port for metrics is the same wherever it is named', () => {
  const [, health] = /127\.0\.0\.1:(\d+)\/health/.exec(textOf('health.js'))!
  const ports = calls().flatMap(({ words }) =>
    words.includes('--metrics-port') ? [words[words.indexOf('--metrics-port') + 1]] : [],
  )
  expect(ports).toEqual([health, health])
  expect(instructions(1, 'EXPOSE')).toEqual([health])
  expect(pod().containers[0].ports.map(({ containerPort }) => String(containerPort))).toEqual([health])
  expect(textOf('README.md')).toContain(`at port ${health}`)
})

test('the time to drain is the same wherever it is given', () => {
  const seconds = pod().terminationGracePeriodSeconds
  expect(services().worker.stop_grace_period).toBe(`${seconds}s`)
  expect(textOf('slurm.sh')).toContain(`#SBATCH --signal=B:TERM@${seconds}\n`)
  expect(textOf('README.md')).toContain(`gives it ${seconds} seconds`)
  expect(textOf('README.md')).toContain(`warns a worker ${seconds} seconds`)
})

describe('variables of the environment', () => {
  const named = (text: string) => [...new Set(text.match(/\bSENTEI_[A-Z_]+/g))].sort()
  const sources = readdirSync(packagePath('src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(packagePath('src', file), 'utf8'))
    .join('')

  test('are explained, all and no others', () => {
    expect(named(textOf('README.md'))).toEqual(
      named(['compose.yaml', 'kubernetes.yaml', 'slurm.sh', 'Dockerfile'].map(textOf).join()),
    )
  })

  test('that are given to a container are read there', () => {
    const read = (name: string, shell: string) =>
      sources.includes(`process.env.${name}`) || shell.includes(`$${name}`) || shell.includes(`$$${name}`)
    const { redis, ...others } = services()
    const given = [
      ...Object.keys(redis.environment).map((name) => [name, redis.command!.join(' ')] as const),
      ...Object.values(others).flatMap(({ environment }) =>
        Object.keys(environment).map((name) => [name, ''] as const),
      ),
      ...pod().containers[0].env.map(({ name }) => [name, pod().containers[0].args[0]] as const),
    ]
    expect(given.length).toBe(5)
    expect(given.filter(([name, shell]) => !read(name, shell))).toEqual([])
    expect(read('SENTEI_OTHER', '')).toBe(false)
  })

  test('that only the script reads have a value without them', () => {
    for (const name of named(textOf('slurm.sh')))
      expect(textOf('slurm.sh')).toMatch(new RegExp(`\\$\\{${name}:-`))
  })
})

describe('the image', () => {
  const own = () => instructions(1, 'RUN').join(' ')
  const owned = () => /chown node:node ([^&]*)$/.exec(own())![1]!.trim().split(' ')

  test('has the user and the name that others expect, and begins with what passes signals on', () => {
    expect(instructions(1, 'USER')).toEqual([String(pod().securityContext.runAsUser)])
    const { coordinator, worker: second } = services()
    expect(new Set([coordinator.image, second.image, pod().containers[0].image])).toEqual(new Set(['sentei']))
    expect(JSON.parse(instructions(1, 'ENTRYPOINT')[0]!)).toEqual(['tini', '--', 'sentei'])
    expect(pod().containers[0].command[0]).toBe('tini')
    expect(own()).toMatch(/install -y --no-install-recommends tini /)
  })

  test('owns the folders that are mounted', () => {
    const mounted = [
      ...[services().coordinator, services().worker].flatMap(({ volumes }) =>
        volumes.map((volume) => volume.slice(volume.lastIndexOf(':') + 1)),
      ),
      ...pod().containers[0].volumeMounts.map(({ mountPath }) => mountPath),
    ]
    expect(new Set(mounted)).toEqual(new Set([...owned(), '/tmp']))
  })

  test('has the health check that is asked for', () => {
    const [, path] = /"node", "(.*?)"\]/.exec(instructions(1, 'HEALTHCHECK')[0]!)!
    expect(pod().containers[0].livenessProbe.exec.command.at(-1)).toContain(`exec node ${path}`)
    expect(path).toBe(join(instructions(1, 'WORKDIR')[0]!, 'health.js'))
  })

  test('is built from files that are there, and that Docker is shown', () => {
    const copied = [0, 1].flatMap((stage) =>
      instructions(stage, 'COPY')
        .filter((words) => !words.startsWith('--from'))
        .flatMap((words) => words.split(' ').slice(0, -1)),
    )
    const shown = (path: string) => context().some((part) => `${path}/`.startsWith(`${part}/`))
    expect(copied.filter((path) => path !== '.' && !shown(path))).toEqual([])
    expect(context().filter((path) => !existsSync(packagePath(path)))).toEqual([])
    const { include } = JSON.parse(readFileSync(packagePath('tsconfig.build.json'), 'utf8')) as {
      include: string[]
    }
    expect(include.filter((path) => !shown(path))).toEqual([])
  })

  test('has every folder of the package that the program reads', () => {
    const { files } = JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as { files: string[] }
    const taken = instructions(1, 'COPY').map((words) => /\/src\/([a-z]+) /.exec(words)?.[1])
    const folders = files.map((file) => file.split('/')[0]!).filter((file) => !file.includes('.'))
    const kept = new Set(folders.filter((file) => !['docs', 'scripts', 'LICENSE'].includes(file)))
    expect([...kept].filter((file) => !taken.includes(file))).toEqual([])
  })

  test('is of one base, and of a Node that the package takes', () => {
    const bases = [...textOf('Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, base]) => base)
    expect(new Set(bases).size).toBe(1)
    expect(stages()).toHaveLength(2)
    const [, minor] = /^node:20\.(\d+)\.\d+-/.exec(bases[0]!)!
    expect(Number(minor)).toBeGreaterThanOrEqual(19)
  })
})

test('the script for Slurm can be run', () => {
  expect(statSync(packagePath('deploy/slurm.sh')).mode & 0o111).not.toBe(0)
})
