// Where the reader has been: a tree of places, each with the step that led there from the one above.

class Place {
  constructor(sight, above = null, way = null) {
    this.sight = sight;
    this.above = above;
    this.way = way;
    this.below = [];
    this.next = null;
    this.depth = above ? above.depth + 1 : 0;
  }
}

export class Journey {
  constructor(sight) {
    this.here = this.root = new Place(sight);
  }

  /** The places from the first on through this one, and on where the reader went last. */
  line() {
    const found = [];
    for (let place = this.here; place; place = place.above) found.unshift(place);
    for (let place = this.here.next; place; place = place.next) found.push(place);
    return found;
  }

  /** Go on by a way that leads to what is seen there; a place that was visited is visited again. */
  take(way, sight) {
    let place = this.here.below.find((one) => one.way.choice === way.choice);
    if (!place) {
      place = new Place(sight, this.here, way);
      this.here.below.push(place);
    }
    this.go(place);
  }

  /** Be at a place; the line then leads through it. */
  go(place) {
    this.here = place;
    for (let one = place; one.above; one = one.above) one.above.next = one;
  }

  /** The ends of all branches, in the order of the tree. */
  ends() {
    const found = [], todo = [this.root];
    while (todo.length) {
      const place = todo.pop();
      if (place.below.length === 0) found.push(place);
      todo.push(...[...place.below].reverse());
    }
    return found;
  }

  /** The step number of an earlier place on the way with the same state; -1 if there is none. */
  again(place) {
    for (let one = place.above; one; one = one.above)
      if (one.sight.number === place.sight.number) return one.depth;
    return -1;
  }

  /** The steps from the first place to this one. */
  taken() {
    return this.line().slice(1, this.here.depth + 1).map((place) => place.way);
  }
}
