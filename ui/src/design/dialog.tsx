// A dialog that gives the focus back to where it came from, also where it is only drawn while it is open.
import { Modal, type ModalProps } from "@mantine/core";
import { useEffect, useState } from "react";

/** Nobody's focus is taken who has moved it meanwhile: it is given back only where it would be nowhere. */
export function giveFocusBack(before: Element | null): void {
  const isNowhere = document.activeElement === null || document.activeElement === document.body;
  if (isNowhere && before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
}

export function Dialog(props: ModalProps) {
  const [before] = useState(() => (props.opened ? document.activeElement : null)); // one that opens later, Modal itself gives back
  useEffect(() => () => giveFocusBack(before), [before]);
  return <Modal {...props} />;
}
