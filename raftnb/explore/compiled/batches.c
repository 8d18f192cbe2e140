/* States on the way to another process (shard.c): bytes that any with the same text can read. A batch
   is a sequence of numbers, of 7 bits a byte: how many states there are, the shard of their parents
   (0: each has its own), and of each state the parent, as how much further it is than the one before,
   and the words of its row. A node is written out where it stands first in the batch, and after that
   it is a number. So a batch may be sent again, and be read by a process that has just begun. */

static struct { unsigned char *bytes; size_t used, room; } batch;
static struct numbered { uint32_t batch, number; } *numbers; /* of nodes, as in `digests` */
static uint32_t batches_n, numbers_n;

static inline void put_number(uint64_t n) {
    if (batch.used + 10 > batch.room) {
        size_t room = 2 * batch.room + (1 << 12);
        batch.bytes = more_room(batch.bytes, room), batch.room = room;
    }
    for (; n > 127; n >>= 7) batch.bytes[batch.used++] = (unsigned char)(n | 128);
    batch.bytes[batch.used++] = (unsigned char)n;
}

/* Of what is no node, the kind comes last, so that small numbers are short. */
static void put_word(W word) {
    if (!(word & NODE)) {
        put_number((uint64_t)(word & 0x1fffffff) << 3 | word >> 29 << 1);
        return;
    }
    struct numbered *known = &numbers[(word & ~NODE) / 2];
    if (known->batch == batches_n) {
        put_number((uint64_t)known->number << 1 | 1);
        return;
    }
    put_number(1);
    put_number((uint64_t)size(word) << 4 | kind(word));
    for (W i = 0; i < size(word); i++) put_word(at(word)[i]);
    known->batch = batches_n, known->number = ++numbers_n;
}

static void begin_batch(size_t states, uint64_t home) {
    batch.used = 0, batches_n++, numbers_n = 0;
    put_number(states), put_number(home);
}

static W last_parent;

static void put_state(W parent, const W *row) {
    int32_t further = (int32_t)(parent - last_parent);
    put_number((uint32_t)further << 1 ^ (uint32_t)(further >> 31));
    last_parent = parent;
    for (int i = 0; i < WIDTH; i++)
        if (whole[i] < 0) put_number(row[i]); else put_word(word_in(row, whole[i]));
}

const unsigned char *batch_at(void) { return batch.bytes; }
size_t batch_size(void) { return batch.used; }

/* Make a batch of what was sent to a shard, which is given out with it; how many states it has. */
int64_t batch_for(uint32_t shard) {
    if (setjmp(on_failure)) return -1;
    struct outgoing *out = &outgoing[shard];
    begin_batch(out->used / (WIDTH + 1), own_number + 1), last_parent = 0;
    for (size_t i = 0; i < out->used; i += WIDTH + 1) put_state(out->words[i], out->words + i + 1);
    int64_t found = (int64_t)(out->used / (WIDTH + 1));
    out->used = 0;
    return found;
}

/* Make a batch of the states from one to another. */
int64_t batch_of(size_t from, size_t to) {
    if (setjmp(on_failure)) return -1;
    begin_batch(to - from, 0), last_parent = 0;
    for (size_t i = from; i < to; i++) put_number(homes[i]), put_state(parents[i], row_at(i));
    return (int64_t)(to - from);
}

/* Reading. */

static const unsigned char *next_byte, *last_byte;
static struct { W *words; size_t used, room; } defined; /* the nodes of the batch, by number */

static inline uint64_t get_number(void) {
    uint64_t n = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (next_byte == last_byte) fail();
        n |= (uint64_t)(*next_byte & 127) << shift;
        if (!(*next_byte++ & 128)) return n;
    }
    fail();
}

static W get_word(void) {
    uint64_t code = get_number();
    if (!(code & 1)) return (W)(code >> 3 | (code >> 1 & 3) << 29);
    if (code >> 1) {
        if (code >> 1 > defined.used) fail();
        return defined.words[(code >> 1) - 1];
    }
    uint64_t head = get_number();
    W *from = top;
    for (uint64_t left = head >> 4; left; left--) {
        W word = get_word();
        push(word);
    }
    W found = node(head & 15, (W)(top - from), from);
    top = from;
    if (defined.used == defined.room) {
        size_t room = 2 * defined.room + (1 << 10);
        defined.words = more_room(defined.words, room * sizeof(W)), defined.room = room;
    }
    return defined.words[defined.used++] = found;
}

static struct arrival { W *row, parent; uint64_t hash; uint16_t home; } arrivals[WAITING];

static void get_states(int n, uint64_t home) {
    for (int j = 0; j < n; j++) {
        struct arrival *one = &arrivals[j];
        uint32_t own = (uint32_t)(home ? home - 1 + shards_n - own_number : get_number()), further;
        one->home = (uint16_t)(own % shards_n);
        further = (uint32_t)get_number();
        last_parent += further >> 1 ^ -(further & 1), one->parent = last_parent;
        for (int i = 0; i < WIDTH; i++)
            one->row[i] = whole[i] < 0 ? (W)get_number() : code_of(whole[i], get_word());
        one->hash = hash_of_row(one->row);
        fetch_place(one->hash);
    }
}

static void add_arrivals(int n) {
    for (int j = 0; j < n; j++) fetch_row(arrivals[j].hash);
    for (int j = 0; j < n; j++) {
        const struct arrival *one = &arrivals[j];
        size_t place = place_of(one->row, one->hash);
        if (is_taken(place)) continue;
        if (owner_of(one->row) != own_number) fail();
        if (states_n == most_states) no_room();
        homes[states_n] = one->home;
        add(one->row, one->hash, place, one->parent);
    }
    result.states = states_n;
}

/* Add the states of a batch that are new. FAILED where one is not this shard's, or no batch it is. */
int receive(const unsigned char *bytes, size_t n) {
    int wrong = setjmp(on_failure);
    if (wrong) return why_not(wrong);
    next_byte = bytes, last_byte = bytes + n, top = stack, defined.used = 0, last_parent = 0;
    uint64_t left = get_number(), home = get_number();
    while (left) {
        int some = left < WAITING ? (int)left : WAITING;
        get_states(some, home), add_arrivals(some), left -= some;
    }
    return next_byte == last_byte ? MORE : FAILED;
}

/* Ask of the states from one on what is to be true in some state. */
int look_at(size_t from) {
    top = stack;
    int wrong = setjmp(on_failure);
    if (wrong) return why_not(wrong);
    for (size_t i = from; i < states_n && awaits_some; i++) {
        unpack(looked_at, row_at(i));
        look_for_awaited(looked_at, i);
    }
    return MORE;
}

/* What is sent goes to no shard, and may be sent again; all states from one on are forgotten, before
   `take_up` counts them. */
void forget_from(size_t states) {
    memset(homes + states, 0, (states_n - states) * sizeof *homes);
    for (size_t i = 0; i < AWAITED; i++)
        if (result.found[i] > states) result.found[i] = 0, awaits_some = 1;
    if (result.next > states) result.next = states;
    memset(sent, 0, room_for_sent());
    for (uint32_t i = 0; i < shards_n; i++) outgoing[i].used = 0;
}

uint32_t home_of(uint32_t state) { return (homes[state] + own_number) % shards_n; }

/* Which of how many shards this is, before all else; values have so many bytes. FULL where there is
   no room. */

static W *rows_of_arrivals;
static size_t values_n;

int deal_out(uint32_t number, uint32_t many, size_t bytes) {
    if (setjmp(on_failure)) return FULL;
    of_bits = 0, index_states(first_bits(), 0); /* what arrives waits for its place */
    values_n = (bytes / sizeof(W) < NODE ? bytes / sizeof(W) : NODE) / 2 + 1;
    own_number = number, shards_n = many, is_dealt_out = 1;
    whole = calloc(WIDTH + 1, sizeof *whole);
    rows_of_arrivals = calloc(WAITING * (size_t)WIDTH + 1, sizeof(W));
    outgoing = calloc(many, sizeof *outgoing);
    digests = reserve(values_n * sizeof *digests);
    numbers = reserve(values_n * sizeof *numbers);
    homes = reserve((most_states + 1) * sizeof *homes);
    while (sent_bits < MOST_SENT_BITS && room_for_sent() < bytes / 32) sent_bits++;
    sent = reserve(room_for_sent());
    if (!whole || !rows_of_arrivals || !outgoing || !digests || !numbers || !homes || !sent) return FULL;
    for (int i = 0; i < WIDTH; i++) whole[i] = -1;
    for (int g = 0; g < GROUPS; g++)
        if (groups[g].mask == 0xffffffffu) whole[groups[g].place] = g;
    for (int j = 0; j < WAITING; j++) arrivals[j].row = rows_of_arrivals + j * WIDTH;
    return MORE;
}

/* What this takes of memory, beside the states. */
size_t memory_of_shard(void) {
    size_t found = room_for_sent() + states_n * sizeof *homes + batch.room + defined.room * sizeof(W);
    for (uint32_t i = 0; i < shards_n; i++) found += outgoing[i].room * sizeof(W);
    return found + arena_used / 2 * (sizeof *digests + sizeof *numbers);
}

void finish_shard(void) {
    for (uint32_t i = 0; i < shards_n; i++) free(outgoing[i].words);
    free(outgoing), free(whole), free(rows_of_arrivals), free(batch.bytes), free(defined.words);
    munmap(digests, values_n * sizeof *digests);
    munmap(numbers, values_n * sizeof *numbers);
    munmap(homes, (most_states + 1) * sizeof *homes);
    munmap(sent, room_for_sent());
}
