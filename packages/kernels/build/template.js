// What the generators of kernels share: lines of AssemblyScript, and where they are written.
import { mkdirSync, writeFileSync } from 'node:fs'

/** 0, 1, …, n − 1. */
export const upTo = (n) => Array.from({ length: n }, (_, i) => i)

/** Lines of code behind so many spaces, to stand in a template behind as many. */
export const block = (spaces, lines) => lines.flat(Infinity).join(`\n${' '.repeat(spaces)}`)

/** A load of four lanes some bytes, a number or an expression, behind an address. */
export const load = (from, bytes = 0) => (bytes === 0 ? `v128.load(${from})` : `v128.load(${from}, ${bytes})`)

/** Sums that begin with 0. */
export const sums = (names) => names.map((name) => `let ${name} = zero()`)

/** Writes dist/NAME.ts. */
export function write(name, text) {
  mkdirSync(new URL('../dist/', import.meta.url), { recursive: true })
  writeFileSync(new URL(`../dist/${name}.ts`, import.meta.url), text)
}
