import { InputError } from '../base/errors.js'

/**
 * Requires optional packages before the code that imports them is loaded. Throws an InputError that says how
 * to install what is missing. `path` is the option that needs them.
 */
export async function requirePackages(path: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    try {
      await import(name)
    } catch (error) {
      const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
      throw new InputError(
        `${path}: package ${name} cannot be loaded; install it beside Sentei: npm install ${names.join(' ')} (${reason})`,
      )
    }
  }
}
