// After a correction everything that shows the signal is asked for anew: lists, figures, and the tiles of its curve.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { forget } from "@/trend/loader";

export function useReread(): (tag: number) => void {
  const client = useQueryClient();
  return useCallback((tag) => {
    forget(tag);
    void client.invalidateQueries();
  }, [client]);
}
