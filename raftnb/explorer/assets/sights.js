// What there is to see in a state, from whatever source, with a name for each part of it.

/** A state as `protocol.as_json` tells it. */
export function seen(number, told) {
  return {
    number,
    values: told.values.map(([text]) => text),
    json: told.values.map(([, json]) => json),
    messages: told.messages.map(([text, count, source, dest, json]) => ({ text, count, source, dest, json })),
    truth: told.truth,
    ways: told.ways && told.ways.map(([process, action, label, text, json, message, to, broken], choice) =>
      ({ process, action, label, text, json, message, to, broken, choice })),
    refused: told.refused.map(([process, action, why]) => ({ process, action, why })),
    within: told.within,
    scene: told.scene,
  };
}

/** Which claims are false in a state or of the step that led to it. */
export function falseHere(about, sight, way) {
  return about.claims.flatMap(([name, kind], n) => {
    if (kind === "always" && sight.truth[n] !== null && sight.truth[n] !== undefined)
      return [name + (sight.truth[n] ? ` (${sight.truth[n]})` : "")];
    return kind === "step" && way && way.broken.includes(n) ? [name] : [];
  });
}

/** Whether one of the claims is met here: a state to be found, or a violation. */
export function meets(about, claims, sight, way) {
  return claims.some((n) => {
    const kind = about.claims[n][1];
    if (kind === "find") return sight.truth[n] === null;
    return kind === "always" ? sight.truth[n] !== null : Boolean(way && way.broken.includes(n));
  });
}
