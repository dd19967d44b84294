/**
 * The upper limit of a share `unexplained`: a larger share of the loss was too much wherever it was measured
 * (decision 20).
 */
export const mostUnexplained = 0.5
