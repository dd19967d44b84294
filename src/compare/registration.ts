import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { promisify } from 'node:util'
import { nodeSha256 } from '../base/files.js'

/** What shows that a comparison was written down before its first trial. */
export interface Registration {
  /** The SHA-256 of the document's file. */
  readonly document: string
  /** The Git commit that last changed the file; null without one, or if the file was changed since. */
  readonly commit: string | null
}

/** Registers the file of a document, as it is now. */
export async function registrationOf(file: string): Promise<Registration> {
  return { document: nodeSha256(readFileSync(file)), commit: await commitOf(file) }
}

async function commitOf(file: string): Promise<string | null> {
  const git = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)('git', args, { cwd: dirname(resolve(file)) })
    return stdout.trim()
  }
  const name = basename(file)
  try {
    const changed = await git('status', '--porcelain', '--ignored', '--', name)
    return changed === '' ? (await git('log', '-1', '--format=%H', '--', name)) || null : null
  } catch {
    // Without Git, or outside of a repository, there is no commit to name.
    return null
  }
}
