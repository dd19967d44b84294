import { cpSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '../../src/base/errors.js'

/** One way to damage a file. */
export interface Attack {
  readonly name: string
  readonly damage: (path: string) => void
}

const changed =
  (change: (bytes: Buffer) => Buffer) =>
  (path: string): void =>
    writeFileSync(path, change(readFileSync(path)))

/** Flips one bit at a share of a file's length. */
const flipAt = (share: number, bit: number): Attack => ({
  name: `flip at ${share}`,
  damage: changed((bytes) => {
    bytes[Math.min(bytes.length - 1, Math.floor(share * bytes.length))]! ^= 1 << bit
    return bytes
  }),
})

const cutTo = (name: string, length: (whole: number) => number): Attack => ({
  name,
  damage: changed((bytes) => bytes.subarray(0, Math.max(0, length(bytes.length)))),
})

/** Flips, truncations and the removal of a file. */
export const attacks: readonly Attack[] = [
  ...[0, 0.13, 0.31, 0.5, 0.77, 0.99].map((share, i) => flipAt(share, i % 7)),
  cutTo('cut to nothing', () => 0),
  cutTo('cut to half', (length) => length >> 1),
  cutTo('cut by one', (length) => length - 1),
  { name: 'removed', damage: (path) => rmSync(path) },
]

/** All files of a folder, by their path in it. */
export const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort()

/** What a command came to on a damaged run. */
export type Ending = 'same' | 'refused' | 'WRONG'

/** What one command does to a run's folder, and what it gives, without clocks. */
export interface Task {
  readonly command: string
  /** Runs the command in a folder; anything that can be compared. */
  readonly run: (folder: string) => Promise<unknown>
}

export interface Finding {
  readonly command: string
  readonly file: string
  readonly attack: string
  readonly ending: Ending
  readonly message: string
}

/**
 * Damages each file of a run in each way, and runs each command on what is left: it must end as on the whole run, or
 * with an InputError that names a file of the run.
 */
export async function attack(run: string, place: string, tasks: readonly Task[]): Promise<Finding[]> {
  const found: Finding[] = []
  const copy = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
    rmSync(place, { recursive: true, force: true })
    cpSync(run, place, { recursive: true })
    return work(place)
  }
  for (const { command, run: perform } of tasks) {
    const wanted = JSON.stringify(await copy(perform))
    for (const file of filesIn(run))
      for (const { name, damage } of attacks) {
        const [ending, message] = await copy(async (folder): Promise<[Ending, string]> => {
          damage(join(folder, file))
          try {
            const got = JSON.stringify(await perform(folder))
            return got === wanted ? ['same', ''] : ['WRONG', 'another result']
          } catch (error) {
            const text = error instanceof Error ? error.message : String(error)
            const names = filesIn(run).some((each) => text.includes(each))
            return [error instanceof InputError && names ? 'refused' : 'WRONG', text]
          }
        })
        found.push({ command, file, attack: name, ending, message })
      }
  }
  return found
}

/** How often each ending came, by command, as a table of text. */
export function summary(findings: readonly Finding[]): string {
  const commands = [...new Set(findings.map(({ command }) => command))]
  const count = (command: string, ending: Ending) =>
    findings.filter((each) => each.command === command && each.ending === ending).length
  const rows = commands.map((command) =>
    [
      command.padEnd(28),
      ...(['same', 'refused', 'WRONG'] as const).map((e) => String(count(command, e)).padStart(8)),
    ].join(''),
  )
  return [`${'command'.padEnd(28)}    same refused   WRONG`, ...rows].join('\n')
}
