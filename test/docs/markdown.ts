import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packagePath } from '../../src/base/files.js'

/** A fenced block of a page: the words after its fence, its text, and where it stands. */
export interface Block {
  readonly info: string
  readonly text: string
  readonly place: string
}

/** Everything that users read, relative to the package. */
export const pages: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(packagePath('docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file))
    .sort(),
]

export const pageText = (page: string): string => readFileSync(packagePath(page), 'utf8')

/** The fenced blocks of a page, or of all. */
export function blocksOf(page: string): Block[] {
  return [...pageText(page).matchAll(/^```([^\n]*)\n(.*?)^```$/gms)].map(({ 1: info, 2: text, index }) => ({
    info: info!.trim(),
    text: text!,
    place: `${page}:${pageText(page).slice(0, index).split('\n').length}`,
  }))
}
export const allBlocks: readonly Block[] = pages.flatMap(blocksOf)

/** A page without its fenced blocks. */
export const proseOf = (page: string): string => pageText(page).replace(/^```.*?^```$/gms, '')

/** Rows of the tables under a heading (of all tables without one), cells trimmed, head and rule left out. */
export function tableRows(page: string, heading?: string): string[][] {
  const prose = proseOf(page)
  const from = heading === undefined ? 0 : prose.indexOf(`\n## ${heading}\n`)
  if (from < 0) throw new Error(`${page}: no heading ${heading}`)
  const next = prose.indexOf('\n## ', from + 1)
  const section = heading === undefined || next < 0 ? prose.slice(from) : prose.slice(from, next)
  return section
    .split(/\n\n+/)
    .filter((part) => part.trimStart().startsWith('|'))
    .flatMap((table) => table.trim().split('\n').slice(2))
    .map((row) =>
      row
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    )
}

/** The text inside a cell's or sentence's backticks. */
export const coded = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!)

/** Ids of a page's headings, as GitHub makes them. */
export const anchorsOf = (page: string): string[] =>
  [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
