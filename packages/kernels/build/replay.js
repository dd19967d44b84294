// Writes dist/replay.ts, the interpreter of recorded calls, from the kernels' signatures.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'

const assembly = new URL('../assembly/', import.meta.url)
const read = (file) => readFileSync(new URL(file, assembly), 'utf8')
const exported = [...read('index.ts').matchAll(/export \{([^}]*)\} from '\.\/([^']+)'/g)].flatMap(
  ([, names, file]) =>
    names
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean)
      .map((name) => ({ name, file })),
)

/** The types of a kernel's arguments, and of its result. */
function signature({ name, file }) {
  const found = read(`${file}.ts`).match(new RegExp(`export function ${name}\\(([^)]*)\\): (\\w+)`))
  if (!found) throw new Error(`build/replay.js: no signature of ${name} in ${file}.ts`)
  const types = found[1].split(',').flatMap((part) => part.split(':')[1]?.trim() ?? [])
  return { types, result: found[2] }
}

// A replay has no use for returned values, so kernels that return one are not recorded.
const kernels = exported
  .map((each) => ({ ...each, ...signature(each) }))
  .filter(({ result }) => result === 'void')
const argument = (type, i) => {
  const number = `load<f64>(at, ${16 + i * 8})`
  if (type === 'f64') return number
  if (type === 'bool') return `${number} != 0`
  return `<${type === 'usize' ? 'u32' : type}>${number}`
}
const cases = kernels.map(
  ({ name, types }, code) =>
    `      case ${code}:\n        ${name}(${types.map(argument).join(', ')})\n        break`,
)
const imports = kernels.map(({ name, file }) => `import { ${name} } from '../assembly/${file}'`)
const codes = kernels.map(({ name }, code) => `export const code_${name}: i32 = ${code}`)

mkdirSync(new URL('../dist/', import.meta.url), { recursive: true })
writeFileSync(
  new URL('../dist/replay.ts', import.meta.url),
  `${imports.join('\n')}

/** The number that stands for each kernel on a tape. */
${codes.join('\n')}

/**
 * Makes the recorded calls of kernels from one address up to another. A call is a code, the number of its arguments,
 * and these, each a float64.
 */
export function replay(at: usize, end: usize): void {
  while (at < end) {
    switch (<i32>load<f64>(at)) {
${cases.join('\n')}
    }
    at += 16 + <usize>load<f64>(at, 8) * 8
  }
}
`,
)
