// What a script asks of whoever runs it, as a line of its log. Pure.

/** The target's process is to be killed, and started again. */
export const KILL_TARGET = "chat-moment kill-target";

/** Whether a line of an engine's output asks for it. */
export const asksToKill = (line: string): boolean => line.includes(KILL_TARGET);
