/** The most that a share `unexplained` comes to: more of the loss was too much wherever it was measured (decision 20). */
export const mostUnexplained = 0.5
