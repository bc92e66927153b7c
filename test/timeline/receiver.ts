// For tests inside workerd, which has no disk: a service that draws the history that it is sent, and says where the picture lies.
import { type HistoryEvent } from "../support/history.ts";
import { checkDrawn } from "./drawn.ts";

/** What is sent, as JSON. */
interface ToDraw {
  readonly title: string;
  readonly history: readonly HistoryEvent[];
}

/** Answers with the sentence that says where the picture lies. */
export async function drawForWorkerd(request: { json(): Promise<unknown> }): Promise<Response> {
  const { title, history } = (await request.json()) as ToDraw;
  return new Response(checkDrawn(history, title).picture);
}
