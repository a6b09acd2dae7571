// Who may say what samples were: an engineer of the equipment, or of anything above it.
import { useEquipment } from "@/app/equipment";
import { useMe } from "@/app/gate";

const CORRECT = "samples.correct";

export function useMayCorrect(equipmentId: number): boolean {
  return useMayCorrectAny()(equipmentId);
}

/** The same of any equipment. */
export function useMayCorrectAny(): (equipmentId: number) => boolean {
  const me = useMe();
  const { map } = useEquipment();
  const held = me.permissions.at[CORRECT] ?? [];
  return (equipmentId) => {
    const equipment = map.byId(equipmentId);
    return me.permissions.system.includes(CORRECT) || (equipment !== undefined && map.chain(equipment).some((node) => held.includes(node.id)));
  };
}
