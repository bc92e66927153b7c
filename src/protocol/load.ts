// How a load test says which virtual user it plays, in the upgrade's headers. Headers and not the query: an address ends up
// in logs and in k6's own tags. Browsers cannot send them, so no page ever plays a virtual user.

/** The signed token, as `npm run load:token` prints it. */
export const LOAD_TOKEN_HEADER = "Edge-Chat-Load-Token";
/** The virtual user's number in decimal digits: from 0, below the number that the token is signed for. */
export const LOAD_USER_HEADER = "Edge-Chat-Load-User";
