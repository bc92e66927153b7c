// What the operator's requests carry. It is compared in worker.ts, in a time that says nothing of it.

/** Units of ADMIN_TOKEN: what is short enough to be guessed is as good as none. */
export const MIN_ADMIN_TOKEN_LENGTH = 20;

/** The Authorization header that the secret allows; null where it is not set, or too short. */
export const authorizationOf = (token = ""): string | null =>
  token.length < MIN_ADMIN_TOKEN_LENGTH ? null : `Bearer ${token}`;
