// The explanation of a number, open at the right for as long as the address says so.
export function Explain() {
  return null;
}
