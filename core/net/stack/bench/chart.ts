/** A line of a chart. */
export interface Series {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** A model, not a measurement: dashed and without dots. */
  readonly isModel?: boolean;
  /** So many points that dots would hide the line. */
  readonly isDense?: boolean;
}

export interface Axis {
  readonly label: string;
  readonly ticks: readonly number[];
  readonly isLogarithmic?: boolean;
}

/** The axes reach from the first of their ticks to the last. */
export interface Chart {
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

/** An SVG picture of `charts`, one below the other. */
export function draw(title: string, charts: readonly Chart[]): string {
  const height = charts.length * PANEL_HEIGHT + TOP;
  const panels = charts.map(
    (chart, at) => `<g transform="translate(0 ${TOP + at * PANEL_HEIGHT})">${panel(chart)}</g>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="ui-sans-serif, system-ui, sans-serif" font-size="13">
<title>${title}</title>
<style>text { fill: #5b6b7b } .ink { fill: #1c2733; font-size: 17px; font-weight: 600 } .grid { stroke: #1c2733; stroke-opacity: .12 } polyline { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round }</style>
<rect width="${WIDTH}" height="${height}" rx="12" fill="#ffffff"/>
<text class="ink" x="${LEFT}" y="32">${title}</text>
${panels.join('\n')}
</svg>
`;
}

function panel({ x, y, series }: Chart): string {
  const toX = scale(x, LEFT, WIDTH - RIGHT);
  const toY = scale(y, PANEL_HEIGHT - BOTTOM, LEGEND);
  const parts: string[] = [];
  for (const tick of x.ticks) {
    const at = short(toX(tick));
    parts.push(`<path class="grid" d="M${at} ${LEGEND}V${PANEL_HEIGHT - BOTTOM}"/>`);
    parts.push(text(at, PANEL_HEIGHT - BOTTOM + 18, 'middle', `${tick}`));
  }
  for (const tick of y.ticks) {
    const at = short(toY(tick));
    parts.push(`<path class="grid" d="M${LEFT} ${at}H${WIDTH - RIGHT}"/>`);
    parts.push(text(LEFT - 8, at + 4, 'end', `${tick}`));
  }
  parts.push(text((LEFT + WIDTH - RIGHT) / 2, PANEL_HEIGHT - BOTTOM + 38, 'middle', x.label));
  const middle = (LEGEND + PANEL_HEIGHT - BOTTOM) / 2;
  parts.push(
    `<g transform="translate(22 ${middle}) rotate(-90)">${text(0, 0, 'middle', y.label)}</g>`,
  );
  let legendX = LEFT;
  for (const { name, colour, points, isModel, isDense } of series) {
    const places = points.map(([px, py]) => [
      short(toX(px)),
      short(clamp(toY(py), LEGEND, PANEL_HEIGHT - BOTTOM)),
    ]);
    const dash = isModel ? ' stroke-dasharray="6 5"' : '';
    const width = isDense ? ' stroke-width="1.5"' : '';
    parts.push(`<polyline stroke="${colour}"${dash}${width} points="${places.join(' ')}"/>`);
    if (!isModel && !isDense) {
      const dots = places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3"/>`);
      parts.push(`<g fill="${colour}">${dots.join('')}</g>`);
    }
    parts.push(`<path stroke="${colour}" stroke-width="3"${dash} d="M${legendX} 12h22"/>`);
    parts.push(text(legendX + 28, 16, 'start', name));
    legendX += 28 + name.length * LETTER + 22;
  }
  return parts.join('\n');
}

function scale(
  { ticks, isLogarithmic }: Axis,
  from: number,
  to: number,
): (value: number) => number {
  const place = (value: number) => (isLogarithmic ? Math.log(Math.max(value, 1e-9)) : value);
  const first = place(ticks[0]);
  const last = place(ticks[ticks.length - 1]);
  return (value) => from + ((place(value) - first) / (last - first)) * (to - from);
}

function text(x: number, y: number, anchor: string, content: string): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${content}</text>`;
}

function short(value: number): number {
  return Math.round(value * 10) / 10;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

const WIDTH = 860;
const PANEL_HEIGHT = 340;
const TOP = 50;
const LEFT = 70;
const RIGHT = 30;
const BOTTOM = 56;
/** Where the panel begins below its legend. */
const LEGEND = 34;
/** About the width of a letter. */
const LETTER = 6.8;
