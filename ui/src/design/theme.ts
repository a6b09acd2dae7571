// The component library's theme: metrics only; its colours are named in palette.css.
import { createTheme } from "@mantine/core";

export const theme = createTheme({
  fontFamily: '"Inter Variable", system-ui, sans-serif',
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
  // Scroll locking would inject a style element, which the content security policy refuses.
  components: {
    Modal: { defaultProps: { lockScroll: false, centered: true, transitionProps: { duration: 100 } } },
    Menu: { defaultProps: { shadow: "md", transitionProps: { duration: 80 } } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
  },
});
