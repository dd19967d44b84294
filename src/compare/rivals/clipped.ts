/** The smoothly clipped value x / √(1 + (x/3)²): nearly x around 0, never beyond 3. */
export const clipped = (x: number): number => x / Math.sqrt(1 + (x / 3) ** 2)
