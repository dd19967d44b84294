import ts from 'typescript'
import { beforeAll, expect, test } from 'vitest'
import { packagePath } from '../../src/base/files.js'
import { tsExamples } from './ts-examples.js'

const { examples, write } = tsExamples('example-types')
beforeAll(write)

test('every TypeScript example passes the compiler, as strict as the project', () => {
  const { config } = ts.readConfigFile(packagePath('tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object }
  }
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, packagePath('.'))
  const program = ts.createProgram(
    examples.map(({ file }) => file),
    // Types as users have them: of the packages as they are built.
    {
      ...options,
      paths: {},
      outDir: undefined,
      noEmit: true,
      noUnusedLocals: false,
      rootDir: packagePath('.'),
    },
  )
  const messages = ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`)
  expect(examples.length).toBeGreaterThan(5)
  expect(messages).toEqual([])
})

test('README’s example is no longer than it says', () => {
  const first = examples.find(({ info, place }) => info === 'ts run' && place.startsWith('README.md:'))!
  const lines = first.text.split('\n').filter((line) => line.trim() !== '')
  expect(lines.length).toBeLessThanOrEqual(20)
})
