// Writes src/presets.ts out of schedules/: a browser reads no folder, and a bundler takes a module along.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))

const entries = readdirSync(at('schedules'))
  .filter((file) => file.endsWith('.json'))
  .sort()
  .map((file) => {
    const text = JSON.stringify(JSON.parse(readFileSync(at(`schedules/${file}`), 'utf8')))
    return `${JSON.stringify(file.slice(0, -'.json'.length))}: ${JSON.stringify(text)},`
  })

const source = `
/** The documents in schedules/ as JSON, by name. Written by \`npm run build\`; do not edit. */
export const presets: Readonly<Record<string, string>> = {
  ${entries.join('\n')}
}
`
const path = at('src/presets.ts')
const text = await format(source, { ...(await resolveConfig(path)), filepath: path })
if (text !== readFileSync(path, { encoding: 'utf8', flag: 'a+' })) writeFileSync(path, text)
