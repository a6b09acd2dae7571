// Where the browser begins: the stylesheets, the language, the component library, the router.
import "@mantine/core/styles.layer.css";
import "@fontsource-variable/inter/wght.css";
import "@/design/palette.css";
import "@/design/base.css";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "@/api/queries";
import { router } from "@/app/router";
import { theme } from "@/design/theme";
import { currentLanguage } from "@/words/language";

document.documentElement.lang = currentLanguage();
// before the first drawing, so that canvases read the right palette and nothing flashes white at night
const chosen = localStorage.getItem("mantine-color-scheme-value");
const dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
document.documentElement.dataset["mantineColorScheme"] = dark ? "dark" : "light";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    {/* the library's run-time style elements stay off: the content security policy allows none */}
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
