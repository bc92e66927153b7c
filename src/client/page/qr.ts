// A QR code as a picture. Loaded when somebody asks for one: it shares nothing with the page, so that the build keeps it apart.
import { pathOf } from "./qr-path.ts";

const SVG = "http://www.w3.org/2000/svg";

/** Dark on light in any theme: scanners know no other. `label` is what it is for who does not see it. */
export function drawQr(text: string, label: string): SVGSVGElement {
  const { size, path } = pathOf(text);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${size} ${size}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  const modules = document.createElementNS(SVG, "path");
  modules.setAttribute("d", path);
  svg.append(modules);
  return svg;
}
