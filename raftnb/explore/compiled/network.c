/* The messages in flight. Before this text stand, made from the specification: KEEPS, QUEUES (the
   first cell of the queues, or -1) and ENDS, BAG, `source_at`, `dest_at`, `is_a` and `end_of`. */

static int queue_of(W message) {
    W kind_of = is_record(message) ? at(message)[0] : 0;
    if (!is_record(message) || !source_at[kind_of]) fail();
    W source = at(message)[source_at[kind_of]], dest = at(message)[dest_at[kind_of]];
    int p = source & ATOM ? end_of[source - ATOM] : -1, q = dest & ATOM ? end_of[dest - ATOM] : -1;
    if (p < 0 || q < 0) fail();
    return QUEUES + p * ENDS + q;
}

static W addressed(W message, W to) {
    if (!is_record(message) || !source_at[at(message)[0]] || !(to & ATOM)) fail();
    W *from = top, kind_of = at(message)[0];
    spread(message, 1);
    if (from[source_at[kind_of]] == NONE) from[source_at[kind_of]] = actor;
    from[dest_at[kind_of]] = to;
    W found = node(RECORD, (W)(top - from), from);
    top = from;
    return found;
}

/* The bag with another count of a message. */
static W recounted(W bag, W message, W count) {
    W pair[2] = {message, count}, *from = top;
    if (count != ZERO) return combined(MAP, at(bag), size(bag), pair, 2);
    for (W i = 0; i < size(bag); i += 2)
        if (at(bag)[i] != message) push(at(bag)[i]), push(at(bag)[i + 1]);
    W found = node(MAP, (W)(top - from), from);
    top = from;
    return found;
}

static void send(W message, W to) {
    W sent = addressed(message, to);
    if (QUEUES >= 0) {
        W one = node(TUPLE, 1, &sent);
        int queue = queue_of(sent);
        put(queue, concat(cells[queue], one));
    } else if (KEEPS) {
        put(BAG, combined(SET, at(cells[BAG]), size(cells[BAG]), &sent, 1));
    } else {
        put(BAG, recounted(cells[BAG], sent, map_get(cells[BAG], sent, ZERO) + 1));
    }
}

static void discard(W message) {
    if (QUEUES >= 0) {
        int queue = queue_of(message);
        W n = size(cells[queue]);
        if (n) put(queue, slice(cells[queue], ZERO + 1, ZERO + n));
    } else if (!KEEPS) {
        W count = map_get(cells[BAG], message, ZERO);
        if (count != ZERO) put(BAG, recounted(cells[BAG], message, count - 1));
    }
}

static W in_flight(int wanted) {
    W *from = top, step = KEEPS || QUEUES >= 0 ? 1 : 2;
    int first = QUEUES >= 0 ? QUEUES : BAG, last = QUEUES >= 0 ? QUEUES + ENDS * ENDS : BAG + 1;
    for (int c = first; c < last; c++)
        for (W i = 0; i < size(s[c]); i += step)
            if (is_a[wanted][at(at(s[c])[i])[0]]) push(at(s[c])[i]);
    W found = as_set(from);
    return node(TUPLE, size(found), at(found));
}

static int within_limits(void) {
    if (BAG >= 0 && (MOST_DISTINCT >= 0 || MOST_COPIES >= 0)) {
        W n = size(s[BAG]), step = KEEPS ? 1 : 2;
        if (MOST_DISTINCT >= 0 && (int64_t)(n / step) > MOST_DISTINCT) return 0;
        for (W i = 1; !KEEPS && MOST_COPIES >= 0 && i < n; i += 2)
            if (number(at(s[BAG])[i]) > MOST_COPIES) return 0;
    }
    for (int c = 0; QUEUES >= 0 && MOST_QUEUED >= 0 && c < ENDS * ENDS; c++)
        if ((int64_t)size(s[QUEUES + c]) > MOST_QUEUED) return 0;
    return 1;
}
