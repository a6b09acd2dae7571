// A sentence in which numbers stand that open: the words around them are the language's, and so is their order.
import { Fragment, type ReactNode } from "react";

const MARK = "\u0001";
type Parts = Readonly<Record<string, ReactNode>>;

/** `write`: a sentence with these values in it. */
export function Told({ write, parts }: { write: (values: Record<string, string>) => string; parts: Parts }): ReactNode {
  const names = Object.keys(parts);
  const written = write(Object.fromEntries(names.map((name) => [name, `${MARK}${name}${MARK}`])));
  return written.split(MARK).map((text, i) => <Fragment key={i}>{i % 2 === 0 ? text : parts[text]}</Fragment>);
}
