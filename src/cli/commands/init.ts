import { dirname } from 'node:path'
import { InputError } from '../../base/errors.js'
import { didYouMean } from '../../base/suggest.js'
import { command } from '../command.js'
import { json, out, required } from '../options.js'
import { force, outputOf } from '../output.js'
import { templates, type Template } from '../templates.js'

export const init = command({
  usage: 'init',
  description: 'write a commented configuration to begin with',
  options: {
    template: {
      type: 'string',
      default: 'digits',
      requiresArg: true,
      suggest: Object.keys(templates),
      describe: Object.keys(templates).join(', '),
    },
    out: out('the file to write; sentei.yaml by default'),
    force,
    json,
  },
  async run(args, { print, say }) {
    const name = required(args, 'template')
    const names = Object.keys(templates)
    const template = Object.hasOwn(templates, name) ? templates[name] : undefined
    if (template === undefined)
      throw new InputError(
        `--template: expected one of ${names.join(', ')}, got "${name}"${didYouMean(name, names)}`,
      )
    const to = outputOf(args, {}, 'sentei.yaml')
    const { writeAtomic } = await import('../../base/files.js')
    const { schemaLine } = await import('../editor-schema.js')
    writeAtomic(to, schemaLine(dirname(to)) + template.text)
    print(args.json ? JSON.stringify({ template: name, out: to }) : to)
    say(`next     ${nextStep(template, to)}`)
  },
})

/**
 * The command to run next. A template whose data the user must name is edited first, because its search would
 * fail.
 */
function nextStep({ edit }: Template, to: string): string {
  if (edit.length === 0) return `sentei search ${to}`
  const keys = `${edit.slice(0, -1).join(', ')} and ${edit.at(-1)!}`
  return `edit ${keys} in ${to}; then run "sentei check-data ${to}" and "sentei search ${to}"`
}
