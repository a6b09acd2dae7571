// The addresses of Dovetail, made of the screens that are there.
import { createRootRoute, createRoute, createRouter, Outlet, Navigate } from "@tanstack/react-router";
import { Suspense } from "react";
import { Problem } from "@/api/problem";
import { Gate, may, useMe } from "@/app/gate";
import { Ground } from "@/app/ground";
import { NotFound, ScreenFailed } from "@/app/not-found";
import { type Screen, screens } from "@/app/screen";
import { Shell } from "@/app/shell";
import { ProblemNotice, Waiting } from "@/design/notice";
import { parseSearch, stringifySearch } from "@/view/search";

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });
const plant = createRoute({
  getParentRoute: () => root,
  id: "plant",
  component: () => (
    <Gate>
      <Shell>
        <Suspense fallback={<Waiting />}>
          <Outlet />
        </Suspense>
      </Shell>
    </Gate>
  ),
});
const wall = createRoute({
  getParentRoute: () => root,
  id: "wall",
  component: () => (
    <Gate>
      <Ground toasts="top">
        <Suspense fallback={<Waiting />}>
          <Outlet />
        </Suspense>
      </Ground>
    </Gate>
  ),
});
const bare = createRoute({
  getParentRoute: () => root,
  id: "bare",
  component: () => (
    <Suspense fallback={null}>
      <Outlet />
    </Suspense>
  ),
});

/** To the plant; who does not see it, to what they may do. */
function Home() {
  const me = useMe();
  return <Navigate to={may(me, "plant.view") ? "/overview" : may(me, "person.manage") ? "/people" : "/profile"} replace />;
}

/** The screen, for those who may see what it shows; the server refuses the others anyway. */
function allowed({ component: Content, needs }: Screen) {
  if (!needs) return Content;
  return function Allowed() {
    return may(useMe(), needs) ? <Content /> : <ProblemNotice error={new Problem(403)} />;
  };
}

const home = createRoute({ getParentRoute: () => plant, path: "/", component: Home });
const frames = { plant, wall: wall as unknown as typeof plant, bare: bare as unknown as typeof plant };
const of = (frame: Screen["frame"]) =>
  screens.filter((screen) => screen.frame === frame).map((screen) => createRoute({ getParentRoute: () => frames[frame], path: screen.path, component: allowed(screen) }));

export const router = createRouter({
  routeTree: root.addChildren([plant.addChildren([home, ...of("plant")]), wall.addChildren(of("wall") as never[]), bare.addChildren(of("bare") as never[])]),
  parseSearch,
  stringifySearch,
  defaultErrorComponent: ScreenFailed,
  defaultNotFoundComponent: NotFound,
});
