import { basename } from 'node:path'
import { InputError } from '../../base/errors.js'
import { didYouMean } from '../../base/suggest.js'
import { command } from '../command.js'
import { json, text } from '../options.js'
import { shells } from '../shells.js'

const known = Object.keys(shells)

export const completion = command({
  usage: 'completion [shell]',
  description: 'print a script for shell completion of commands, options and values',
  positionals: {
    shell: { type: 'string', suggest: known, describe: `${known.join(', ')}; that of $SHELL by default` },
  },
  options: { json },
  run(args, { print }) {
    const shell = text(args, 'shell') ?? basename(process.env.SHELL ?? '')
    const script = Object.hasOwn(shells, shell) ? shells[shell] : undefined
    if (script === undefined)
      throw new InputError(
        `shell: expected one of ${known.join(', ')}, got "${shell}"${didYouMean(shell, known)}`,
      )
    print(args.json ? JSON.stringify({ shell, script }) : script)
  },
})
