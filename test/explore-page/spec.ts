// What holds of the page whatever anybody does, and what somebody may do: for Bombadil, which runs this beside a browser.
// Companions (run.ts) say messages that carry their number in the room, "n17 …", while networks come and go.
import { always, eventually, extract, next, now } from "@antithesishq/bombadil";
import {
  actions,
  type ActionTemplate,
  type Fingerprint,
  getFingerprint,
  type Point,
  type State,
  weighted,
} from "@antithesishq/bombadil/browser";
import {
  back,
  clicks,
  inputs,
  reload,
  scroll,
  waitOnce,
} from "@antithesishq/bombadil/browser/defaults/actions";

/** More rows than any screen shows are a list that grows for ever. */
const MOST_ROWS = 1_000;
/** What was said and waits is sent or called failed within so many seconds: longer than the network is ever away. */
const SENT_WITHIN_S = 90;
/** The rest of a room comes within so many seconds, or the network is away and comes back. */
const LOADED_WITHIN_S = 30;
const ENTER = 13;
/** Pixels that rounding may cost. */
const SLACK = 3;

const all = (state: State, selector: string): HTMLElement[] => [
  ...state.document.querySelectorAll<HTMLElement>(selector),
];
const one = (state: State, selector: string): HTMLElement | null => state.document.querySelector(selector);
const numberIn = (row: HTMLElement): number => Number(/\bn(\d+) /.exec(row.textContent)?.[1] ?? 0);
const isShown = (element: HTMLElement | null): boolean =>
  element !== null && element.getClientRects().length > 0;
const roomOf = (state: State): string => (isShown(one(state, "#composer")) ? state.window.location.hash : "");

const room = extract<State, string>(roomOf).named("room");
const numbers = extract<State, number[]>((state) =>
  all(state, "#log > li")
    .map(numberIn)
    .filter((number) => number > 0),
).named("numbers");
const rows = extract<State, number>((state) => all(state, "#log > li").length).named("rows");
const waiting = extract<State, number>(
  (state) => all(state, "#outbox > li").filter((row) => !row.classList.contains("failed")).length,
).named("waiting");
const draft = extract<State, string>(
  (state) => (one(state, "#message") as HTMLTextAreaElement | null)?.value ?? "",
).named("draft");
const errors = extract<State, string[]>((state) =>
  state.errors.uncaughtExceptions.map(
    ({ text, url, line, column, remote_object: object }) =>
      `${text} ${object?.description ?? ""} ${url ?? ""}:${line}:${column}`,
  ),
).named("errors");
const last = extract<State, string>((state) => {
  const action = state.lastAction;
  return action === null ? "" : typeof action === "string" ? action : (Object.keys(action)[0] ?? "");
}).named("last action");
/** Whether the last action was a click on what leads to the first new message. */
const led = extract<State, boolean>(({ lastAction }) =>
  JSON.stringify(lastAction).includes('"to-new"'),
).named("was led");
/** Pixels below what is shown, or null where nothing is. */
const below = extract<State, number | null>((state) => {
  const scroller = one(state, "#scroller");
  if (scroller === null || !isShown(scroller)) return null;
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
}).named("below");
/** The first numbered row that is whole on the screen, and how far from the top. */
const eye = extract<State, { readonly number: number; readonly top: number } | null>((state) => {
  const scroller = one(state, "#scroller");
  if (scroller === null || !isShown(scroller)) return null;
  const edge = scroller.getBoundingClientRect().top;
  for (const row of all(state, "#log > li")) {
    const number = numberIn(row);
    const top = row.getBoundingClientRect().top - edge;
    if (number > 0 && top >= 0) return { number, top };
  }
  return null;
}).named("eye");
/** Where each numbered row is now. */
const places = extract<State, Record<string, number>>((state) => {
  const edge = one(state, "#scroller")?.getBoundingClientRect().top ?? 0;
  return Object.fromEntries(
    all(state, "#log > li")
      .filter((row) => numberIn(row) > 0)
      .slice(-400)
      .map((row) => [numberIn(row), row.getBoundingClientRect().top - edge]),
  );
}).named("places");
const title = extract<State, string>((state) => state.document.title).named("title");
const news = extract<State, string>((state) => {
  const pill = one(state, "#to-end");
  return isShown(pill) ? (pill?.textContent ?? "") : "";
}).named("news");

/** The person itself scrolled, went elsewhere, or changed the window. */
const MOVES = [
  "ScrollUp",
  "ScrollDown",
  "Click",
  "DoubleClick",
  "Back",
  "Forward",
  "Reload",
  "MouseDrag",
  "PressKey",
];

export const no_uncaught_error = always(() => errors.current.length === 0);

export const the_log_rises_and_repeats_nothing = always(() =>
  numbers.current.every((number, i) => i === 0 || number > (numbers.current[i - 1] ?? 0)),
);

export const the_list_is_bounded = always(() => rows.current <= MOST_ROWS);

export const what_waits_ends = always(
  now(() => waiting.current > 0).implies(
    eventually(() => waiting.current === 0 || room.current === "").within(SENT_WITHIN_S, "seconds"),
  ),
);

/**
 * What takes room, as a banner does, comes between two frames; the end is found again with the frame, before anybody sees it.
 * A state may be read between the two, but not twice running. Where the page offers a way to the end, there is more to load.
 */
export const who_was_at_the_end_stays = always(() => {
  const before = { below: below.current, room: room.current };
  // Where a click leads is drawn with the next frame, which may be after the state that is looked at first.
  if (before.below === null || before.below > SLACK || news.current !== "" || led.current) return true;
  const isThere = (): boolean =>
    room.current !== before.room ||
    MOVES.includes(last.current) ||
    below.current === null ||
    below.current <= SLACK;
  return next(() => isThere() || next(isThere));
});

const isLostAtTheEnd = (): boolean => below.current !== null && below.current <= SLACK && news.current !== "";
export const no_way_to_the_end_is_offered_at_the_end = always(
  now(isLostAtTheEnd).implies(eventually(() => !isLostAtTheEnd()).within(LOADED_WITHIN_S, "seconds")),
);

export const the_row_under_the_eye_stays = always(() => {
  const before = { eye: eye.current, below: below.current, room: room.current };
  if (before.eye === null || before.below === null || before.below <= SLACK) return true;
  return next(() => {
    if (room.current !== before.room || MOVES.includes(last.current) || last.current === "SetViewport")
      return true;
    const place = places.current[String(before.eye?.number)];
    return place !== undefined && Math.abs(place - (before.eye?.top ?? 0)) <= SLACK;
  });
});

const drafts = new Map<string, string>();
let where = "";
export const a_draft_belongs_to_its_room = always(() => {
  const hasMoved = room.current !== where;
  where = room.current;
  if (where === "") return true;
  const kept = drafts.get(where) ?? "";
  drafts.set(where, draft.current);
  return !hasMoved || draft.current === kept;
});

export const the_title_counts_what_is_new = always(() => {
  const count = /^(\d+) new .*↓$/.exec(news.current)?.[1];
  return count === undefined || title.current.startsWith(`(${count})`);
});

const VIEWPORTS = [
  { width: 1_100, height: 720 },
  { width: 390, height: 844 },
  // A phone whose keyboard is open.
  { width: 390, height: 420 },
];
const active = extract<State, string>((state) => state.document.activeElement?.id ?? "").named("active");
const isRoomOpen = extract<State, boolean>(
  (state) => (one(state, "#room") as HTMLInputElement | null)?.value === "",
).named("no room is named yet");
/** What leads somewhere, and where it is. */
const ways = extract<State, { fingerprint: Fingerprint; point: Point }[]>((state) =>
  ["#enter button.primary", "#room", "#my-rooms-list a", "#to-new", "#to-end", "#message"].flatMap(
    (selector) => {
      const element = one(state, selector);
      const box = element?.getBoundingClientRect();
      if (element === null || box === undefined || !isShown(element)) return [];
      const point = { x: box.left + box.width / 2, y: box.top + box.height / 2 };
      const { innerWidth, innerHeight } = state.window;
      const isIn = point.x > 0 && point.y > 0 && point.x < innerWidth && point.y < innerHeight;
      return isIn ? [{ fingerprint: getFingerprint(element), point }] : [];
    },
  ),
).named("ways");

const goes = actions(() => ways.current.map((way) => ({ Click: way })));
const says = actions(() => {
  if (active.current === "message")
    return [typed("[a-z]{1,9}( [a-z]{1,9}){0,4}"), { PressKey: { code: ENTER } }];
  if (active.current === "room")
    return [isRoomOpen.current ? typed("lobby|second") : { PressKey: { code: ENTER } }];
  return [];
});
const typed = (pattern: string): ActionTemplate => ({
  TypeText: { text: { Regexp: pattern }, delayMillis: 0 },
});
const window = actions(() => VIEWPORTS.map((size) => ({ SetViewport: size })));

export const what_a_person_does = weighted([
  [8, goes],
  [12, says],
  [12, scroll],
  [1, clicks],
  [1, inputs],
  [2, reload],
  [1, back],
  [3, window],
  [6, waitOnce],
]);
