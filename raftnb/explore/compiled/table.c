/* The table of the states that were met, and that of outcomes: how they grow, and what they forget. */

static size_t reread_n; /* how many of the forgotten states were read again */

static struct growing row_array, parent_array;
W *rows, *parents, *table;
int table_bits, most_bits = 32, table_shift, of_bits;
W number_bits;
size_t most_states, states_n, oldest, settled, also_taken;

static void draw_coefficients(void) {
    uint64_t x = 0;
    for (int i = 0; i < WIDTH; i++) {
        uint64_t z = x += 0x9E3779B97F4A7C15u;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u, z = (z ^ z >> 27) * 0x94D049BB133111EBu;
        coefficients[i] = (z ^ z >> 31) | 1;
    }
}

#define AHEAD 24 /* so much earlier a place is fetched from memory */

static INLINE void look_ahead(size_t state, size_t end) {
    if (state < end) fetch_place(hash_of_row(row_at(state)));
}

static inline int first_bits(void) { return most_bits < 12 ? most_bits : 12; }

/* How large it is to be for so many states, if it may. */
static inline int bits_for(uint64_t states) {
    int bits = table_bits;
    while (!of_bits && states > GROWS_AT(bits) && bits < most_bits) bits++;
    return bits;
}

static void set_bits(int bits) {
    table_bits = bits, table_shift = 64 - bits, number_bits = (W)((1ull << bits) - 1);
}

/* A table with so many bits of the states from one on. */
static void index_states(int bits, size_t from) {
    W *made = bits > 32 ? 0 : reserve(sizeof(W) << bits);
    if (!made) no_room();
    munmap(table, sizeof(W) << table_bits);
    table = made, oldest = from, set_bits(bits);
    for (size_t i = oldest; i < states_n; i++) {
        uint64_t hash = hash_of_row(row_at(i));
        look_ahead(i + AHEAD, states_n);
        table[place_in_table(row_at(i), hash)] = entry_of(hash, i);
    }
}

void add(const W *new_row, uint64_t hash, size_t place, W parent) {
    make_room(&row_array, (states_n + 1) * WIDTH), make_room(&parent_array, states_n + 1);
    copy_words(rows + states_n * WIDTH, new_row, WIDTH);
    parents[states_n] = parent;
    if (of_bits) table[place / 32] |= 1u << place % 32; else table[place] = entry_of(hash, states_n);
    int bits = bits_for(++states_n - oldest);
    if (bits > table_bits) index_states(bits, oldest);
}

/* Where the table may not grow any more, it forgets its older states. A state that is met again
   after that is taken for new at first. Before such states are expanded, all that was forgotten is
   read once, in order, and what it has is taken out (Stern and Dill, Using magnetic disk instead of
   main memory in the Mur-phi verifier, 1998). So states have the numbers that they always have. */

#define READ_AT_ONCE (1 << 18)

/* Mark which of the states that are not settled were met before; how many. */
static size_t mark_again(unsigned char *again) {
    size_t found = 0;
    reread_n += oldest;
    for (size_t i = 0; i < oldest; i++) {
        if (i % READ_AT_ONCE == 0) fetch(&row_array, i * WIDTH, (i + 2 * READ_AT_ONCE) * WIDTH);
        look_ahead(i + AHEAD, oldest);
        W entry = table[place_of(row_at(i), hash_of_row(row_at(i)))];
        if (entry) again[state_of(entry) - settled] = 1, found++;
    }
    return found;
}

/* Take them out; `noted` are numbers of states, one more than each, that are known elsewhere. */
static void take_out(const unsigned char *again, W **noted) {
    size_t kept = settled;
    for (size_t i = settled; i < states_n; i++) {
        for (W **number = noted; *number; number++)
            if (**number == i + 1) **number = (W)kept + 1;
        if (again[i - settled]) continue;
        memmove(rows + kept * WIDTH, row_at(i), WIDTH * sizeof(W));
        parents[kept++] = parents[i];
    }
    states_n = kept;
    index_states(table_bits, oldest);
}

void settle_states(W **noted) {
    if (oldest && settled < states_n) {
        unsigned char *again = reserve(states_n - settled);
        if (!again) no_room();
        size_t n = states_n - settled, found = mark_again(again);
        if (found) take_out(again, noted);
        munmap(again, n);
    }
    settled = states_n;
}

/* Once all are settled, the table may forget those that were met first. */
void forget_states(void) {
    size_t kept = GROWS_AT(most_bits) / 2;
    if (states_n - oldest > kept) index_states(table_bits, states_n - kept);
}

/* Outcomes. */

struct kept *kept;
size_t kept_size, kept_n, notes_used, notes_size, most_for_outcomes = SIZE_MAX;
char *notes;

/* They can be had again. */
void forget_outcomes(void) {
    size_t size = FIRST_KEPT;
    struct kept *made = reserve(size * sizeof *kept);
    if (!made) no_room();
    munmap(kept, kept_size * sizeof *kept);
    madvise(notes, notes_used, MADV_DONTNEED);
    kept = made, kept_size = size, kept_n = notes_used = 0;
}

void grow_kept(void) {
    size_t wider = kept_size * 2;
    struct kept *old = kept;
    kept = reserve(wider * sizeof *kept);
    if (!kept) no_room();
    for (size_t i = 0; i < kept_size; i++)
        if (old[i].slot) {
            size_t j = hash_of_key(old[i].key, old[i].slot) & (wider - 1);
            while (kept[j].slot) j = (j + 1) & (wider - 1);
            kept[j] = old[i];
        }
    munmap(old, kept_size * sizeof *kept);
    kept_size = wider;
}

/* What is seen of states. */

W *views;
static size_t views_size, views_n;

size_t place_of_view(W seen) {
    size_t i = (seen * 0x9E3779B97F4A7C15u >> 32) & (views_size - 1);
    while (views[i] != UNBOUND && views[i] != seen) i = (i + 1) & (views_size - 1);
    return i;
}

static W *no_views(size_t n) {
    W *found = reserve(n * sizeof(W));
    for (size_t i = 0; found && i < n; i++) found[i] = UNBOUND;
    return found;
}

void note_view(W seen) {
    if (views_n * 2 >= views_size) {
        W *old = views;
        size_t size = views_size;
        views = no_views(2 * size);
        if (!views) views = old, no_room();
        views_size = 2 * size;
        for (size_t i = 0; i < size; i++)
            if (old[i] != UNBOUND) views[place_of_view(old[i])] = old[i];
        munmap(old, size * sizeof(W));
    }
    views[place_of_view(seen)] = seen, views_n++;
}
