import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { checksumsFile } from '../base/checksums.js'
import type { CommandContext } from './command.js'

/** Says of a run that has no checksums that damage to it cannot be told. */
export function noteUnchecked(run: string, { say }: CommandContext): void {
  if (existsSync(join(run, 'config.json')) && !existsSync(join(run, checksumsFile)))
    say(`${run}: it has no ${checksumsFile}, as runs of before there were any: damage cannot be told`)
}
