/**
 * Makes the tables and pictures of docs/gallery.md: runs the search of each section, about ten minutes in all.
 *
 *     npx tsx scripts/gallery.ts [NAME …]
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { resolveConfig } from '../src/index.js'
import { exportRun, searchRun, type FinishedRun } from '../src/runs.js'
import { packagePath } from '../src/base/files.js'
import { formatCount, formatDifferenceWithInterval, formatWithInterval } from '../src/report/format.js'
import { scheduleSvg } from '../src/report/schedule-svg.js'
import { namedSchedule } from '../src/runs/schedule-view.js'

/** A section of the page: the configuration in it, and the pictures that it shows. */
export interface Task {
  readonly name: string
  readonly config: object
  /** Paths relative to docs/: `…-network.svg` or `…-schedule.svg`. */
  readonly pictures: readonly string[]
}

const page = packagePath('docs', 'gallery.md')
const sections = (text: string): string[] => text.split(/^(?=## )/m)

/** The tasks of the page, in their order. */
export const galleryTasks = (text = readFileSync(page, 'utf8')): Task[] =>
  sections(text).flatMap((section) => {
    const yaml = /^```yaml\n(.*?)^```$/ms.exec(section)?.[1]
    if (yaml === undefined) return []
    const config = parse(yaml) as { name: string }
    const pictures = [...section.matchAll(/\]\((images\/[^)]+\.svg)\)/g)].map(([, path]) => path!)
    return [{ name: config.name, config, pictures }]
  })

/** The rows of a task's table, as the page has them. */
export function galleryRows({ metrics }: Pick<FinishedRun, 'metrics'>): string[] {
  const { metric, baseline, derived, test, noise } = metrics
  const difference = noise!.test!.difference!
  const row = (label: string, parameters: number, value: unknown, interval: readonly unknown[] | null) =>
    `| ${label}, retrained | ${formatCount(parameters)} | ${formatWithInterval(value, interval)} |`
  return [
    `| network | parameters | test ${metric} |`,
    '| --- | ---: | ---: |',
    row('unpruned', baseline!.parameters, baseline!.test, noise!.test!.baseline),
    row('derived', derived.parameters, test.final, noise!.test!.final),
    `| difference | | ${formatDifferenceWithInterval(difference.value, difference.interval)} |`,
  ]
}

/** Runs the search of a task in a new folder of a folder. */
export const runTask = ({ name, config }: Task, folder: string) =>
  searchRun({ config: resolveConfig(config), folder: packagePath(), out: join(folder, name) })

async function draw(run: string, picture: string): Promise<void> {
  const out = packagePath('docs', ...picture.split('/'))
  if (picture.endsWith('-network.svg')) return exportRun(run, 'svg', out)
  const { view } = await namedSchedule(run)
  writeFileSync(out, `${scheduleSvg(`Schedule ${view!.name}`, view!)}\n`)
}

async function main(names: readonly string[]): Promise<void> {
  const folder = join('runs', 'gallery')
  for (const task of galleryTasks().filter(({ name }) => names.length === 0 || names.includes(name))) {
    rmSync(join(folder, task.name), { recursive: true, force: true })
    const run = await runTask(task, folder)
    for (const picture of task.pictures) await draw(run.folder, picture)
    const rows = galleryRows(run).join('\n')
    const text = sections(readFileSync(page, 'utf8')).map((section) =>
      section.includes(`\nname: ${task.name}\n`)
        ? section.replace(/^\| network \|.*\n(\|.*\n)+/m, () => `${rows}\n`)
        : section,
    )
    writeFileSync(page, text.join(''))
    console.log(`${task.name}\n${rows}`)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2))
