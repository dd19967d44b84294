import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { InputError } from '../../base/errors.js'
import { pluginKit, type PluginKit } from './kit.js'

/** Hashes of the modules that this process has loaded, by path: the engine never loads a URL twice. */
const loaded = new Map<string, string>()

/**
 * Loads the module at an absolute path and returns what it exports: its default or, without one, its names. A
 * function is called with the kit. `label` names it in errors. Throws an InputError that says what is wrong
 * with the file and what helps.
 */
export async function readModule(path: string, hash: string, label: string): Promise<unknown> {
  requireModule(path, label)
  const { href } = pathToFileURL(path)
  const before = loaded.get(path)
  const url = before === undefined || before === hash ? href : `${href}?sha256=${hash}`
  if (before === undefined) loaded.set(path, hash)
  let moduleExports: Readonly<Record<string, unknown>>
  try {
    moduleExports = (await import(/* @vite-ignore */ url)) as typeof moduleExports
  } catch (error) {
    throw new InputError(`${label}: ${whyNotLoaded(error, path)}`)
  }
  const exported = exportOf(moduleExports)
  if (typeof exported !== 'function') return exported
  try {
    return await (exported as (kit: PluginKit) => unknown)(pluginKit)
  } catch (error) {
    throw new InputError(`${label}: its function failed: ${told(error, path)}`)
  }
}

/** Throws unless there is a file that the engine loads. */
export function requireModule(path: string, label: string): void {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats) throw new InputError(`${label}: expected a module (.mjs, .js or .cjs), got nothing there`)
  if (!stats.isFile())
    throw new InputError(`${label}: expected a module (.mjs, .js or .cjs), got a folder; name its file`)
  const name = basename(path)
  if (/\.[mc]?ts$/.test(name) && !('typescript' in process.features && process.features.typescript))
    throw new InputError(
      `${label}: expected JavaScript, got TypeScript, which Node ${process.version} does not load; compile it: npx esbuild ${name} --outfile=${name.replace(/\.[mc]?ts$/, '.mjs')}`,
    )
  if (!/\.[mc]?[jt]s$/.test(name))
    throw new InputError(`${label}: expected a module (.mjs, .js or .cjs), got another file`)
}

/** The default export or, without one, all. A compiled CommonJS module says that it has been a module. */
function exportOf(moduleExports: Readonly<Record<string, unknown>>): unknown {
  const exported = 'default' in moduleExports ? moduleExports.default : { ...moduleExports }
  const isCompiled = typeof exported === 'object' && exported !== null && '__esModule' in exported
  if (!isCompiled) return exported
  const { __esModule: _, ...rest } = exported as Record<string, unknown>
  return 'default' in rest ? rest.default : rest
}

function whyNotLoaded(error: unknown, path: string): string {
  const { code } = error as { readonly code?: string }
  const text = told(error, path)
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND')
    return `${text}; install that package beside the plugin, or export a function that is given what it needs: export default ({ tf, Type, searchSpace }) => ({ … })`
  if (/import statement outside a module|Unexpected token 'export'/.test(text))
    return `${text}; name the file .mjs, or say "type": "module" in its package.json`
  if (/module is not defined|require is not defined/.test(text)) return `${text}; name the file .cjs`
  if (!(error instanceof SyntaxError)) return `it failed while it was loaded: ${text}`
  return `expected JavaScript, got an error: ${text}${text.endsWith(')') ? '' : syntaxPlace(path)}`
}

/** Where the syntax of a module is wrong: the engine tells it only when it checks a file, which runs nothing. */
function syntaxPlace(path: string): string {
  const { stderr } = spawnSync(process.execPath, ['--check', path], { encoding: 'utf8', timeout: 5000 })
  const line = /:(\d+)$/m.exec(stderr.split('\n')[0] ?? '')?.[1]
  return line === undefined ? '' : ` (${basename(path)}:${line})`
}

/** An error with the line of the file where it is, if that is known. */
function told(error: unknown, path: string): string {
  if (!(error instanceof Error)) return String(error)
  const name = basename(path)
  const { stack = '' } = error
  const at = new RegExp(`${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?:\\?[^:]*)?:(\\d+)`).exec(stack)
  const [first] = error.message.split('\n')
  const kind = error.name === 'Error' || error.name === 'InputError' ? '' : `${error.name}: `
  return `${kind}${withoutUrls(first!)}${at ? ` (${name}:${at[1]})` : ''}`
}

const withoutUrls = (text: string): string =>
  text.replace(/file:\/\/[^\s'"]+/g, (url) => {
    try {
      return fileURLToPath(url)
    } catch {
      return url
    }
  })
