// The page as somebody uses it: which moment is looked at, what is lit, which lanes are shown, and the keys for all of it.
import type { PageData } from "../page.ts";
import type { Lane } from "../trace.ts";
import { draw, ROW } from "./drawing.ts";
import { button, checkbox, element } from "./elements.ts";
import { labelAt, labelsOf, widthOf } from "./labels.ts";
import { holdingsAt, isQuiet } from "./moment.ts";
import { markFinding, tellStories } from "./stories.ts";
import { indexAt, type Moment, momentsOf } from "./scale.ts";

export class View {
  private readonly root: HTMLElement;
  private readonly data: PageData;
  private readonly began: number;
  private moments: readonly Moment[] = [];
  private now = 0;
  /** The finding whose story is lit. */
  private finding = 0;
  private zoom = 1;
  private isAllShown = false;
  private readonly hidden = new Set<string>();
  /** The lanes of the stories; clients that are in none are shown when asked for. */
  private readonly concerned: ReadonlySet<string>;
  private isEverybodyShown = false;
  private readonly slider = element("input", { type: "range", min: "0", "aria-label": "Moment" });
  private readonly said = element("output", { id: "said" });
  private readonly labels = element("div", { id: "labels" });
  private readonly chart = element("div", {
    id: "chart",
    tabindex: "0",
    role: "img",
    "aria-label": "What happened, as a picture. The table at the end of the page has all of it.",
  });
  private readonly events = element("ul", { id: "events" });
  private readonly cards = element("div", { id: "cards" });

  constructor(root: HTMLElement, data: PageData) {
    this.root = root;
    this.data = data;
    this.began = data.happenings[0]?.at ?? 0;
    this.concerned = new Set(data.concerned);
  }

  start(): void {
    this.hideOthers();
    this.root.append(this.controls(), this.picture(), this.panels());
    const told = (at: number): string => this.told(at);
    tellStories({ data: this.data, began: this.began, told, light: (finding) => this.light(finding) });
    markFinding(this.finding);
    this.redraw();
    addEventListener("hashchange", () => this.goToHash());
    addEventListener("keydown", (event) => this.onKey(event));
    if (!this.goToHash()) this.go(this.lit.at(-1) ?? this.began);
  }

  /** The instants of what is lit, in their order. */
  private get lit(): readonly number[] {
    const story = this.data.stories[this.finding] ?? [];
    return [...new Set(story.map((i) => this.data.happenings[i]?.at ?? 0))].toSorted((a, b) => a - b);
  }

  /** The groups in which nothing of a story happens begin hidden. */
  private hideOthers(): void {
    const { lanes } = this.data;
    const busy = new Set(lanes.filter(({ name }) => this.concerned.has(name)).map(({ group }) => group));
    if (busy.size === 0) return;
    for (const { group } of lanes) if (!busy.has(group)) this.hidden.add(group);
  }

  private get lanes(): readonly Lane[] {
    const isConcerned = (name: string): boolean =>
      this.isEverybodyShown || this.concerned.size === 0 || this.concerned.has(name);
    return this.data.lanes.filter(
      ({ name, kind, group }) => !this.hidden.has(group) && (kind !== "client" || isConcerned(name)),
    );
  }

  private controls(): HTMLElement {
    const bar = element("div", { id: "controls", role: "group", "aria-label": "Moments" });
    this.slider.addEventListener("input", () => this.goTo(Number(this.slider.value)));
    bar.append(
      button("◀", "Moment before (left arrow)", () => this.goTo(this.now - 1)),
      this.slider,
      button("▶", "Next moment (right arrow)", () => this.goTo(this.now + 1)),
      button("−", "Narrower (minus)", () => this.scale(1 / 1.4)),
      button("+", "Wider (plus)", () => this.scale(1.4)),
      this.said,
    );
    const shown = element("fieldset", { id: "shown" });
    shown.append(element("legend", {}, "Shown"));
    for (const group of new Set(this.data.lanes.map((lane) => lane.group))) {
      const toggle = (isOn: boolean): void => {
        if (isOn) this.hidden.delete(group);
        else this.hidden.add(group);
        this.redraw();
      };
      shown.append(checkbox(group, !this.hidden.has(group), toggle));
    }
    const everybody = (isOn: boolean): void => {
      this.isEverybodyShown = isOn;
      this.redraw();
    };
    if (this.lanes.length < this.data.lanes.filter(({ group }) => !this.hidden.has(group)).length)
      shown.append(checkbox("people who have no part in it", false, everybody));
    const all = (isOn: boolean): void => {
      this.isAllShown = isOn;
      this.redraw();
    };
    if (this.data.happenings.some(isQuiet)) shown.append(checkbox("pings", false, all));
    const head = element("div", { id: "top" });
    head.append(bar, shown);
    return head;
  }

  private picture(): HTMLElement {
    const box = element("div", { id: "picture" });
    this.chart.addEventListener("click", (event) => {
      const x = event.clientX - this.chart.getBoundingClientRect().left + this.chart.scrollLeft;
      const next = this.moments.findIndex((moment) => moment.x > x);
      this.goTo(next < 0 ? this.moments.length - 1 : Math.max(0, next - 1));
    });
    box.append(this.labels, this.chart);
    return box;
  }

  private panels(): HTMLElement {
    const box = element("div", { id: "panels" });
    const happens = element("section", { "aria-live": "polite" });
    happens.append(element("h2", {}, "What happens now"), this.events);
    const held = element("section", {});
    held.append(element("h2", {}, "What everybody holds now"), this.cards);
    box.append(happens, held);
    return box;
  }

  private light(finding: number): void {
    if (this.finding === finding) return;
    this.finding = finding;
    markFinding(finding);
    this.redraw();
    this.go(this.lit.at(-1) ?? this.began);
  }

  private scale(by: number): void {
    this.zoom = Math.min(4, Math.max(0.3, this.zoom * by));
    this.redraw();
  }

  private told(at: number): string {
    const ms = at - this.began;
    if (!this.data.isTimed) return `event ${ms + 1}`;
    if (ms < 10_000) return `${Number(ms.toFixed(1))} ms`;
    return ms < 600_000 ? `${(ms / 1_000).toFixed(3)} s` : `${(ms / 60_000).toFixed(1)} min`;
  }

  private redraw(): void {
    const { data, chart } = this;
    const at = this.moments[this.now]?.at ?? this.began;
    const { lanes } = this;
    const names = new Set(lanes.map(({ name }) => name));
    const story = new Set(data.stories[this.finding] ?? []);
    const isLit = (i: number): boolean => story.has(i);
    const isShown = (i: number): boolean => {
      const happening = data.happenings[i];
      if (happening === undefined || happening.type === "holding") return false;
      if (!this.isAllShown && isQuiet(happening) && !isLit(i)) return false;
      if (happening.type === "flight") return names.has(happening.from) && names.has(happening.to);
      if (happening.type === "told") return names.has(happening.lane);
      return happening.lane === null || names.has(happening.lane);
    };
    const labels = labelsOf(data, isShown, isLit);
    const widthAt = (i: number, when: number): number => {
      const happening = data.happenings[i];
      return happening !== undefined && labelAt(happening) === when ? widthOf(labels.get(i)) : 0;
    };
    this.moments = momentsOf(data.happenings, isShown, widthAt, this.zoom);
    const told = (when: number): string => this.told(when);
    chart.replaceChildren(draw({ data, lanes, moments: this.moments, isShown, isLit, labels, told }));
    this.labels.replaceChildren(
      ...lanes.map(({ name, kind }) => element("div", { class: kind, style: `height:${ROW}px` }, name)),
    );
    this.slider.max = `${this.moments.length - 1}`;
    this.go(at);
  }

  private go(at: number): void {
    this.goTo(indexAt(this.moments, at), false);
  }

  private goToHash(): boolean {
    const at = Number(/^#t=(-?[\d.]+)$/.exec(location.hash)?.[1] ?? NaN);
    if (Number.isNaN(at)) return false;
    this.go(this.began + at);
    return true;
  }

  private goTo(index: number, isNoted = true): void {
    this.now = Math.min(this.moments.length - 1, Math.max(0, index));
    const moment = this.moments[this.now];
    if (moment === undefined) return;
    if (isNoted) history.replaceState(null, "", `#t=${moment.at - this.began}`);
    this.slider.value = `${this.now}`;
    this.slider.setAttribute("aria-valuetext", this.told(moment.at));
    this.said.textContent = `${this.told(moment.at)}, moment ${this.now + 1} of ${this.moments.length}`;
    const line = this.chart.querySelector("#now");
    line?.setAttribute("x1", `${moment.x}`);
    line?.setAttribute("x2", `${moment.x}`);
    const { scrollLeft, clientWidth } = this.chart;
    if (moment.x < scrollLeft + 40 || moment.x > scrollLeft + clientWidth - 140)
      this.chart.scrollLeft = moment.x - clientWidth / 2;
    this.showMoment(moment);
  }

  private showMoment({ at, happenings }: Moment): void {
    this.events.replaceChildren(
      ...happenings.map((i) => {
        const happening = this.data.happenings[i];
        const arrives = happening?.type === "flight" && happening.at !== at;
        const fate = happening?.type === "flight" && happening.isLost ? "is lost" : "arrives";
        return element("li", {}, `${this.data.words[i] ?? ""}${arrives ? `: ${fate}` : ""}`);
      }),
    );
    this.cards.replaceChildren(...holdingsAt(this.data, this.lanes, at));
  }

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const lit = this.lit;
    const at = this.moments[this.now]?.at ?? 0;
    const keys: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => this.goTo(this.now - 1),
      ArrowRight: () => this.goTo(this.now + 1),
      Home: () => this.goTo(0),
      End: () => this.goTo(this.moments.length - 1),
      n: () => this.goTo(indexAt(this.moments, lit.find((one) => one > at) ?? at)),
      p: () => this.goTo(indexAt(this.moments, lit.findLast((one) => one < at) ?? at)),
      "+": () => this.scale(1.4),
      "-": () => this.scale(1 / 1.4),
    };
    const act = keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  }
}
