/** The chart library as the page loads it; the module is put beside this by the build. */
export { default as uPlot } from "uplot";
