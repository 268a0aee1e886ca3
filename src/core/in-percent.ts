/** @param share of one @returns it in words: "93.1 %" */
export const inPercent = (share: number, digits = 1): string =>
  `${(share * 100).toFixed(digits)} %`;
