// A text as a QR code's dark modules. Pure.
/*! lean-qr, Copyright (c) 2021-2025 David Evans, MIT License: https://github.com/davidje13/lean-qr/blob/main/LICENSE */
import { correction, generate } from "lean-qr/nano";

/** The blank edge that scanners need, in modules. */
const EDGE = 4;

/** The dark modules as one path, row by row, each of them a square of one unit. */
export function pathOf(text: string): { readonly size: number; readonly path: string } {
  const code = generate(text, { minCorrectionLevel: correction.M });
  let path = "";
  for (let y = 0; y < code.size; y++) {
    for (let x = 0; x < code.size; x++) {
      let width = 0;
      while (code.get(x + width, y)) width += 1;
      if (width > 0) path += `M${x + EDGE} ${y + EDGE}h${width}v1h-${width}z`;
      x += width;
    }
  }
  return { size: code.size + 2 * EDGE, path };
}
