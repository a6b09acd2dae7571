// The chart library, loaded only when somebody analyses: the parts that a Pareto chart needs.
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent } from "echarts/components";
import { type EChartsCoreOption, type EChartsType, init, use as register } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

register([BarChart, LineChart, GridComponent, CanvasRenderer]);

export type { EChartsCoreOption, EChartsType };
export { init };
