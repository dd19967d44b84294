import { readFileSync } from 'node:fs'
import { parse, parseAllDocuments } from 'yaml'
import { packagePath } from '../../src/base/files.js'

export const textOf = (name: string): string => readFileSync(packagePath('deploy', name), 'utf8')

interface Service {
  readonly command?: readonly string[]
  readonly image: string
  readonly environment: Readonly<Record<string, string>>
  readonly volumes: readonly string[]
  readonly stop_grace_period?: string
}

export const services = (): Readonly<Record<'redis' | 'coordinator' | 'worker', Service>> =>
  (parse(textOf('compose.yaml'), { merge: true }) as { services: Record<string, Service> }).services as never

interface Container {
  readonly image: string
  readonly command: readonly string[]
  readonly args: readonly [string]
  readonly env: readonly { readonly name: string }[]
  readonly ports: readonly { readonly containerPort: number }[]
  readonly volumeMounts: readonly { readonly mountPath: string }[]
  readonly livenessProbe: { readonly exec: { readonly command: readonly string[] } }
}

interface Pod {
  readonly terminationGracePeriodSeconds: number
  readonly securityContext: { readonly runAsUser: number }
  readonly containers: readonly [Container]
}

/** The pod of the Job, and its container. */
export function pod(): Pod {
  const job = parseAllDocuments(textOf('kubernetes.yaml'))
    .map((each) => each.toJS() as { kind: string; spec: { template: { spec: Pod } } })
    .find(({ kind }) => kind === 'Job')!
  return job.spec.template.spec
}

/** A file of lines with what a backslash continues put into one, and comments left out. */
const logical = (text: string): string[] =>
  text
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => !line.startsWith('#') && line.trim() !== '')

/** The instructions of the Dockerfile by stage. */
export function stages(): { readonly name: string; readonly lines: readonly string[] }[] {
  const found: { name: string; lines: string[] }[] = []
  for (const line of logical(textOf('Dockerfile')))
    if (line.startsWith('FROM ')) found.push({ name: / AS (\S+)/.exec(line)?.[1] ?? '', lines: [] })
    else found.at(-1)!.lines.push(line)
  return found
}

/** What stands behind an instruction of a stage, each time. */
export const instructions = (stage: number, word: string): string[] =>
  stages()
    [stage]!.lines.filter((line) => line.startsWith(`${word} `))
    .map((line) => line.slice(word.length + 1))

/** The paths that Docker may take from the repository. */
export const context = (): string[] =>
  textOf('Dockerfile.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1))

/** Every call of `sentei` in deploy/, as words without the name of the program, with the file where it stands. */
export function calls(): { readonly file: string; readonly words: readonly string[] }[] {
  const { coordinator, worker } = services()
  const shell = (file: string, text: string) =>
    logical(text)
      .map((line) => line.replace('"${SENTEI:-node_modules/.bin/sentei}"', 'sentei'))
      .flatMap((line) => /^\s*(?:exec |npx )?sentei (.*?)(?: && .*)?$/.exec(line)?.[1] ?? [])
      .map((line) => ({ file, words: line.match(/"[^"]*"|\S+/g)!.map((word) => word.replaceAll('"', '')) }))
  return [
    { file: 'compose.yaml', words: coordinator.command! },
    { file: 'compose.yaml', words: worker.command! },
    ...shell('kubernetes.yaml', pod().containers[0].args[0]),
    ...shell('slurm.sh', textOf('slurm.sh')),
    ...shell('README.md', textOf('README.md')),
  ]
}
