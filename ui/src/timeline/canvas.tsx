// A canvas that is always as sharp as the display and as wide as its place.
import { useElementSize } from "@mantine/hooks";
import { type ComponentProps, useEffect, useRef } from "react";
import css from "@/timeline/timeline.module.css";

export type Paint = (pen: CanvasRenderingContext2D, width: number, scale: number) => void;
interface PaintedProps extends Omit<ComponentProps<"canvas">, "height" | "width"> { height: number; paint: Paint; onWidth?: (width: number) => void }

export function Painted({ height, paint, onWidth, ...rest }: PaintedProps) {
  const { ref: box, width } = useElementSize();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (width > 0) onWidth?.(width);
  }, [width, onWidth]);
  useEffect(() => {
    const element = canvas.current;
    const pen = element?.getContext("2d");
    if (!element || !pen || width === 0) return;
    const scale = devicePixelRatio || 1;
    element.width = Math.round(width * scale);
    element.height = Math.round(height * scale);
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    paint(pen, width, scale);
  });
  return (
    <div ref={box} className={css.box} style={{ height }}>
      <canvas ref={canvas} className={css.canvas} {...rest} />
    </div>
  );
}
