/* The messages in flight. */

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
    spread(message);
    if (from[source_at[kind_of]] == NONE) from[source_at[kind_of]] = actor;
    from[dest_at[kind_of]] = to;
    W found = node(RECORD, (W)(top - from), from);
    top = from;
    return found;
}

/* What is sent and discarded changes one word: the bag, or the queue of the message. */

enum { SENT, DISCARDED };

static inline int place_of_message(W message) { return QUEUES >= 0 ? queue_of(message) : BAG; }

/* In a bag that stands on the stack from `from` on; whether it is another one then. */
static int change_bag(W *from, int what, W message) {
    W n = (W)(top - from), step = KEEPS ? 1 : 2;
    int there;
    W *place = from + search(from, n, step, message, &there);
    W *rest = place + (there ? step : 0), left = (W)(top - rest);
    if (what == SENT && there && !KEEPS) return place[1]++, 1;
    if (what == SENT && !there) {
        for (W i = 0; i < step; i++) push(NONE);
        memmove(place + step, place, left * sizeof(W));
        place[0] = message;
        if (!KEEPS) place[1] = ZERO + 1;
        return 1;
    }
    if (what == SENT || KEEPS || !there) return 0;
    if (--place[1] != ZERO) return 1;
    memmove(place, rest, left * sizeof(W));
    top -= step;
    return 1;
}

/* The word after `n` changes, each what is done and with which message. */
static W changed(W now, const W *changes, int n) {
    W *from = top;
    int differs = 0, there;
    if (QUEUES >= 0) {
        for (int i = 0; i < n; i++) {
            W message = changes[2 * i + 1], waiting = size(now);
            if (changes[2 * i] == SENT) now = appended(now, message);
            else if (waiting) now = slice(now, ZERO + 1, ZERO + waiting);
        }
        return now;
    }
    for (int i = 0; KEEPS && i < n && !differs; i++)
        search(at(now), size(now), 1, changes[2 * i + 1], &there), differs = !there;
    if (KEEPS && !differs) return now;
    spread(now);
    for (int i = 0; i < n; i++) differs |= change_bag(from, changes[2 * i], changes[2 * i + 1]);
    if (differs) now = node(KEEPS ? TUPLE : MAP, (W)(top - from), from);
    top = from;
    return now;
}

/* It is noted where it is to be done again in other states. */
#define MOST_NOTED 64
static W noted[MOST_NOTED][2];
static int notes_messages;
int noted_n; /* more than MOST_NOTED are only counted */

static void on_network(int what, W message) {
    int cell = place_of_message(message);
    W change[2] = {what, message}, then = changed(after_step[cell], change, 1);
    if (then != after_step[cell]) put(cell, then);
    if (!notes_messages) return;
    if (noted_n < MOST_NOTED) noted[noted_n][0] = what, noted[noted_n][1] = message;
    noted_n++;
}

void send(W message, W to) { on_network(SENT, addressed(message, to)); }
void discard(W message) { on_network(DISCARDED, message); }

W in_flight(int wanted) {
    W *from = top, step = KEEPS || QUEUES >= 0 ? 1 : 2;
    int first = QUEUES >= 0 ? QUEUES : BAG, last = QUEUES >= 0 ? QUEUES + ENDS * ENDS : BAG + 1;
    for (int c = first; c < last; c++)
        for (W i = 0; i < size(s[c]); i += step)
            if (is_kind(wanted, at(s[c])[i])) push(at(s[c])[i]);
    if (QUEUES >= 0) sort_set(from);
    return as_tuple(from);
}

/* Whether the messages that a word stands for are within the limits. */
static int are_few(W word) {
    W n = size(word), step = KEEPS ? 1 : 2;
    if (QUEUES >= 0) return MOST_QUEUED < 0 || (int64_t)n <= MOST_QUEUED;
    if (MOST_DISTINCT >= 0 && (int64_t)(n / step) > MOST_DISTINCT) return 0;
    for (W i = 1; !KEEPS && MOST_COPIES >= 0 && i < n; i += 2)
        if (number(at(word)[i]) > MOST_COPIES) return 0;
    return 1;
}

/* Whether any message more is too many: another copy of what is there, or another one. */
static int is_full(W bag) {
    if (KEEPS || MOST_DISTINCT < 0 || MOST_COPIES < 0) return 0;
    if ((int64_t)(size(bag) / 2) < MOST_DISTINCT) return 0;
    for (W i = 1; i < size(bag); i += 2)
        if (number(at(bag)[i]) < MOST_COPIES) return 0;
    return 1;
}

static inline int is_of_network(int cell) { return cell >= NETWORK; }
