// What there is to see in a state, from whatever source, with a name for each part of it.

/** A state as `protocol.as_json` tells it. */
export function seen(number, told) {
  return {
    number,
    values: told.values.map(([text]) => text),
    json: told.values.map(([, json]) => json),
    messages: told.messages.map(([text, count, source, dest, json]) => ({ text, count, source, dest, json })),
    truth: told.truth,
    ways: told.ways && told.ways.map(([process, action, label, text, json, message, to, note], choice) => {
      const [broken, outside, above, events, lines] = note;
      return { process, action, label, text, json, message, to, broken, outside, above, events, lines, choice };
    }),
    refused: told.refused.map(([process, action, why]) => ({ process, action, why })),
    within: told.within,
    stuck: told.stuck,
    scene: told.scene,
    above: told.above,
    standing: told.standing,
  };
}

/** Which claims are false in a state or of the step that led to it. */
export function falseHere(about, sight, way) {
  const unseen = way && way.above === false ? [`no step of ${about.above.name}`] : [];
  return unseen.concat(about.claims.flatMap(([name, kind], n) => {
    if (kind === "always" && sight.truth[n] !== null && sight.truth[n] !== undefined)
      return [name + (sight.truth[n] ? ` (${sight.truth[n]})` : "")];
    return kind === "step" && way && way.broken.includes(n) ? [name] : [];
  }));
}

/** What a violation is: claims that are to be true, and a step that the other model does not have. */
export function violations(about) {
  const claims = about.claims.flatMap(([, kind], n) => (kind === "find" ? [] : [n]));
  return claims.length || about.above ? { claims, unseen: Boolean(about.above) } : null;
}

/** Whether what is wanted is met here: a state to be found, a node to stand on, a deadlock, or a violation. */
export function meets(about, { claims = [], node, unseen, stuck }, sight, way) {
  if (node !== undefined) return sight.standing.some(([, place]) => place === node);
  if (stuck) return sight.stuck;
  if (unseen && way && way.above === false) return true;
  return claims.some((n) => {
    const kind = about.claims[n][1];
    if (kind === "find") return sight.truth[n] === null;
    return kind === "always" ? sight.truth[n] !== null : Boolean(way && way.broken.includes(n));
  });
}
