import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { checksumsFile } from '../base/checksums.js'
import type { CommandContext } from './command.js'

/** Warns if a run has no checksums, so that damage to it cannot be detected. */
export function noteUnchecked(run: string, { say }: CommandContext): void {
  if (existsSync(join(run, 'config.json')) && !existsSync(join(run, checksumsFile)))
    say(
      `${run}: it has no ${checksumsFile}, because the run is older than checksums: damage cannot be detected`,
    )
}
