// A dialog that gives the focus back to where it came from, also where it is only drawn while it is open.
import { Modal, type ModalProps } from "@mantine/core";
import { useEffect, useState } from "react";
import { standAgain, standing } from "@/design/focus";

export function Dialog(props: ModalProps) {
  const [before] = useState(() => (props.opened ? standing() : [])); // one that opens later, Modal itself gives back
  useEffect(() => () => standAgain(before), [before]);
  return <Modal {...props} />;
}
