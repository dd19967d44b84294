import { existsSync } from 'node:fs'
import { InputError } from '../../base/errors.js'
import { writeAtomic } from '../../base/files.js'
import { didYouMean } from '../../base/suggest.js'
import { command } from '../command.js'
import { json, out, required, text } from '../options.js'
import { templates } from '../templates.js'

export const init = command({
  usage: 'init',
  description: 'write a commented configuration to begin with',
  options: {
    template: {
      type: 'string',
      default: 'digits',
      requiresArg: true,
      describe: Object.keys(templates).join(', '),
    },
    out: out('the file to write; sentei.yaml by default'),
    json,
  },
  run(args, { print, say }) {
    const name = required(args, 'template')
    const names = Object.keys(templates)
    const template = Object.hasOwn(templates, name) ? templates[name] : undefined
    if (template === undefined)
      throw new InputError(
        `--template: expected one of ${names.join(', ')}, got "${name}"${didYouMean(name, names)}`,
      )
    const to = text(args, 'out') ?? 'sentei.yaml'
    if (existsSync(to)) throw new InputError(`${to}: it exists already; choose another --out, or remove it`)
    writeAtomic(to, template)
    print(args.json ? JSON.stringify({ template: name, out: to }) : to)
    say(`next: sentei search ${to}`)
  },
})
