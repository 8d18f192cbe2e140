/* Sets that are nodes, or may be. */

/* What stands on the stack from `from` on, in order, and each once. */
void sort_set(W *from) {
    W n = (W)(top - from), kept = 0;
    merge_sort(from, n, 1);
    for (W i = 0; i < n; i++)
        if (!kept || from[kept - 1] != from[i]) from[kept++] = from[i];
    top = from + kept;
}

/* The mask of what stands there; NONE where there is none. */
static W mask_of(const W *from) {
    W mask = MASK;
    for (const W *item = from; item < top; item++) {
        W place = place_of_small(*item);
        if (place == NO_PLACE) return NONE;
        mask |= 1u << place;
    }
    return mask;
}

/* The set of what stands there in order, each once. */
W set_in_order(W *from) {
    W found = mask_of(from);
    if (found == NONE) found = node(SET, (W)(top - from), from);
    top = from;
    return found;
}

W as_set(W *from) {
    if (mask_of(from) == NONE) sort_set(from);
    return set_in_order(from);
}

W joined_nodes(W a, W b) {
    W *from = top;
    spread(a);
    W *middle = top;
    spread(b);
    W found = combined(SET, from, (W)(middle - from), middle, (W)(top - middle));
    top = from;
    return found;
}

/* The members of one that the other one has, or has not. */
W filtered(W a, W b, int wanted) {
    W *from = top, item;
    for (struct walk i = walk(a, 0, 1); goes_on(&i, &item);)
        if (holds_item(b, item) == wanted) push(item);
    return set_in_order(from);
}

/* One more, or one less, where one of the two is no mask. */

W node_with(W set, W item) {
    if (holds_item(set, item)) return set;
    W *from = top;
    int there;
    spread(set);
    push(item);
    W *place = from + search(from, (W)(top - 1 - from), 1, item, &there);
    memmove(place + 1, place, (size_t)(top - 1 - place) * sizeof(W));
    *place = item;
    return set_in_order(from);
}

W node_without(W set, W item) {
    if (!node_holds(set, item)) return set;
    W *from = top;
    for (W i = 0; i < size(set); i++)
        if (at(set)[i] != item) push(at(set)[i]);
    return set_in_order(from);
}

int each_in(W a, W b) {
    W item;
    for (struct walk i = walk(a, 0, 1); goes_on(&i, &item);)
        if (!holds_item(b, item)) return 0;
    return 1;
}

W member_at(W items, W n) {
    W item;
    for (struct walk i = walk(items, 0, 1); goes_on(&i, &item) && n; n--);
    return item;
}
